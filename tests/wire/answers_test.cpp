// Plays the rows of answer_rows.hpp.
#include "wire/answer_rows.hpp"

namespace weir::testing {
namespace {

class WireAnswers : public Wire {};

TEST_P(WireAnswers, AreReadAndCharged) {
    check(GetParam());
}

INSTANTIATE_TEST_SUITE_P(ChatUsage, WireAnswers, ::testing::ValuesIn(chat_usage_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(StreamUsage, WireAnswers, ::testing::ValuesIn(stream_usage_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Anthropic, WireAnswers, ::testing::ValuesIn(anthropic_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Responses, WireAnswers, ::testing::ValuesIn(responses_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(OtherApis, WireAnswers, ::testing::ValuesIn(other_api_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(ContentTypes, WireAnswers, ::testing::ValuesIn(content_type_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Endings, WireAnswers, ::testing::ValuesIn(ending_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Failures, WireAnswers, ::testing::ValuesIn(failure_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Faults, WireAnswers, ::testing::ValuesIn(upstream_fault_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(LookAlikes, WireAnswers, ::testing::ValuesIn(look_alike_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Splices, WireAnswers, ::testing::ValuesIn(splice_rows()), name_of);

}  // namespace
}  // namespace weir::testing
