// Addresses are taken as they are; names go to the system's resolver.
#include "net/resolve.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <utility>

namespace weir::net {

using boost::system::error_code;

bool is_address(const std::string& host) {
    error_code error;
    boost::asio::ip::make_address(host, error);
    return !error;
}

namespace {

/// The system's resolver that can open no file or socket says that it has found nothing.
error_code cause_of(const error_code& failure) noexcept {
    const int any = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int number = any < 0 ? errno : 0;
    if (any >= 0) ::close(any);
    return number == EMFILE || number == ENFILE ? error_code(number, boost::system::system_category())
                                                : failure;
}

}  // namespace

awaitable<Resolved> resolve(Resolver& resolver, std::string host, std::uint16_t port) {
    Resolved resolved;
    error_code not_an_address;
    const auto address = boost::asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        resolved.endpoints = Resolver::results_type::create(Tcp::endpoint(address, port), host, "");
        co_return resolved;
    }
    auto [error, found] = co_await resolver.async_resolve(host, std::to_string(port), use_awaitable_as_tuple);
    if (error) resolved.error = cause_of(error);
    resolved.endpoints = std::move(found);
    co_return resolved;
}

}  // namespace weir::net
