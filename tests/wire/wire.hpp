// One row: what a client sends, what the upstream answers, and all that may come of it: what the client saw,
// what the upstream saw, and what the caller's key was charged.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "wire/scripted_upstream.hpp"

namespace weir::testing {

/// What was charged in one dimension: a number, or where an estimate decides, a range.
struct Amount {
    // Implicit, so that rows say `.input = 103`.
    constexpr Amount(std::int64_t exactly = 0)
        : least(exactly), most(exactly) {}  // NOLINT(google-explicit-constructor)
    constexpr Amount(std::int64_t from, std::int64_t to) : least(from), most(to) {}
    std::int64_t least, most;

    bool holds(std::int64_t value) const { return value >= least && value <= most; }
};
constexpr Amount at_least(std::int64_t least) {
    return {least, std::numeric_limits<std::int64_t>::max()};
}
/// What weir makes of the few words of `chat_body()` and its like, where the provider reports nothing.
constexpr Amount estimated() {
    return {1, 60};
}

struct Charge {
    Amount requests{1};
    Amount input{};
    Amount output{};
};

/// Any status but weir's own refusals: the row does not say who answers, only that nobody is turned away.
inline constexpr int not_refused = 0;

/// One request, on a connection of its own, and what its answer has to look like.
struct Ask {
    std::string bytes;
    int status = 200;
    bool complete = true;                 ///< ends as its framing says, not by a cut
    std::optional<std::string> body{};    ///< exactly this
    std::vector<std::string> contains{};  ///< the body has all of these
    std::vector<std::string> lacks{};     ///< and none of these
    /// "name: part" of the value; "name= value", exactly; "name": is there, whatever it says; "!name": is
    /// not.
    std::vector<std::string> fields{};
    std::optional<Charge> charge{};  ///< in all, after this request
};

struct WireRow {
    std::string name;
    std::vector<Ask> asks{};
    /// The n-th request that the upstream sees gets the n-th of these; the last one again and again.
    std::vector<Reply> replies{};
    std::optional<Charge> charge{};        ///< in all, at the end
    std::string config = "{}";             ///< merged into the usual document; "$URL" is the upstream's
    std::string key = "test-key";          ///< whose charge is looked at
    std::optional<std::size_t> reached{};  ///< so many requests reached the upstream; else as many as `asks`
    std::optional<std::string> upstream_body{};  ///< of the last of them, byte for byte
    std::vector<std::string> upstream_has{};     ///< the last one's head (in lower case) and body have these
    std::vector<std::string> upstream_lacks{};   ///< and none of these
    bool stays_reserved = false;                 ///< a reservation is still held at the end: background work

    friend void PrintTo(const WireRow& row, std::ostream* out) { *out << row.name; }
};

/// Starts weir and the scripted upstream for one row, and looks at everything.
void check(const WireRow& row);

using WireRows = std::vector<WireRow>;
WireRows operator+(WireRows left, const WireRows& right);

class Wire : public ::testing::TestWithParam<WireRow> {};
std::string name_of(const ::testing::TestParamInfo<WireRow>& info);

}  // namespace weir::testing
