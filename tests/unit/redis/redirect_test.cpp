// Redirections as the servers of a cluster write them.
#include "redis/redirect.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace weir::redis {
namespace {

using Kind = Redirect::Kind;

const Server asked{"asked.example", 7000};

TEST(RedisRedirect, NamesASlotAndAServer) {
    EXPECT_EQ(read_redirect("MOVED 3999 127.0.0.1:6381", asked),
              (Redirect{Kind::moved, 3999, {"127.0.0.1", 6381}}));
    EXPECT_EQ(read_redirect("ASK 16383 host.example:6381", asked),
              (Redirect{Kind::ask, 16'383, {"host.example", 6381}}));
    EXPECT_EQ(read_redirect("MOVED 0 2001:db8::1:6381", asked),
              (Redirect{Kind::moved, 0, {"2001:db8::1", 6381}}));
}

TEST(RedisRedirect, AServerWithoutAHostIsWhereWeAsked) {
    EXPECT_EQ(read_redirect("MOVED 3999 :6381", asked),
              (Redirect{Kind::moved, 3999, {"asked.example", 6381}}));
    EXPECT_EQ(read_redirect("ASK 3999 ?:6381", asked), (Redirect{Kind::ask, 3999, {"asked.example", 6381}}));
}

TEST(RedisRedirect, IsFoundInWhatAScriptAnswers) {
    EXPECT_EQ(read_redirect("ERR Error running script (call to f_0d2): @user_script:1: @user_script: 1: "
                            "-MOVED 3999 ::1:6381",
                            asked),
              (Redirect{Kind::moved, 3999, {"::1", 6381}}));
    EXPECT_EQ(read_redirect("ASK 3999 127.0.0.1:6381 script: 0d2, on @user_script:1.", asked),
              (Redirect{Kind::ask, 3999, {"127.0.0.1", 6381}}));
}

TEST(RedisRedirect, AnythingElseIsNone) {
    for (const char* other : {"", "MOVED", "MOVED 3999", "MOVED 3999 ", "MOVED 3999 127.0.0.1",
                              "MOVED 3999 127.0.0.1:", "MOVED 3999 127.0.0.1:0", "MOVED 3999 127.0.0.1:65536",
                              "MOVED 3999 127.0.0.1:x", "MOVED 16384 127.0.0.1:1", "MOVED -1 127.0.0.1:1",
                              "MOVED x 127.0.0.1:1", "MOVED  3999 127.0.0.1:1", "moved 3999 127.0.0.1:1",
                              "CLUSTERDOWN The cluster is down", "ERR MOVED 3999 127.0.0.1:1"}) {
        EXPECT_EQ(read_redirect(other, asked), std::nullopt) << other;
    }
}

}  // namespace
}  // namespace weir::redis
