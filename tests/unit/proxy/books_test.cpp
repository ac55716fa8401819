// What the books say of a request that has ended, row by row.
#include "proxy/books.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weir::proxy {
namespace {

constexpr Demand reserved{1, 100, 400};

struct Row {
    std::string name;
    EndingFacts facts;
    Spent spent;
};

EndingFacts facts(Ending ending, int status, std::optional<std::int64_t> input,
                  std::optional<std::int64_t> output, std::int64_t cached = 0) {
    EndingFacts made;
    made.ending = ending;
    made.status = status;
    made.usage.input_tokens = input;
    made.usage.output_tokens = output;
    made.usage.cached_input_tokens = cached;
    made.cached_input_weight = 0.25;
    return made;
}

EndingFacts seen(EndingFacts made, std::int64_t output) {
    made.usage.output_seen = output;
    return made;
}

// Spent: input, cached, weighted input, output.
const std::vector<Row> rows{
    {"reported", facts(Ending::whole, 200, 60, 30), {60, 0, 60, 30}},
    {"cached", facts(Ending::whole, 200, 60, 30, 40), {60, 40, 30, 30}},
    {"more_cached_than_input", facts(Ending::whole, 200, 60, 30, 80), {60, 60, 15, 30}},
    {"nothing_reported", facts(Ending::whole, 200, {}, {}), {100, 0, 100, 400}},
    {"output_alone", facts(Ending::whole, 200, {}, 30), {100, 0, 100, 30}},
    {"input_alone", facts(Ending::whole, 200, 60, {}), {60, 0, 60, 400}},
    {"more_than_reserved", facts(Ending::whole, 200, 150, 900), {150, 0, 150, 900}},
    {"never_sent", facts(Ending::never_sent, 0, {}, {}), {}},
    {"refused_by_the_upstream", facts(Ending::whole, 429, {}, {}), {}},
    {"overloaded", facts(Ending::whole, 529, 60, {}), {}},
    {"server_error", facts(Ending::whole, 500, {}, {}), {100, 0, 100, 0}},
    {"broken_off", seen(facts(Ending::upstream_broken, 200, {}, {}), 17), {100, 0, 100, 17}},
    {"client_left_after_the_input_was_told",
     seen(facts(Ending::client_gone, 200, 60, {}, 40), 17),
     {60, 40, 30, 17}},
    {"absurd", facts(Ending::whole, 200, std::int64_t{1} << 60, -5), {amount_max, 0, amount_max, 0}},
};

class Books : public ::testing::TestWithParam<Row> {};

TEST_P(Books, SayWhatWasSpent) {
    const Spent spent = spent_by(GetParam().facts, reserved);
    EXPECT_EQ(spent.input_tokens, GetParam().spent.input_tokens);
    EXPECT_EQ(spent.cached_input_tokens, GetParam().spent.cached_input_tokens);
    EXPECT_EQ(spent.weighted_input_tokens, GetParam().spent.weighted_input_tokens);
    EXPECT_EQ(spent.output_tokens, GetParam().spent.output_tokens);
}

/// Without a weight, metrics, log and totals say the same.
TEST_P(Books, AgreeWithTheMetricsWhereNothingIsWeighed) {
    EndingFacts unweighted = GetParam().facts;
    unweighted.cached_input_weight = 1.0;
    const Spent spent = spent_by(unweighted, reserved);
    const Usage recorded = as_recorded(settle_by(unweighted), spent);
    EXPECT_EQ(recorded.input_tokens, spent.input_tokens);
    EXPECT_EQ(recorded.output_tokens, spent.output_tokens);
}

INSTANTIATE_TEST_SUITE_P(Endings, Books, ::testing::ValuesIn(rows),
                         [](const auto& row) { return row.param.name; });

TEST(Amounts, OfADecisionAreOneRequest) {
    observe::RequestRecord record;
    EXPECT_EQ(amounts_of(record, {}), usage::Amounts{}) << "nobody decided on it";
    record.store_mode = "memory";
    const Spent spent{
        .input_tokens = 5, .cached_input_tokens = 2, .weighted_input_tokens = 4, .output_tokens = 3};
    EXPECT_EQ(amounts_of(record, spent), (usage::Amounts{1, 1, 0, 5, 2, 3}));
    record.refused_by.emplace();
    EXPECT_EQ(amounts_of(record, {}), (usage::Amounts{1, 0, 1, 0, 0, 0}));
}

}  // namespace
}  // namespace weir::proxy
