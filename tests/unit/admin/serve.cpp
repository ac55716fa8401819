// Serves the admin API over the stand-in process, for clients that are programs of their own:
//   admin_api_server    prints the port, and ends when its input does
#include <unistd.h>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <iostream>

#include "admin/admin_server.hpp"
#include "stand_in_control.hpp"

int main() {
    using namespace weir;
    boost::asio::io_context context;
    const SystemClock clock;
    admin::StandInControl control;
    control.clock.set_now_us(clock.now_us());
    admin::AdminServer server(context, clock, {{"127.0.0.1", 0}, {{"ops", "write-token", true}}}, control);
    server.start();
    std::cout << server.port() << std::endl;
    boost::asio::posix::stream_descriptor input(context, ::dup(STDIN_FILENO));
    char byte = 0;
    input.async_read_some(boost::asio::buffer(&byte, 1),
                          [&](const boost::system::error_code&, std::size_t) { context.stop(); });
    context.run();
}
