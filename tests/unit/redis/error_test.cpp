// Errors as Redis 7.0 writes them, by name, and what follows from each.
#include "redis/error.hpp"

#include <gtest/gtest.h>

namespace weir::redis {
namespace {

using Kind = ErrorKind;
using Action = ErrorAction;

struct Case {
    const char* text;
    Kind kind;
    Action action;
};

TEST(RedisError, IsKnownByItsFirstWord) {
    for (const Case& known : {
             Case{"NOSCRIPT No matching script. Please use EVAL.", Kind::no_script, Action::retry_after_load},
             Case{"LOADING Redis is loading the dataset in memory", Kind::loading, Action::fail},
             Case{"READONLY You can't write against a read only replica.", Kind::read_only,
                  Action::reconnect},
             Case{"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
                  Kind::master_down, Action::reconnect},
             Case{"CLUSTERDOWN The cluster is down", Kind::cluster_down, Action::ask_for_slots},
             Case{"TRYAGAIN Multiple keys request during rehashing of slot", Kind::try_again,
                  Action::try_again},
             Case{"MOVED 3999 127.0.0.1:6381", Kind::moved, Action::redirect},
             Case{"ASK 3999 127.0.0.1:6381", Kind::ask, Action::redirect},
             Case{"OOM command not allowed when used memory > 'maxmemory'.", Kind::out_of_memory,
                  Action::fail},
             Case{"MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist",
                  Kind::misconfigured, Action::fail},
             Case{"BUSY Redis is busy running a script.", Kind::busy, Action::fail},
             Case{"NOREPLICAS Not enough good replicas to write.", Kind::too_few_replicas, Action::fail},
             Case{"NOAUTH Authentication required.", Kind::no_authentication, Action::reconnect},
             Case{"WRONGPASS invalid username-password pair or user is disabled.", Kind::wrong_password,
                  Action::fail},
             Case{"ERR unknown command 'x'", Kind::other, Action::fail},
             Case{"WRONGTYPE Operation against a key holding the wrong kind of value", Kind::other,
                  Action::fail},
             Case{"OOM", Kind::out_of_memory, Action::fail},
             Case{"OOMS", Kind::other, Action::fail},
             Case{"oom", Kind::other, Action::fail},
             Case{"", Kind::other, Action::fail},
         }) {
        EXPECT_EQ(classify(known.text), known.kind) << known.text;
        EXPECT_EQ(action_for(known.kind), known.action) << known.text;
    }
}

TEST(RedisError, IsFoundInsideOfAScriptOfRedis6) {
    EXPECT_EQ(
        classify("ERR Error running script (call to f_0d2): @user_script:1: @user_script: 1: -READONLY You "
                 "can't write against a read only replica."),
        Kind::read_only);
    EXPECT_EQ(classify("ERR Error running script (call to f_0d2): @user_script:1: attempt to index nil"),
              Kind::other);
    EXPECT_EQ(classify("ERR something: -OOM is not this"), Kind::other);
    EXPECT_EQ(inner_error_of("ERR Error running script (call to f_0d2): @user_script: 1: -OOM command"),
              "OOM command");
    EXPECT_EQ(inner_error_of("ERR something: -OOM is not this"), "ERR something: -OOM is not this");
}

}  // namespace
}  // namespace weir::redis
