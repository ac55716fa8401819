// Shadow mode against stores that cannot decide, and what is told of it. What stores that can decide say is
// in tests/contract.
#include "proxy/shadow.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "support/run_awaitable.hpp"

namespace weir::proxy {
namespace {

using testing::run_awaitable;

/// Answers by rote, and keeps what it was asked.
class Rote final : public Limiter {
public:
    using Limiter::reserve;
    awaitable<result<Decision>> reserve(Demand, LedgerSet ledgers, Withdrawal) override {
        std::string names;
        for (const LedgerLimits& one : ledgers) names.append(one.ledger.name()).append(" ");
        asked.push_back(names);
        const auto answer = answers.at(asked.size() - 1);
        if (answer.error) co_return answer.error;
        Decision decision;
        decision.verdict = answer.verdict;
        decision.refusal.ledger_index = answer.ledger_index;
        // Of the last ledger that was asked.
        decision.tightest[0] = Level{.ledger_index = ledgers.size() - 1};
        decision.candidate_levels = {Level{.ledger_index = ledgers.size() - 1}};
        co_return decision;
    }
    awaitable<void> settle(Reservation, Usage) override { co_return; }
    awaitable<void> progress(Reservation&, Usage) override { co_return; }
    awaitable<result<void>> count_foreign(const LedgerLimits&, Amounts) override {
        co_return errc::store_unavailable;
    }
    awaitable<result<std::vector<Level>>> peek(LedgerSet) override { co_return std::vector<Level>{}; }
    awaitable<result<LedgerContents>> read(const LedgerLimits&) override { co_return LedgerContents{}; }
    awaitable<result<void>> reset(LedgerSet) override { co_return result<void>{}; }
    StoreMode mode() const noexcept override { return StoreMode::memory; }

    struct Answer {
        Verdict verdict = Verdict::admitted;
        std::size_t ledger_index = 0;
        boost::system::error_code error{};
    };
    std::vector<Answer> answers;
    std::vector<std::string> asked;
};

LedgerLimits ledger(const std::string& name, bool enforced) {
    LedgerLimits made;
    made.ledger = name;
    made.enforced = enforced;
    return made;
}

class PastShadow : public ::testing::Test {
protected:
    result<Decision> ask(std::vector<Rote::Answer> answers) {
        limiter_.answers = std::move(answers);
        return run_awaitable(context_,
                             reserve_past_shadow(limiter_, {.requests = 1}, ledgers_, Withdrawal(), noted_));
    }

    boost::asio::io_context context_;
    Rote limiter_;
    std::vector<LedgerLimits> ledgers_{ledger("s1", false), ledger("e1", true), ledger("s2", false),
                                       ledger("e2", true)};
    std::vector<observe::RefusedBy> noted_;
    using Asked = std::vector<std::string>;
};

TEST_F(PastShadow, AsksOnceWhereNothingRefuses) {
    EXPECT_EQ(ask({{Verdict::admitted}})->verdict, Verdict::admitted);
    EXPECT_EQ(limiter_.asked, Asked{"s1 e1 s2 e2 "});
    EXPECT_TRUE(noted_.empty());
}

TEST_F(PastShadow, TheRefusalPointsIntoAllLedgers) {
    const auto decision = ask({{Verdict::refused, 0}, {Verdict::never_fits, 1}, {Verdict::refused, 1}});
    EXPECT_EQ(decision->verdict, Verdict::refused);
    EXPECT_EQ(decision->refusal.ledger_index, 3U);
    EXPECT_EQ(limiter_.asked, (Asked{"s1 e1 s2 e2 ", "e1 s2 e2 ", "e1 e2 "}));
    EXPECT_TRUE(noted_.empty());
}

TEST_F(PastShadow, LevelsPointIntoAllLedgersHoweverManyWereLeftOut) {
    const auto admitted = ask({{.verdict = Verdict::refused, .ledger_index = 0}, {}});
    EXPECT_EQ(admitted->tightest[0]->ledger_index, 3U);
    EXPECT_EQ(admitted->candidate_levels.front().ledger_index, 3U);
}

TEST_F(PastShadow, ARefusalsLevelsPointIntoAllLedgersToo) {
    const auto refused = ask(
        {{.verdict = Verdict::refused, .ledger_index = 2}, {.verdict = Verdict::refused, .ledger_index = 1}});
    EXPECT_EQ(refused->refusal.ledger_index, 1U);
    EXPECT_EQ(refused->tightest[0]->ledger_index, 3U);
}

TEST_F(PastShadow, AStoreThatCannotDecideIsAskedWithoutThem) {
    const boost::system::error_code unavailable = errc::store_unavailable;
    const auto decision = ask({{Verdict::refused, 2}, {.error = unavailable}, {Verdict::admitted}});
    EXPECT_EQ(decision->verdict, Verdict::admitted);
    EXPECT_EQ(limiter_.asked, (Asked{"s1 e1 s2 e2 ", "s1 e1 e2 ", "e1 e2 "}));
    EXPECT_EQ(noted_.size(), 1U);
    limiter_.asked.clear();
    EXPECT_EQ(ask({{.error = unavailable}, {.error = unavailable}}).error(), errc::store_unavailable);
    EXPECT_EQ(limiter_.asked, (Asked{"s1 e1 s2 e2 ", "e1 e2 "}));
}

TEST_F(PastShadow, WhereNobodyWaitsNobodyAsksAgain) {
    EXPECT_EQ(ask({{.error = errc::withdrawn}}).error(), errc::withdrawn);
    EXPECT_EQ(limiter_.asked.size(), 1U);
}

TEST(ShadowLines, NameEachLimit) {
    EXPECT_EQ(shadow_lines({}), "");
    std::vector<observe::RefusedBy> noted(2);
    noted[0].name = "key/output_tokens/1m";
    noted[1].name = "group/requests/1d";
    EXPECT_EQ(shadow_lines(noted), "x-weir-shadow: key/output_tokens/1m, group/requests/1d\r\n");
}

}  // namespace
}  // namespace weir::proxy
