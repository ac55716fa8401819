// One attempt to reach Redis, step by step.
#include "redis/dialer.hpp"

#include <stdexcept>
#include <utility>

#include "net/tls.hpp"
#include "redis/error.hpp"
#include "redis/sentinel.hpp"
#include "text/host.hpp"

namespace weir::redis {

namespace {

constexpr std::string_view tls_handshake = "TLS handshake with";

}  // namespace

Dialer::Dialer(boost::asio::io_context& context, RedisAddress address, std::int64_t timeout_ms,
               ServerFinder find_server)
    : context_(context),
      address_(std::move(address)),
      timeout_ms_(timeout_ms),
      find_server_(std::move(find_server)) {
    check(address_);
    if (find_server_ && (!address_.socket_path.empty() || !address_.sentinels.empty()))
        throw std::invalid_argument("redis: a socket, and sentinels, say themselves where the server is");
    if (!find_server_ && !address_.cluster.empty())
        throw std::invalid_argument("redis: which server of a cluster it is must be said");
    if (address_.tls) tls_.emplace(net::make_client_tls(address_.ca_file));
}

void Dialer::cancel() noexcept {
    cancelled_ = true;
    if (stream_) stream_->close();
}

std::shared_ptr<Stream> Dialer::new_stream() {
    stream_ = std::make_shared<Stream>(context_);
    stream_->set_deadline(timeout_ms_);
    if (cancelled_) stream_->close();
    return stream_;
}

std::string Dialer::explain(std::string failure, const std::string& server) const {
    if (!stream_->expired()) return failure;
    return "no " + awaited_ + " " + server + " within " + std::to_string(timeout_ms_) + " ms";
}

RedisObstacle Dialer::obstacle_of(const Attempt& attempt) const {
    if (!has_connected_) return RedisObstacle::unreachable;
    // A server without TLS waits for more of a handshake that it takes for a command; another that is silent
    // is slow.
    if (stream_->expired())
        return awaited_ == tls_handshake ? RedisObstacle::unusable : RedisObstacle::passing;
    if (!attempt.is_error) return RedisObstacle::unusable;
    const std::string_view error = error_in_greeting(attempt.failure);
    switch (classify(error)) {
        case ErrorKind::loading:
        case ErrorKind::busy:
        case ErrorKind::master_down:
        case ErrorKind::misconfigured:
            return RedisObstacle::passing;
        default:
            return error == not_a_master ? RedisObstacle::passing : RedisObstacle::unusable;
    }
}

awaitable<Dialer::Attempt> Dialer::dial() {
    Attempt attempt;
    has_connected_ = false;
    const Place place = co_await find_place();
    if (!place.failure.empty()) {
        attempt.failure = place.failure;
        attempt.obstacle = obstacle_of(attempt);
        co_return attempt;
    }
    has_connected_ = false;
    server_ = place.server;
    const std::string server =
        server_.host.empty() ? text_of(address_) : text::host_and_port(server_.host, server_.port);
    const std::shared_ptr<Stream> stream = new_stream();
    attempt.failure = co_await open(server_);
    if (attempt.failure.empty()) {
        const std::vector<Command> greeting = greeting_for(address_);
        awaited_ = "answer from";
        const Exchange exchanged = co_await exchange(*stream, greeting);
        attempt.failure = judge_greeting(address_, greeting, exchanged);
        attempt.is_error = !attempt.failure.empty() && !exchanged.replies.empty();
    }
    attempt.obstacle = obstacle_of(attempt);
    attempt.failure = explain(std::move(attempt.failure), server);
    // Which server was found is nowhere else to be seen.
    const bool was_found = find_server_ || !address_.sentinels.empty();
    const bool is_unsaid = was_found && attempt.failure.find(server) == std::string::npos;
    if (!attempt.failure.empty() && is_unsaid) attempt.failure += " (" + server + ")";
    stream->clear_deadline();
    if (attempt.failure.empty()) {
        attempt.stream = stream;
    } else {
        stream->close();
    }
    co_return attempt;
}

awaitable<Dialer::Place> Dialer::find_place() {
    if (!address_.sentinels.empty()) co_return co_await find_master();
    Place place{.server = {address_.host, address_.port}, .failure = {}};
    if (find_server_) {
        place.server = find_server_();
        if (place.server.host.empty()) place.failure = "no server is known";
    }
    co_return place;
}

awaitable<std::string> Dialer::open(Server server) {
    const std::shared_ptr<Stream> stream = stream_;
    awaited_ = "connection to";
    const bool is_local = !address_.socket_path.empty();
    std::string failure;
    if (is_local) {
        failure = co_await stream->connect(address_.socket_path);
    } else {
        failure = co_await stream->connect(server.host, server.port);
    }
    has_connected_ = has_connected_ || failure.empty();
    if (!failure.empty() || !tls_) co_return failure;
    awaited_ = tls_handshake;
    co_return co_await stream->start_tls(*tls_, server.host);
}

awaitable<Dialer::Place> Dialer::find_master() {
    std::string failures;
    const std::size_t count = address_.sentinels.size();
    for (std::size_t i = 0; i < count && !cancelled_; ++i) {
        const std::size_t index = (first_sentinel_ + i) % count;
        const auto& [host, port] = address_.sentinels[index];
        Server sentinel{host, port};
        Place place = co_await ask_sentinel(std::move(sentinel));
        if (place.failure.empty()) {
            first_sentinel_ = index;
            co_return place;
        }
        failures += (failures.empty() ? "" : "; ") + place.failure;
    }
    co_return Place{.server = {}, .failure = "no sentinel knows the master: " + failures};
}

awaitable<Server> Dialer::ask_for_master_now() {
    const Place place = co_await find_master();
    if (!place.failure.empty()) co_return Server{};
    co_return place.server;
}

awaitable<Dialer::Place> Dialer::ask_sentinel(Server sentinel) {
    const std::shared_ptr<Stream> stream = new_stream();
    const std::string name = text::host_and_port(sentinel.host, sentinel.port);
    Place place;
    place.failure = co_await open(std::move(sentinel));
    if (place.failure.empty()) {
        std::vector<Command> question{ask_for_master(address_.master)};
        awaited_ = "answer from";
        const Exchange exchanged = co_await exchange(*stream, std::move(question));
        place.failure = exchanged.failure;
        if (place.failure.empty() &&
            !read_master_address(exchanged.replies.front(), place.server.host, place.server.port)) {
            const Reply::Error* const error = exchanged.replies.front().error();
            place.failure =
                name + ": " + (error != nullptr ? error->text : "no master is named " + address_.master);
        }
    }
    place.failure = explain(std::move(place.failure), name);
    stream->close();
    co_return place;
}

}  // namespace weir::redis
