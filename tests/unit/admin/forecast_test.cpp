// What a key's hours say of the next ones and of its limits.
#include <gtest/gtest.h>

#include "calls.hpp"

namespace weir::admin {
namespace {

/// The last `hours` whole hours and half of the one that has begun, all alike.
void use_evenly(StandInControl& control, const std::string& key, std::int64_t hours, std::int64_t requests,
                std::int64_t refused = 0) {
    const std::int64_t now_hour = control.clock.now_us() / usage::hour_us;
    for (std::int64_t hour = now_hour - hours; hour <= now_hour; ++hour) {
        usage::Amounts amounts{
            .requests = requests + refused, .refused = refused, .input_tokens = 10 * requests};
        amounts.output_tokens = 3 * requests;
        amounts.peaks = {requests / 10, requests, requests / 2, requests + requests / 2};
        control.hours[key].push_back({hour, amounts});
    }
}

Json row_of(const Json& rows, const std::string& dimension, const std::string& window) {
    for (const Json& row : rows) {
        if (row["dimension"] == dimension && row["window"] == window) return row;
    }
    return nullptr;
}

TEST(Forecast, TellsTheLastAndTheNextHours) {
    Calls calls;
    use_evenly(calls.control, "acme-web", 400, 100, 2);
    const Reply reply = calls.get("/admin/keys/acme-web/forecast");
    ASSERT_EQ(reply.status, 200) << reply.text;
    EXPECT_EQ(reply.json["id"], "acme-web");
    EXPECT_EQ(reply.json["basis"], "hour_of_week");
    ASSERT_EQ(reply.json["history"].size(), 72U);
    ASSERT_EQ(reply.json["forecast"].size(), 24U);
    EXPECT_EQ(reply.json["history"].back()["hour"], reply.json["forecast"].front()["hour"]);
    EXPECT_EQ(reply.json["history"][0]["requests"], 100) << "those that were let through";
    EXPECT_EQ(reply.json["history"][0]["refused"], 2);
    const Json& next = reply.json["forecast"][1];
    EXPECT_EQ(next["requests"]["expected"], 100);
    EXPECT_EQ(next["output_tokens"]["expected"], 300);
    EXPECT_LE(next["requests"]["low"].get<int>(), 100);
    EXPECT_GE(next["requests"]["high"].get<int>(), 100);
}

TEST(Forecast, AsManyHoursAsAreAskedFor) {
    Calls calls;
    use_evenly(calls.control, "acme-web", 30, 100);
    const Reply reply = calls.get("/admin/keys/acme-web/forecast?past=5&hours=168");
    EXPECT_EQ(reply.json["history"].size(), 5U);
    EXPECT_EQ(reply.json["forecast"].size(), 168U);
    EXPECT_EQ(reply.json["basis"], "average");
    EXPECT_EQ(calls.get("/admin/keys/acme-web/forecast?past=0").status, 400);
    EXPECT_EQ(calls.get("/admin/keys/acme-web/forecast?hours=169").status, 400);
}

TEST(Forecast, SaysWhenTheDaysLimitIsReached) {
    Calls calls;
    use_evenly(calls.control, "acme-web", 400, 100);
    const Reply before = calls.get("/admin/keys/acme-web/forecast");
    ASSERT_EQ(before.json["limits"].size(), 1U) << "of a minute's limit nothing is foretold";
    const Json& limit = before.json["limits"][0];
    EXPECT_EQ(limit["window"], "1d");
    EXPECT_TRUE(limit["projected_until"].is_string());
    const std::int64_t amount = limit["limit"].get<std::int64_t>();
    calls.control.used["key:acme-web:86400000000"] = amount;
    const Reply full = calls.get("/admin/keys/acme-web/forecast");
    EXPECT_EQ(full.json["limits"][0]["reached_at"], full.json["now"]);
}

TEST(Forecast, WithoutHistoryThereIsNone) {
    Calls calls;
    const Reply reply = calls.get("/admin/keys/acme-web/forecast");
    ASSERT_EQ(reply.status, 200) << reply.text;
    EXPECT_EQ(reply.json["basis"], "none");
    EXPECT_TRUE(reply.json["forecast"].empty());
    EXPECT_TRUE(reply.json["limits"][0]["reached_at"].is_null());
    EXPECT_TRUE(reply.json["limits"][0]["projected_until"].is_null());
    EXPECT_TRUE(row_of(reply.json["recommended"], "requests", "1m")["recommended"].is_null());
}

TEST(Forecast, OfAKeyThatNobodyConfiguredThereIsNone) {
    Calls calls;
    EXPECT_EQ(calls.get("/admin/keys/nobody/forecast").code(), "not_found");
    calls.control.is_store_away = true;
    EXPECT_EQ(calls.get("/admin/keys/acme-web/forecast").code(), "store_unavailable");
}

TEST(Recommended, IsAFifthAboveWhatIsUsed) {
    Calls calls;
    use_evenly(calls.control, "acme-web", 400, 100, 25);
    const Reply reply = calls.get("/admin/limits/recommended?key=acme-web");
    ASSERT_EQ(reply.status, 200) << reply.text;
    const Json row = row_of(reply.json["recommended"], "requests", "1m");
    EXPECT_EQ(row["key"], "acme-web");
    EXPECT_EQ(row["limit"], 20);
    EXPECT_EQ(row["p99"], 10);
    EXPECT_EQ(row["recommended"], 12);
    EXPECT_EQ(row["refused_part"], 0.2);
    const Json day = row_of(reply.json["recommended"], "output_tokens", "1d");
    EXPECT_EQ(day["p99"], 7'200);
    EXPECT_EQ(day["recommended"], 10'000);
    EXPECT_TRUE(row_of(reply.json["recommended"], "total_tokens", "1d").is_null()) << "it has no such limit";
    EXPECT_TRUE(reply.json["next"].is_null());
    EXPECT_EQ(calls.get("/admin/limits/recommended?key=nobody").code(), "not_found");
}

TEST(Recommended, SaysWhatItHasTooLittleOf) {
    Calls calls;
    use_evenly(calls.control, "acme-web", 30, 100);
    const Reply reply = calls.get("/admin/limits/recommended?key=acme-web");
    EXPECT_EQ(row_of(reply.json["recommended"], "requests", "1m")["recommended"], 12);
    const Json day = row_of(reply.json["recommended"], "requests", "1d");
    EXPECT_TRUE(day["recommended"].is_null());
    EXPECT_TRUE(day["p99"].is_null());
    EXPECT_EQ(day["hours"], 30);
    EXPECT_EQ(day["hours_needed"], 168);
}

TEST(Recommended, ComesInPages) {
    Calls calls;
    const Reply first = calls.get("/admin/limits/recommended?limit=1");
    ASSERT_EQ(first.status, 200) << first.text;
    EXPECT_EQ(first.json["next"], "acme-batch");
    EXPECT_EQ(first.json["recommended"][0]["key"], "acme-batch");
    const Reply second = calls.get("/admin/limits/recommended?limit=1&after=acme-batch");
    EXPECT_EQ(second.json["recommended"][0]["key"], "acme-web");
    EXPECT_TRUE(second.json["next"].is_null());
    EXPECT_EQ(calls.get("/admin/limits/recommended?q=WEB").json["recommended"][0]["key"], "acme-web");
}

}  // namespace
}  // namespace weir::admin
