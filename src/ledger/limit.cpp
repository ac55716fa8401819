// Names of dimensions, scopes and modes.
#include "weir/limit.hpp"

#include "weir/store_mode.hpp"

namespace weir {

std::string_view to_string(Dimension dimension) noexcept {
    switch (dimension) {
        case Dimension::requests:
            return "requests";
        case Dimension::input_tokens:
            return "input_tokens";
        case Dimension::output_tokens:
            return "output_tokens";
        case Dimension::total_tokens:
            return "total_tokens";
        case Dimension::in_flight:
            return "in_flight";
    }
    return "unknown";
}

std::string_view to_string(Scope scope) noexcept {
    switch (scope) {
        case Scope::key:
            return "key";
        case Scope::group:
            return "group";
        case Scope::key_on_model:
            return "model";
        case Scope::upstream:
            return "upstream";
    }
    return "unknown";
}

std::string_view to_string(StoreMode mode) noexcept {
    switch (mode) {
        case StoreMode::memory:
            return "memory";
        case StoreMode::redis:
            return "redis";
        case StoreMode::local:
            return "local";
        case StoreMode::open:
            return "open";
        case StoreMode::closed:
            return "closed";
        case StoreMode::nodes_unknown:
            return "nodes_unknown";
    }
    return "unknown";
}

}  // namespace weir
