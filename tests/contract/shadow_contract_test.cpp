// Shadow mode over every store: what is noted is what an enforced twin refuses, and both hold the same.
#include <algorithm>

#include "contract/contract.hpp"
#include "proxy/shadow.hpp"
#include "support/manual_clock.hpp"
#include "support/property.hpp"
#include "support/run_awaitable.hpp"

namespace weir::testing {

namespace {

constexpr Dimension requests = Dimension::requests;
constexpr Dimension input_tokens = Dimension::input_tokens;
constexpr Dimension output_tokens = Dimension::output_tokens;

/// A store, and what was noted at the last question.
class Shadowed {
public:
    explicit Shadowed(const StoreKind& kind) : store_(kind.make()) { store_->set_now_us(now_us_); }

    Decision ask(Demand demand, const std::vector<LedgerLimits>& ledgers) {
        noted_.clear();
        return run_awaitable(store_->context(), proxy::reserve_past_shadow(store_->limiter(), demand, ledgers,
                                                                           Withdrawal(), noted_))
            .value();
    }
    void settle(Decision& decision, std::int64_t output) {
        const Usage usage{.input_tokens = 1, .output_tokens = output, .certainty = Certainty::exact};
        run_awaitable(store_->context(),
                      store_->limiter().settle(std::move(decision.reservation).value(), usage));
    }
    std::vector<LevelRow> levels(const LedgerLimits& one) {
        const std::vector<LedgerLimits> ledgers{one};
        return rows_of(run_awaitable(store_->context(), store_->limiter().peek(ledgers)).value());
    }
    void advance(std::int64_t duration_us) { store_->set_now_us(now_us_ += duration_us); }

    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const observe::RefusedBy& limit : noted_) names.push_back(limit.name);
        return names;
    }
    const std::vector<observe::RefusedBy>& noted() const { return noted_; }

private:
    std::unique_ptr<Store> store_;
    std::int64_t now_us_ = some_minute_us;
    std::vector<observe::RefusedBy> noted_;
};

LedgerLimits shadow(LedgerLimits made) {
    made.enforced = false;
    return made;
}

LedgerLimits of(Scope scope, LedgerLimits made) {
    made.scope = scope;
    return made;
}

class ShadowContract : public ::testing::TestWithParam<StoreKind> {};

std::string name_of(const ::testing::TestParamInfo<StoreKind>& info) {
    return info.param.name;
}

}  // namespace

using Names = std::vector<std::string>;

TEST_P(ShadowContract, LetsPassAndNotesWhatItWouldHaveRefused) {
    Shadowed store(GetParam());
    const std::vector<LedgerLimits> ledgers{
        shadow(ledger("key:a:60000000", minute_us, {{requests, 1}})),
        of(Scope::group, ledger("group:g:60000000", minute_us, {{requests, 3}}))};
    EXPECT_EQ(store.ask({.requests = 1}, ledgers).verdict, Verdict::admitted);
    EXPECT_TRUE(store.noted().empty());
    for (int i = 0; i < 2; ++i) {
        const Decision decision = store.ask({.requests = 1}, ledgers);
        EXPECT_EQ(decision.verdict, Verdict::admitted);
        EXPECT_EQ(store.names(), Names{"key/requests/1m"});
        EXPECT_EQ(store.noted().front().used, 1);
        EXPECT_EQ(store.noted().front().limit, 1);
        EXPECT_EQ(store.noted().front().requested, 1);
    }
    // Refused by the one that is enforced: then nothing is noted, whatever the other would have said.
    const Decision decision = store.ask({.requests = 1}, ledgers);
    EXPECT_EQ(decision.verdict, Verdict::refused);
    EXPECT_EQ(decision.refusal.ledger_index, 1U);
    EXPECT_TRUE(store.noted().empty());
    EXPECT_EQ(store.levels(ledgers[0]).front(), (LevelRow{0, "requests", 1, 1, minute_us}));
    EXPECT_EQ(store.levels(ledgers[1]).front(), (LevelRow{0, "requests", 3, 3, minute_us}));
}

TEST_P(ShadowContract, LimitsThatAreNotEnforcedAloneRefuseNothing) {
    Shadowed store(GetParam());
    const std::vector<LedgerLimits> ledgers{
        shadow(ledger("key:a:60000000", minute_us, {{output_tokens, 10}})),
        shadow(of(Scope::group, ledger("group:g:60000000", minute_us, {{requests, 0}})))};
    Decision decision = store.ask({.requests = 1, .output_tokens = 11}, ledgers);
    EXPECT_EQ(decision.verdict, Verdict::admitted);
    EXPECT_EQ(store.names(), (Names{"group/requests/1m", "key/output_tokens/1m"}));
    store.settle(decision, 11);
    EXPECT_EQ(std::get<3>(store.levels(ledgers[0]).front()), 0);
}

TEST_P(ShadowContract, HeadersAreOfWhatIsEnforced) {
    Shadowed store(GetParam());
    const std::vector<LedgerLimits> ledgers{
        shadow(ledger("key:a:60000000", minute_us, {{requests, 2}, {input_tokens, 5}})),
        ledger("group:g:60000000", minute_us, {{requests, 9}})};
    const Decision decision = store.ask({.requests = 1}, ledgers);
    EXPECT_EQ(decision.tightest[0]->limit, 9);
    EXPECT_FALSE(decision.tightest[1].has_value());
}

TEST_P(ShadowContract, NotesExactlyWhatAnEnforcedTwinRefuses) {
    std::size_t noted = 0;
    check_property({.cases = 30}, [&] {
        Shadowed store(GetParam());
        const auto limit = [](Dimension dimension) {
            return LimitOf{dimension, *rc::gen::inRange<std::int64_t>(0, 60)};
        };
        const LedgerLimits twin = ledger("key:twin:5000000", 5 * second_us,
                                         {limit(requests), limit(input_tokens), limit(output_tokens)});
        LedgerLimits tried = shadow(twin);
        tried.ledger = "key:tried:5000000";
        const LedgerLimits wide = ledger("group:g:60000000", minute_us, {{requests, 1'000'000}});
        const auto steps = *rc::gen::inRange<int>(1, 40);
        for (int i = 0; i < steps; ++i) {
            store.advance(*rc::gen::inRange<std::int64_t>(0, 500'000));
            const Demand demand{.requests = 1,
                                .input_tokens = *rc::gen::inRange<std::int64_t>(0, 30),
                                .output_tokens = *rc::gen::inRange<std::int64_t>(0, 30)};
            // Beside what every step charges, so that Redis itself is asked: a cached refusal says what was
            // used then.
            Decision of_twin = store.ask(demand, {twin, wide});
            Decision passed = store.ask(demand, {tried, wide});
            RC_ASSERT(passed.verdict == Verdict::admitted);
            RC_ASSERT((of_twin.verdict == Verdict::admitted) == store.noted().empty());
            if (!store.noted().empty()) {
                ++noted;
                RC_ASSERT(store.noted().front().dimension == of_twin.refusal.dimension);
                RC_ASSERT(store.noted().front().used == of_twin.refusal.used);
            }
            const auto output = *rc::gen::inRange<std::int64_t>(0, 40);
            if (of_twin.reservation) store.settle(of_twin, output);
            store.settle(passed, output);
            RC_ASSERT(store.levels(twin) == store.levels(tried));
        }
    });
    EXPECT_GT(noted, 30U);
}

INSTANTIATE_TEST_SUITE_P(Stores, ShadowContract, ::testing::ValuesIn(store_kinds()), name_of);

}  // namespace weir::testing
