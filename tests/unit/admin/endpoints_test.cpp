// Who may ask what on the admin port.
#include "admin/endpoints.hpp"

#include <gtest/gtest.h>

namespace weir::admin {
namespace {

const AdminSources sources{.readiness = [] { return Readiness{}; },
                           .metrics = [] { return std::string("weir_x 1\n"); }};
const AdminOptions loopback{{"127.0.0.1", 9180}, ""};
const AdminOptions guarded{{"0.0.0.0", 9180}, "token"};

int status(std::string_view path, const AdminOptions& options, std::string_view authorization = "",
           std::string_view method = "GET") {
    return answer_admin({method, path, authorization}, options, sources).status;
}

TEST(Admin, HealthNeverNeedsTheToken) {
    for (const char* path : {"/healthz", "/readyz"}) {
        EXPECT_EQ(status(path, loopback), 200);
        EXPECT_EQ(status(path, guarded), 200);
    }
}

TEST(Admin, ReadinessFollowsItsSource) {
    const AdminSources draining{.readiness = [] { return Readiness{.ready = false, .remark = "it drains"}; },
                                .metrics = nullptr};
    const AdminAnswer answer = answer_admin({"GET", "/readyz", ""}, loopback, draining);
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.body, "not ready: it drains\n");
    EXPECT_EQ(answer_admin({"GET", "/readyz", ""}, loopback, sources).body, "ready\n");
    const AdminSources degraded{.readiness = [] { return Readiness{.ready = true, .remark = "alone"}; },
                                .metrics = nullptr};
    EXPECT_EQ(answer_admin({"GET", "/readyz", ""}, loopback, degraded).status, 200);
    EXPECT_EQ(answer_admin({"GET", "/readyz", ""}, loopback, degraded).body, "ready: alone\n");
    EXPECT_EQ(answer_admin({"GET", "/healthz", ""}, loopback, draining).status, 200);
}

TEST(Admin, MetricsNeedTheTokenOnceOneIsSet) {
    EXPECT_EQ(status("/metrics", loopback), 200);
    EXPECT_EQ(status("/metrics", guarded), 401);
    EXPECT_EQ(status("/metrics", guarded, "Bearer tokem"), 401);
    EXPECT_EQ(status("/metrics", guarded, "Bearer token2"), 401);
    EXPECT_EQ(status("/metrics", guarded, "Bearer token"), 200);
}

TEST(Admin, WithoutATokenNothingIsServedToOtherHosts) {
    EXPECT_EQ(status("/metrics", {{"0.0.0.0", 9180}, ""}), 403);
    EXPECT_EQ(status("/metrics", {{"::1", 9180}, ""}), 200);
}

TEST(Admin, TheRootSaysWhatThereIs) {
    for (const AdminOptions& options : {loopback, guarded}) {
        const AdminAnswer answer = answer_admin({"GET", "/", ""}, options, sources);
        EXPECT_EQ(answer.status, 200);
        for (const char* path : {"/healthz", "/readyz", "/metrics"}) {
            EXPECT_NE(answer.body.find(path), std::string::npos) << path;
        }
    }
}

TEST(Admin, OtherPathsAndMethods) {
    EXPECT_EQ(status("/nothing", loopback), 404);
    EXPECT_EQ(status("/metrics", loopback, "", "POST"), 405);
    EXPECT_EQ(status("/metrics", loopback, "", "HEAD"), 200);
}

}  // namespace
}  // namespace weir::admin
