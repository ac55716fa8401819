// A ledger in Redis is what the brute-force log says, bucket by bucket, for whoever reads it with ZRANGE.
#include "limiter/stored_ledger.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <iostream>
#include <map>

#include "contract/brute_force.hpp"
#include "contract/contract.hpp"
#include "contract/redis_store.hpp"
#include "ledger/reservation_access.hpp"
#include "support/manual_clock.hpp"
#include "support/property.hpp"

namespace weir::testing {

namespace {

constexpr std::int64_t pool_windows_us[] = {second_us, minute_us, 60 * minute_us, 31 * day_us};
constexpr std::size_t windowed_size = std::size(pool_windows_us);
/// And one that counts requests in flight.
constexpr std::size_t pool_size = windowed_size + 1;
constexpr std::size_t counting_max = 121;
constexpr std::size_t newest_bytes = 50, entry_bytes = 20;

enum class Kind { reserve, progress, settle, pass };

/// So many operations of one kind that arrive together, or time that passes.
struct Step {
    Kind kind = Kind::reserve;
    std::size_t count = 1;
    std::uint32_t pick = 0;  ///< ledgers, or reservations in flight
    Amounts amounts{};
    bool exact = false;
    int unproduced = 0;
    std::int64_t pass_us = 0;
};

void showValue(const Step& step, std::ostream& out) {
    constexpr const char* names[] = {"reserve", "progress", "settle", "pass"};
    out << "\n  " << names[static_cast<std::size_t>(step.kind)];
    if (step.kind == Kind::pass) {
        out << " " << step.pass_us << " us";
        return;
    }
    out << " x" << step.count << " pick " << step.pick << " " << step.amounts.requests << "/"
        << step.amounts.input_tokens << "/" << step.amounts.output_tokens << " exact " << step.exact
        << " unproduced " << step.unproduced;
}

rc::Gen<Step> any_step() {
    using rc::gen::inRange;
    const auto kind = rc::gen::weightedElement<Kind>(
        {{10, Kind::reserve}, {4, Kind::progress}, {7, Kind::settle}, {8, Kind::pass}});
    const auto count = rc::gen::weightedOneOf<std::size_t>(
        {{3, rc::gen::just<std::size_t>(1)}, {1, inRange<std::size_t>(2, 20)}});
    const auto amounts =
        rc::gen::build<Amounts>(rc::gen::set(&Amounts::requests, inRange<std::int64_t>(0, 3)),
                                rc::gen::set(&Amounts::input_tokens, inRange<std::int64_t>(0, 60)),
                                rc::gen::set(&Amounts::output_tokens, inRange<std::int64_t>(0, 60)));
    const auto pass = rc::gen::weightedOneOf<std::int64_t>({{4, inRange<std::int64_t>(1, 20'000)},
                                                            {4, inRange<std::int64_t>(1, second_us)},
                                                            {4, inRange<std::int64_t>(1, 130 * second_us)},
                                                            {2, inRange<std::int64_t>(1, 61 * minute_us)},
                                                            {1, inRange<std::int64_t>(1, 32 * day_us)}});
    return rc::gen::build<Step>(
        rc::gen::set(&Step::kind, kind), rc::gen::set(&Step::count, count),
        rc::gen::set(&Step::pick, inRange<std::uint32_t>(0, 1U << 16U)),
        rc::gen::set(&Step::amounts, amounts), rc::gen::set(&Step::exact, rc::gen::arbitrary<bool>()),
        rc::gen::set(&Step::unproduced, inRange(0, 3)), rc::gen::set(&Step::pass_us, pass));
}

/// How often each thing happened.
struct Tally {
    std::int64_t admitted = 0, refused = 0, progressed = 0, settled = 0, compared = 0;
    std::size_t most_counting = 0;
};

class Stored {
public:
    explicit Stored(Tally& tally) : store_(store_kinds().front().make()), tally_(tally) {
        pass(0);
        for (std::size_t i = 0; i < windowed_size; ++i) {
            pool_.push_back(ledger("ledger" + std::to_string(i), pool_windows_us[i],
                                   {{Dimension::requests, 20}, {Dimension::total_tokens, 900}}));
        }
        pool_.push_back(ledger("in_flight", in_flight_lease_us, {{Dimension::in_flight, 12}}));
    }
    ~Stored() {
        for (Flight& flight : in_flight_) ReservationAccess::close(flight.reservation);
    }

    void run(const Step& step) {
        switch (step.kind) {
            case Kind::reserve:
                reserve(step);
                break;
            case Kind::progress:
                progress(step);
                break;
            case Kind::settle:
                settle(step);
                break;
            case Kind::pass:
                pass(step.pass_us);
                break;
        }
        for (const LedgerLimits& one : pool_) compare(one);
    }

private:
    struct Flight {
        Reservation reservation;
        BruteForce::Ticket ticket;
    };

    void pass(std::int64_t duration_us) {
        now_us_ += duration_us;
        store_->set_now_us(now_us_);
    }

    /// `start(i)` makes the operations, which arrive in this order.
    template <typename Start>
    void together(std::size_t count, Start start) {
        boost::asio::io_context& context = store_->context();
        std::size_t left = count;
        for (std::size_t i = 0; i < count; ++i) {
            boost::asio::co_spawn(context, start(i), [&](const std::exception_ptr&) { --left; });
        }
        context.restart();
        while (left > 0 && context.run_one() > 0) {
        }
        RC_ASSERT(left == 0U);
    }

    std::vector<LedgerLimits> pick_ledgers(std::uint32_t pick) const {
        std::vector<LedgerLimits> picked;
        for (std::size_t i = 0; i < pool_size; ++i) {
            if (((pick + 1) >> i & 1U) != 0) picked.push_back(pool_[i]);
        }
        if (picked.empty()) picked.push_back(pool_.front());
        return picked;
    }

    /// Those that are to be corrected.
    std::vector<std::size_t> pick_flights(const Step& step) const {
        std::vector<std::size_t> picked;
        const std::size_t count = std::min(step.count, in_flight_.size());
        for (std::size_t i = 0; i < count; ++i) picked.push_back((step.pick + i) % in_flight_.size());
        return picked;
    }

    void reserve(const Step& step) {
        const std::vector<LedgerLimits> ledgers = pick_ledgers(step.pick);
        std::vector<std::optional<Decision>> decisions(step.count);
        together(step.count, [&](std::size_t i) -> awaitable<void> {
            auto decided = co_await store_->limiter().reserve(step.amounts, ledgers);
            decisions[i].emplace(std::move(decided.value()));
        });
        for (auto& decision : decisions) {
            RC_ASSERT(decision.has_value());
            const auto answer = model_.reserve(step.amounts, ledgers, now_us_);
            RC_ASSERT(static_cast<int>(decision->verdict) == static_cast<int>(answer.verdict));
            ++(answer.ticket ? tally_.admitted : tally_.refused);
            if (answer.ticket) in_flight_.push_back({std::move(*decision->reservation), *answer.ticket});
        }
    }

    void progress(const Step& step) {
        const auto picked = pick_flights(step);
        const Usage so_far{.output_tokens = step.amounts.output_tokens,
                           .expected_more = step.amounts.input_tokens};
        together(picked.size(), [&](std::size_t i) {
            return store_->limiter().progress(in_flight_[picked[i]].reservation, so_far);
        });
        for (const std::size_t i : picked) {
            model_.progress(in_flight_[i].ticket, so_far.output_tokens, so_far.expected_more, now_us_);
            ++tally_.progressed;
        }
    }

    void settle(const Step& step) {
        auto picked = pick_flights(step);
        const Usage usage{.requests = step.amounts.requests,
                          .input_tokens = step.amounts.input_tokens,
                          .output_tokens = step.amounts.output_tokens,
                          .certainty = step.exact ? Certainty::exact : Certainty::lower_bound,
                          .unproduced = static_cast<Unproduced>(step.unproduced)};
        together(picked.size(), [&](std::size_t i) {
            return store_->limiter().settle(std::move(in_flight_[picked[i]].reservation), usage);
        });
        for (const std::size_t i : picked) {
            model_.settle(in_flight_[i].ticket, usage, now_us_);
            ++tally_.settled;
        }
        std::sort(picked.rbegin(), picked.rend());
        for (const std::size_t i : picked)
            in_flight_.erase(in_flight_.begin() + static_cast<std::ptrdiff_t>(i));
    }

    void compare(const LedgerLimits& ledger) {
        const std::vector<std::string> reply =
            redis_under_test().list({"ZRANGE", ledger.ledger.key(), "0", "-1", "WITHSCORES"});
        std::vector<std::string> members, scores;
        for (std::size_t i = 0; i + 1 < reply.size(); i += 2) {
            members.push_back(reply[i]);
            scores.push_back(reply[i + 1]);
        }
        const auto held = model_.held(ledger, now_us_);
        ++tally_.compared;
        if (members.empty()) {
            RC_ASSERT(held.empty());
            return;
        }
        for (std::size_t i = 0; i < members.size(); ++i) {
            RC_ASSERT(members[i].size() == (i == 0 ? newest_bytes : entry_bytes));
        }
        const auto stored = read_ledger(members);
        RC_ASSERT(stored.has_value());
        RC_ASSERT(stored->epoch > 0);
        RC_ASSERT(stored->oldest_bucket == stored->entries.back().bucket);
        compare_entries(ledger, *stored, scores, held);
    }

    void compare_entries(const LedgerLimits& ledger, const StoredLedger& stored,
                         const std::vector<std::string>& scores,
                         const std::map<std::int64_t, Amounts>& held) {
        Amounts sums;
        std::map<std::int64_t, Amounts> counting;
        std::size_t counting_or_empty = 0;
        std::int64_t later_us = INT64_MAX;
        for (std::size_t i = 0; i < stored.entries.size(); ++i) {
            const auto& [bucket, amounts] = stored.entries[i];
            const std::int64_t expires_us = bucket * bucket_width_us(ledger.window_us);
            RC_ASSERT(scores[i] == std::to_string(-expires_us));
            RC_ASSERT(expires_us < later_us);
            later_us = expires_us;
            sums += amounts;
            if (expires_us <= now_us_) continue;
            ++counting_or_empty;
            if (amounts != Amounts{}) counting.emplace(expires_us, amounts);
        }
        RC_ASSERT(sums == stored.sums);
        RC_ASSERT(counting_or_empty <= counting_max);
        tally_.most_counting = std::max(tally_.most_counting, counting_or_empty);
        RC_ASSERT(counting == held);
    }

    std::int64_t now_us_ = some_minute_us;
    std::unique_ptr<Store> store_;
    BruteForce model_;
    std::vector<LedgerLimits> pool_;
    std::vector<Flight> in_flight_;
    Tally& tally_;
};

TEST(StoredLedgerTest, IsWhatTheBruteForceLogHoldsAfterEveryStep) {
    Tally tally;
    check_property({.cases = 400, .size_max = 100}, [&] {
        const auto steps = *rc::gen::container<std::vector<Step>>(any_step());
        Stored stored(tally);
        for (const Step& step : steps) stored.run(step);
    });
    if (HasFailure()) return;
    for (const std::int64_t happened : {tally.admitted, tally.refused, tally.progressed, tally.settled}) {
        EXPECT_GE(happened, 1'000);
    }
    EXPECT_GE(tally.compared, 20'000);
    std::cout << tally.admitted << " admitted, " << tally.refused << " refused, " << tally.progressed
              << " progressed, " << tally.settled << " settled, " << tally.compared
              << " ledgers compared, of " << tally.most_counting << " buckets at the most\n";
}

TEST(StoredLedgerTest, HasNoMoreBucketsHoweverLongItIsUsed) {
    for (const std::int64_t window_us : pool_windows_us) {
        Tally tally;
        check_property({.cases = 1}, [&] {
            Stored stored(tally);
            stored.run({.kind = Kind::pass, .pass_us = 1});
            for (int i = 0; i < 200; ++i) {
                stored.run({.pick = (1U << pool_size) - 2, .amounts = {0, 1, 1}});
                stored.run({.kind = Kind::pass, .pass_us = bucket_width_us(window_us)});
            }
        });
        EXPECT_EQ(tally.most_counting, counting_max) << window_us;
    }
}

}  // namespace

}  // namespace weir::testing
