// What boost::asio::async_connect does, but for its error where a socket can't be opened: that one says no
// more than "operation canceled".
#include "net/connect.hpp"

#include <tuple>

namespace weir::net {

using boost::system::error_code;

bool is_lack_of_descriptors(const error_code& error) noexcept {
    return error == boost::system::errc::too_many_files_open ||
           error == boost::system::errc::too_many_files_open_in_system;
}

awaitable<error_code> connect(Socket& socket, const Resolver::results_type& endpoints) {
    error_code error = boost::asio::error::not_found;
    for (const auto& found : endpoints) {
        const Tcp::endpoint endpoint = found.endpoint();
        error_code ignored;
        socket.close(ignored);
        socket.open(endpoint.protocol(), error);
        if (is_lack_of_descriptors(error)) break;  // the next address fares no better
        if (error) continue;
        std::tie(error) = co_await socket.async_connect(endpoint, use_awaitable_as_tuple);
        if (!error || !socket.is_open()) break;
    }
    co_return error;
}

}  // namespace weir::net
