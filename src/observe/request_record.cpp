// Names of outcomes, as they stand in logs and metrics.
#include "observe/request_record.hpp"

namespace weir::observe {

std::string_view to_string(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::served:
            return "served";
        case Outcome::refused:
            return "refused";
        case Outcome::never_fits:
            return "never_fits";
        case Outcome::blocked:
            return "blocked";
        case Outcome::unauthenticated:
            return "unauthenticated";
        case Outcome::bad_request:
            return "bad_request";
        case Outcome::answered:
            return "answered";
        case Outcome::client_gone:
            return "client_gone";
        case Outcome::upstream_failed:
            return "upstream_failed";
        case Outcome::store_unavailable:
            return "store_unavailable";
        case Outcome::overloaded:
            return "overloaded";
    }
    return "unknown";
}

}  // namespace weir::observe
