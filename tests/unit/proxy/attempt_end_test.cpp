// What each end of an attempt means.
#include "proxy/attempt_end.hpp"

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>

#include "http/error.hpp"

namespace weir::proxy {
namespace {

TEST(AttemptEnd, OfAConnectionThatWasMade) {
    EXPECT_EQ(end_of(http_errc::client_gone), AttemptEnd::client_gone);
    EXPECT_EQ(end_of(http_errc::upstream_timeout), AttemptEnd::silent);
    EXPECT_EQ(end_of(http_errc::upstream_bad_answer), AttemptEnd::bad_answer);
    EXPECT_EQ(end_of(http_errc::upstream_broken), AttemptEnd::broken);
    EXPECT_EQ(end_of(boost::asio::error::eof), AttemptEnd::broken);
}

struct Row {
    AttemptEnd end;
    http_errc told;
    Ending charged;
};

const Row rows[] = {
    {AttemptEnd::unreachable, http_errc::upstream_unreachable, Ending::upstream_broken},
    {AttemptEnd::stale, http_errc::upstream_broken, Ending::upstream_broken},
    {AttemptEnd::silent, http_errc::upstream_timeout, Ending::upstream_silent},
    {AttemptEnd::broken, http_errc::upstream_broken, Ending::upstream_broken},
    {AttemptEnd::bad_answer, http_errc::upstream_bad_answer, Ending::upstream_broken},
    {AttemptEnd::client_gone, http_errc::client_gone, Ending::client_gone},
    {AttemptEnd::answered, http_errc::ok, Ending::upstream_broken},
    {AttemptEnd::whole, http_errc::ok, Ending::whole},
};

TEST(AttemptEnd, IsToldAndCharged) {
    for (const Row& row : rows) {
        const auto number = static_cast<int>(row.end);
        EXPECT_EQ(error_of(row.end), row.told) << number;
        EXPECT_EQ(ending_of(row.end, true), row.charged) << number;
        EXPECT_EQ(ending_of(row.end, false), Ending::never_sent) << number;
    }
}

}  // namespace
}  // namespace weir::proxy
