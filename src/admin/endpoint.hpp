// What the admin port serves, as one table: routing, the answer to other methods, the list at `/` and the
// OpenAPI document are made from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "admin/answer.hpp"
#include "weir/awaitable.hpp"

namespace weir::admin {

struct Call;

enum class Access : std::uint8_t {
    open,  ///< needs no token
    read,
    write
};

enum class Place : std::uint8_t { path, query };

enum class Type : std::uint8_t {
    text,
    name,  ///< as configurations have them
    integer,
    choice,   ///< one of `choices`
    choices,  ///< some of them, comma-separated
    day       ///< 2026-11-26
};

struct Parameter {
    std::string_view name;
    Place place = Place::query;
    Type type = Type::text;
    std::string_view about;
    std::string_view choices = {};  ///< "used|refused"
    std::string_view usual = {};    ///< where it is not given; empty: nothing
    std::int64_t min = 0;           ///< of an integer
    std::int64_t max = 256;         ///< of an integer; else the most bytes
};

/// The `i`-th of "used|refused"; empty: there is none.
constexpr std::string_view choice_at(std::string_view choices, std::size_t i) noexcept {
    for (; i > 0; --i) {
        const auto bar = choices.find('|');
        if (bar == std::string_view::npos) return {};
        choices.remove_prefix(bar + 1);
    }
    return choices.substr(0, choices.find('|'));
}

struct Body {
    std::string_view schema = {};  ///< in the OpenAPI document; empty: there is no body
    bool required = true;
};

struct Success {
    int status = 200;
    std::string_view schema = {};  ///< empty: not JSON
    std::string_view content_type = "application/json";
    std::string_view other_type = {};  ///< what it is for clients that ask otherwise; empty: nothing else
    bool has_version = false;          ///< of the runtime layer, as ETag
};

/// JSON with the runtime layer's version.
constexpr Success versioned(std::string_view schema, int status = 200) {
    return {.status = status, .schema = schema, .has_version = true};
}

using Handler = awaitable<Answer> (*)(Call& call);

struct Endpoint {
    std::string_view method;
    std::string_view path;  ///< "/admin/keys/{id}"
    Access access = Access::read;
    Handler handler = nullptr;
    std::string_view summary;
    std::span<const Parameter> parameters = {};
    Body body = {};
    Success success = {};
    std::span<const int> refusals = {};  ///< statuses beside those that follow from the rest
    std::string_view refusal_type = {};  ///< what `refusals` may be besides JSON
};

std::span<const Endpoint> endpoints();

}  // namespace weir::admin
