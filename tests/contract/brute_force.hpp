// The limiter as its description reads: a log of dated charges, summed by looking at every one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "weir/ledger_set.hpp"
#include "weir/limit.hpp"

namespace weir::testing {

/// Shares no arithmetic with the limiter: no buckets, no running sums; only dates, and when each expires.
class BruteForce {
public:
    /// Where one ledger was charged for a request: by when that expires.
    struct Place {
        LedgerName ledger;
        std::int64_t window_us = 0;
        std::int64_t input_until_us = 0;
        std::int64_t lease_until_us = 0;
        std::int64_t newest_output_until_us = 0;
        std::int64_t newest_output = 0;
        bool in_flight = false;  ///< it holds slots, and nothing else
    };
    /// An admitted demand.
    struct Ticket {
        Demand demand;
        std::int64_t produced = 0;
        std::int64_t held = 0;  ///< output that is still reserved
        std::vector<Place> places;
        std::size_t own_places = 0;  ///< the first ones; the others are a candidate's
    };
    struct Answer {
        Verdict verdict = Verdict::admitted;
        Refusal refusal;
        std::optional<Ticket> ticket;
        std::size_t candidate = 0;
    };

    /// With candidates: one answer after the other, until one admits.
    Answer reserve_from(const Demand& demand, const LedgerSet& ledgers, std::int64_t now_us);
    Answer reserve(const Demand& demand, std::span<const LedgerLimits> ledgers, std::int64_t now_us);
    /// The answer has no ticket: this one goes on.
    Answer move(Ticket& ticket, const Usage& usage, const LedgerSet& ledgers, std::int64_t now_us);
    void progress(Ticket& ticket, std::int64_t output_tokens, std::int64_t expected_more,
                  std::int64_t now_us);
    void settle(const Ticket& ticket, const Usage& usage, std::int64_t now_us);
    std::vector<Level> peek(std::span<const LedgerLimits> ledgers, std::int64_t now_us);
    /// What counts then, by the time when it expires.
    std::map<std::int64_t, Amounts> held(const LedgerLimits& ledger, std::int64_t now_us);

private:
    /// So much of one stored dimension, until then.
    struct Event {
        Dimension dimension;
        std::int64_t amount = 0;
        std::int64_t until_us = 0;
    };
    using Log = std::vector<Event>;

    /// Whether there is room; charges nothing.
    Answer judge(const Demand& demand, std::span<const LedgerLimits> ledgers, std::int64_t now_us);
    Ticket charge(const Demand& demand, std::span<const LedgerLimits> ledgers, std::int64_t now_us);
    /// The log at that time: expired events are forgotten; if time stepped back, none lasts longer than one
    /// of now would.
    Log& at(const LedgerName& ledger, std::int64_t window_us, std::int64_t now_us);

    std::map<std::string, Log> logs_;
};

}  // namespace weir::testing
