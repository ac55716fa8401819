// What a handler is given.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "admin/access.hpp"
#include "admin/arguments.hpp"
#include "admin/control.hpp"
#include "admin/json_text.hpp"
#include "admin/key_index.hpp"
#include "weir/awaitable.hpp"
#include "weir/clock.hpp"

namespace weir::admin {

/// What all requests share. One thread.
struct Services {
    Control& control;
    const Clock& clock;
    bool is_loopback = true;  ///< only this machine reaches the listener
    Tokens tokens;
    WrongTokens wrong_tokens;
    KeyIndexes indexes;
    int streams = 0;
    /// Rises when streams that are open have to end: the tokens changed, or the server stops.
    std::uint64_t generation = 0;
    /// Answers sent so far, by the first digit of their status.
    std::array<std::uint64_t, 6> answered{};
};

struct Call {
    Services& services;
    const Endpoint& endpoint;
    const Arguments& arguments;
    const Json& body;  ///< an object, empty where there is none
    Actor actor;
    std::optional<std::int64_t> if_match;

    Control& control() const noexcept { return services.control; }
    const std::string& text(std::string_view name) const noexcept { return arguments.text(name); }
    std::int64_t store_now_us() const { return services.control.store_now_us(); }
    std::shared_ptr<const KeyIndex> index() const { return services.indexes.of(services.control.snapshot()); }
};

/// A change to what is in force.
using Make = std::function<config::RuntimeChange(const KeyIndex&)>;

/// Makes the change that `make` finds from what is in force, and makes it anew where another one came between
/// the two, unless the client named the version. Throws Refused; `make` may.
awaitable<Changed> apply_change(Call& call, Make make);

/// "version", and where nothing survives the process, that.
void append_changed(Json& answer, const Changed& changed);

/// With the version of the layer as ETag.
Answer versioned_answer(const Json& body, std::int64_t version, int status = 200);

}  // namespace weir::admin
