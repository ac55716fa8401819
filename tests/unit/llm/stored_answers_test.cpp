// What asks only after something that was produced before.
#include "llm/stored_answers.hpp"

#include <gmock/gmock.h>

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

std::string first_id(std::string_view method, std::string_view path) {
    const std::vector<std::string> ids = stored_response_ids(method, path);
    return ids.empty() ? std::string() : ids.front();
}

TEST(StoredAnswersTest, TheIdOfAStoredResponse) {
    for (const std::string_view path :
         {"/v1/responses/resp_1", "/v1/responses/resp_1/", "/V1/Responses/resp_1",
          "/openai/v1/RESPONSES/resp_1//", "/responses/resp_1"}) {
        EXPECT_EQ(first_id("GET", path), "resp_1") << path;
        EXPECT_EQ(first_id("DELETE", path), "resp_1") << path;
        EXPECT_EQ(first_id("POST", path), "") << path;
        EXPECT_EQ(first_id("PUT", path), "") << path;
    }
    EXPECT_EQ(first_id("GET", "/v1/responses/Resp_A"), "Resp_A");
    for (const std::string_view path : {"/v1/responses/resp_1/cancel", "/v1/Responses/resp_1/CANCEL/"}) {
        EXPECT_EQ(first_id("POST", path), "resp_1") << path;
        EXPECT_EQ(first_id("GET", path), "") << path;
        EXPECT_EQ(first_id("DELETE", path), "") << path;
    }
    for (const std::string_view path :
         {"/v1/responses", "/v1/responses/", "/v1/xresponses/resp_1", "/v1/responses/resp_1/input_items",
          "/v1/chat/completions/c", "/", ""}) {
        EXPECT_EQ(first_id("GET", path), "") << path;
    }
}

TEST(StoredAnswersTest, TheIdInAnySpelling) {
    for (const std::string_view end :
         {"",       "%20",    ".json",    ";x",        "%3b",    "%3Bx", ".",      ".json;x", "%20.",
          "/",      "/%20",   "/;x",      "%2f",       "%2F%20", "%5c",  "%3fx/y", "%23x",    "%2520",
          "%253bx", "%c2%a0", "\xc2\xa0", "%ef%bc%8f", "+",      ":",    ",",      "!",       "%09"}) {
        for (const std::string_view begin :
             {"/v1/responses/", "/v1/Responses;x/", "/v1/responses%20/", "/v1/responses%2f",
              "/v1%2Fresponses/", "/v1/responses%252f", "/v1/responses%5C", "/v1/responses/%20",
              "/v1/responses.json/"}) {
            const std::string path = std::string(begin) + "resp_1" + std::string(end);
            for (const std::string_view method : {"GET", "DELETE"})
                EXPECT_THAT(stored_response_ids(method, path), ::testing::Contains("resp_1")) << path;
        }
    }
    for (const std::string_view path :
         {"/v1/responses;x/resp_1/cancel", "/v1/responses/resp_1;x/cancel%20",
          "/v1/responses/resp_1.json/cancel.json", "/v1/responses/resp_1/cancel/;x"})
        EXPECT_THAT(stored_response_ids("POST", path), ::testing::Contains("resp_1")) << path;
    EXPECT_EQ(first_id("GET", "/v1/responses/resp.1%3a;x"), "resp.1%3a;x");
    EXPECT_THAT(stored_response_ids("GET", "/v1/responses/resp.1%3a"), ::testing::Contains("resp.1:"));
    EXPECT_EQ(stored_response_ids("GET", "/v1/responses/resp_1").size(), 1U);
    EXPECT_TRUE(stored_response_ids("GET", "/v1/responses/%20").empty());
    EXPECT_TRUE(stored_response_ids("GET", "/v1/responses%2fresp_1%2finput_items").empty());
}

}  // namespace
}  // namespace weir::llm
