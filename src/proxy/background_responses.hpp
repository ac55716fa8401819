// Reservations of answers that the upstream makes in the background: kept until somebody fetches the answer
// and with it its usage (https://platform.openai.com/docs/guides/background).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/settlement.hpp"
#include "weir/clock.hpp"
#include "weir/limiter.hpp"

namespace weir::proxy {

/// Of this process alone: what was begun on one node and fetched through another is charged as reserved, when
/// its time is up. Any thread may report; the thread that holds a response looks after it.
class BackgroundResponses {
public:
    static constexpr std::size_t held_max = 10'000;
    /// Nobody fetched it for so long: charged as reserved.
    static constexpr std::int64_t held_us_max = 3'600'000'000;

    /// One response that is being made.
    struct Held {
        Reservation reservation;
        double cached_input_weight = 1.0;
        std::string key_id;
        std::string model;
        std::string upstream;  ///< the name of the one that makes it
    };
    /// What became of it.
    struct Settled {
        std::string key_id;
        std::string model;
        Demand reserved;
        Spent spent;
    };

    explicit BackgroundResponses(const Clock& clock) : clock_(clock) {}

    /// False, and nothing is taken, where too many are held or one of that id already is. `owner`: who calls
    /// `look_after`.
    bool hold(std::string_view id, Held& held, const void* owner);
    /// How the response of that id weighs cached input, where it is held and not reported yet; else nullopt.
    std::optional<double> weight_of(std::string_view id) const;
    /// It is held for that key, and not reported yet.
    bool is_held_for(std::string_view key_id, std::string_view id) const;
    /// Who makes it, where it is held; else empty.
    std::string upstream_of(std::string_view id) const;
    /// What it used is known. Only the first report counts.
    void report(std::string_view id, const EndingFacts& facts);
    /// How many this owner still has to settle.
    std::size_t held_by(const void* owner) const noexcept;

    /// Renews and settles what is due of `owner`'s. `ending`: all that is left is charged as reserved.
    /// `on_settled` is called once for each that was settled, on the caller's thread, while it still counts
    /// as held: who waits until nothing is held misses none.
    using OnSettled = std::function<void(const Settled&)>;
    awaitable<void> look_after(Limiter& limiter, const void* owner, bool ending, const OnSettled& on_settled);

private:
    struct Entry {
        std::optional<Reservation> reservation;  ///< none while a call for it is under way
        double cached_input_weight = 1.0;
        std::string key_id;
        std::string model;
        std::string upstream;
        const void* owner = nullptr;
        std::int64_t renew_at_us = 0;      ///< steady clock
        std::int64_t ends_at_us = 0;       ///< steady clock
        std::optional<EndingFacts> facts;  ///< once it was reported
    };
    using Entries = std::map<std::string, Entry, std::less<>>;

    std::vector<std::string> due_ids(const void* owner, bool ending) const;
    awaitable<void> serve(std::string id, Limiter& limiter, bool ending, const OnSettled& on_settled);
    awaitable<void> renew(std::string id, Limiter& limiter, Reservation reservation);

    const Clock& clock_;
    mutable std::mutex mutex_;
    Entries entries_;
};

/// What an answer of that `method` about a response says of its end: somebody fetched, cancelled or deleted
/// it, and now its usage is known, or that nobody will ever know it. Nullopt: it is still being made, for all
/// one hears. `is_spelled_plainly`: the path had its id as it is; else an upstream that does not find it may
/// know it all the same. Pure.
std::optional<EndingFacts> told_by_fetch(EndingFacts answer, std::string_view method,
                                         bool is_spelled_plainly = true);

}  // namespace weir::proxy
