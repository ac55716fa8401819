// What asks only after something that was produced before.
#include "llm/stored_answers.hpp"

#include <gtest/gtest.h>

namespace weir::llm {
namespace {

TEST(StoredAnswersTest, OnlyAPostThatProducesReportsNewUsage) {
    for (const std::string_view path :
         {"/v1/chat/completions", "/v1/chat/completions/batch", "/v1/chat/completions/batch/",
          "/V1/Chat/Completions/Batch", "/v1/responses", "/v1/threads/t/runs", "/v1/batches", "/v1/x", "/"}) {
        EXPECT_TRUE(may_report_new_usage("POST", path)) << path;
        EXPECT_FALSE(may_report_new_usage("GET", path)) << path;
        EXPECT_FALSE(may_report_new_usage("DELETE", path)) << path;
    }
}

TEST(StoredAnswersTest, CancellingAndLabellingReportOldUsage) {
    for (const std::string_view path :
         {"/v1/responses/resp_1/cancel", "/v1/responses/resp_1/Cancel/", "/v1/chat/completions/chatcmpl_1",
          "/v1/Chat/Completions/chatcmpl_1/", "/v1/threads/t/runs/run_1", "/v1/threads/t/RUNS/run_1",
          "/v1/threads/t/runs/run_1/cancel", "/v1/batches/batch_1", "/v1/batches/batch_1/cancel"}) {
        EXPECT_FALSE(may_report_new_usage("POST", path)) << path;
    }
}

TEST(StoredAnswersTest, TheIdOfAStoredResponse) {
    for (const std::string_view path :
         {"/v1/responses/resp_1", "/v1/responses/resp_1/", "/V1/Responses/resp_1",
          "/openai/v1/RESPONSES/resp_1//", "/responses/resp_1"}) {
        EXPECT_EQ(stored_response_id("GET", path), "resp_1") << path;
        EXPECT_EQ(stored_response_id("DELETE", path), "resp_1") << path;
        EXPECT_EQ(stored_response_id("POST", path), "") << path;
        EXPECT_EQ(stored_response_id("PUT", path), "") << path;
    }
    EXPECT_EQ(stored_response_id("GET", "/v1/responses/Resp_A"), "Resp_A");
    for (const std::string_view path : {"/v1/responses/resp_1/cancel", "/v1/Responses/resp_1/CANCEL/"}) {
        EXPECT_EQ(stored_response_id("POST", path), "resp_1") << path;
        EXPECT_EQ(stored_response_id("GET", path), "") << path;
        EXPECT_EQ(stored_response_id("DELETE", path), "") << path;
    }
    for (const std::string_view path :
         {"/v1/responses", "/v1/responses/", "/v1/xresponses/resp_1", "/v1/responses/resp_1/input_items",
          "/v1/chat/completions/c", "/", ""}) {
        EXPECT_EQ(stored_response_id("GET", path), "") << path;
    }
}

}  // namespace
}  // namespace weir::llm
