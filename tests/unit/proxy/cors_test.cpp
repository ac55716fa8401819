// What browsers are told of pages from other origins.
#include "proxy/cors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::proxy {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const config::Cors one_origin{
    .allowed_origins = {"https://app.example"}, .allowed_headers_more = {"x-mine"}, .max_age_s = 60};

Fields from(std::string_view origin) {
    Fields fields;
    fields.add("Origin", origin);
    return fields;
}

TEST(Cors, OnlyAnOptionsRequestThatNamesAMethodIsAPreflight) {
    RequestHead head;
    head.method = "OPTIONS";
    EXPECT_FALSE(is_preflight(head));
    head.fields.add("Access-Control-Request-Method", "POST");
    EXPECT_TRUE(is_preflight(head));
    head.method = "POST";
    EXPECT_FALSE(is_preflight(head));
}

TEST(Cors, SaysNothingWhereItIsOff) {
    EXPECT_THAT(cors_lines({}, from("https://app.example")), IsEmpty());
}

TEST(Cors, AllowsTheOriginsThatAreListedAndNoOthers) {
    EXPECT_THAT(cors_lines(one_origin, from("https://app.example")),
                HasSubstr("access-control-allow-origin: https://app.example\r\n"));
    for (const char* origin : {"https://app.example.evil", "http://app.example", "null", ""}) {
        const llm::HeaderLines lines = cors_lines(one_origin, from(origin));
        EXPECT_EQ(lines, "vary: origin\r\n") << origin;
        EXPECT_THAT(preflight_answer(one_origin, from(origin)).headers, IsEmpty()) << origin;
    }
    const config::Cors any{.allowed_origins = {"*"}, .allowed_headers_more = {}};
    EXPECT_THAT(cors_lines(any, from("https://x.example")),
                HasSubstr("access-control-allow-origin: https://x.example\r\n"));
}

TEST(Cors, APreflightIsToldWhatSdksSend) {
    Fields fields = from("https://app.example");
    fields.add("Access-Control-Request-Headers", "x-stainless-new-thing, x-evil");
    const llm::Answer answer = preflight_answer(one_origin, fields);
    EXPECT_EQ(answer.status, 204);
    for (const char* name : {"authorization", "x-stainless-lang", ", x-stainless-new-thing", ", x-mine"})
        EXPECT_THAT(answer.headers, HasSubstr(name));
    EXPECT_THAT(answer.headers, Not(HasSubstr("x-evil")));
    EXPECT_THAT(answer.headers, HasSubstr("access-control-max-age: 60\r\n"));
}

}  // namespace
}  // namespace weir::proxy
