// Which failures another upstream may mend, and what they tell of the one that failed.
#include "proxy/failover.hpp"

#include <gtest/gtest.h>

namespace weir::proxy {
namespace {

Failed answered(int status) {
    return {.end = AttemptEnd::answered, .status = status, .is_sent_whole = true};
}

TEST(FailoverTest, WhatTheProviderItselfHasNotServed) {
    for (const int status : {429, 500, 502, 503, 504, 529})
        EXPECT_TRUE(may_ask_another(answered(status), false));
    for (const int status : {200, 204, 301, 400, 401, 403, 404, 413, 422, 501})
        EXPECT_FALSE(may_ask_another(answered(status), true)) << status;
}

TEST(FailoverTest, WhatNobodyHasSeen) {
    EXPECT_TRUE(may_ask_another({.end = AttemptEnd::unreachable}, false));
    EXPECT_TRUE(may_ask_another({.end = AttemptEnd::broken, .is_sent_whole = false}, false));
}

TEST(FailoverTest, WhatMayHaveBeenDoneGoesOnlyWhereThatIsAllowed) {
    for (const AttemptEnd end : {AttemptEnd::silent, AttemptEnd::broken, AttemptEnd::bad_answer}) {
        EXPECT_FALSE(may_ask_another({.end = end, .is_sent_whole = true}, false));
        EXPECT_TRUE(may_ask_another({.end = end, .is_sent_whole = true}, true));
        EXPECT_TRUE(may_ask_another({.end = end, .is_sent_whole = true, .is_safe = true}, false));
    }
}

TEST(FailoverTest, WhatIsOverIsOver) {
    EXPECT_FALSE(may_ask_another({.end = AttemptEnd::client_gone, .is_safe = true}, true));
    EXPECT_FALSE(may_ask_another({.end = AttemptEnd::whole, .status = 500}, true));
}

TEST(FailoverTest, SignsOfHealth) {
    EXPECT_EQ(sign_of(AttemptEnd::unreachable, 0), Sign::failing);
    EXPECT_EQ(sign_of(AttemptEnd::silent, 0), Sign::failing);
    EXPECT_EQ(sign_of(AttemptEnd::broken, 0), Sign::failing);
    EXPECT_EQ(sign_of(AttemptEnd::client_gone, 0), Sign::nothing);
    for (const int status : {200, 400, 401, 404, 429, 501})
        EXPECT_EQ(sign_of(AttemptEnd::answered, status), Sign::well) << status;
    for (const int status : {500, 502, 503, 504, 529})
        EXPECT_EQ(sign_of(AttemptEnd::answered, status), Sign::failing) << status;
}

}  // namespace
}  // namespace weir::proxy
