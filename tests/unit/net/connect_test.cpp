// What becomes of look-ups and connections that this process has no descriptors for.
#include "net/connect.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <boost/asio/ip/address.hpp>
#include <string>
#include <vector>

#include "support/run_awaitable.hpp"
#include "support/sanitized.hpp"

namespace weir::net {
namespace {

/// Nothing more can be opened while it lives; what is open stays so.
class NoDescriptors {
public:
    NoDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit none{0, before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

private:
    rlimit before_{};
};

class Connecting : public ::testing::Test {
protected:
    boost::system::error_code run(const Resolver::results_type& endpoints) {
        return testing::run_awaitable(context_, connect(socket_, endpoints));
    }
    static Resolver::results_type to(const std::vector<std::string>& addresses, std::uint16_t port) {
        std::vector<Tcp::endpoint> endpoints;
        for (const std::string& address : addresses)
            endpoints.emplace_back(boost::asio::ip::make_address(address), port);
        return Resolver::results_type::create(endpoints.begin(), endpoints.end(), "host", "service");
    }

    boost::asio::io_context context_{1};
    Socket socket_{context_.get_executor()};
    boost::asio::ip::tcp::acceptor listener_{context_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
};

TEST_F(Connecting, TakesTheFirstAddressThatAnswers) {
    EXPECT_FALSE(run(to({"127.0.0.2", "127.0.0.1"}, listener_.local_endpoint().port())));
    EXPECT_EQ(socket_.remote_endpoint(), listener_.local_endpoint());
}

TEST_F(Connecting, SaysWhyTheLastOneDidNot) {
    EXPECT_EQ(run(to({"127.0.0.1", "127.0.0.2"}, 1)), boost::asio::error::connection_refused);
    EXPECT_EQ(run({}), boost::asio::error::not_found);
}

TEST_F(Connecting, WithoutDescriptorsSaysSo) {
    if (testing::sanitized) GTEST_SKIP() << "the sanitizers themselves look at memory through pipes";
    boost::system::error_code error;
    {
        const NoDescriptors none;
        error = run(to({"127.0.0.1", "127.0.0.2"}, 1));
    }
    EXPECT_TRUE(is_lack_of_descriptors(error)) << error.message();
}

TEST_F(Connecting, ALookUpWithoutDescriptorsSaysSo) {
    if (testing::sanitized) GTEST_SKIP() << "the sanitizers themselves look at memory through pipes";
    Resolver resolver(context_.get_executor());
    const NoDescriptors none;
    const Resolved found = testing::run_awaitable(context_, resolve(resolver, "weir.invalid", 1));
    EXPECT_TRUE(is_lack_of_descriptors(found.error)) << found.error.message();
}

}  // namespace
}  // namespace weir::net
