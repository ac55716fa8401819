// Connects, sends and listens at once: an upstream may answer before it has read the whole request.
#include "proxy/attempt.hpp"

#include "config/url.hpp"
#include "proxy/relay.hpp"

namespace weir::proxy {

using boost::system::error_code;

awaitable<AttemptEnd> Attempt::run() {
    if (job_.lease) {
        lease_.emplace(*job_.lease, [this] { return Usage{.output_tokens = usage_.output_seen}; });
        job_.worker.leases.add(*lease_);
    }
    job_.client.watch([this] { give_up(); });
    const Dial::End connected = co_await connect();
    // Whoever has left is gone, however the dial ended.
    const bool is_gone = connected == Dial::End::withdrawn || job_.client.gone();
    if (is_gone) co_return end_ = AttemptEnd::client_gone;
    if (connected != Dial::End::connected) co_return end_ = AttemptEnd::unreachable;
    send();
    end_ = co_await read_head();
    co_return end_;
}

void Attempt::give_up() {
    if (dial_) dial_->withdraw();
    if (connection_) connection_->close();
}

awaitable<Dial::End> Attempt::connect() {
    if (job_.client.gone()) co_return Dial::End::withdrawn;
    UpstreamPool& pool = job_.worker.pool;
    if (job_.connection == AttemptJob::Connection::any) connection_ = pool.take_kept(job_.upstream);
    if (connection_) co_return Dial::End::connected;
    dial_ = pool.dial(job_.upstream);
    const Dial::End end = co_await dial_->run(job_.upstream.timeouts.connect_ms);
    cause_ = dial_->cause();
    if (end == Dial::End::connected) {
        connection_ = dial_->take();
        job_.worker.metrics.upstream_connections_opened.add();
    }
    dial_.reset();
    co_return end;
}

void Attempt::send() {
    sent_at_us_ = job_.worker.clock.steady_us();
    end_ = AttemptEnd::broken;  // until something better is known
    answer_.emplace(*connection_, job_.worker.clock, job_.method);
    std::vector<boost::asio::const_buffer> buffers{boost::asio::buffer(job_.message.head)};
    for (const std::string_view piece : job_.message.body) {
        if (!piece.empty()) buffers.push_back(boost::asio::buffer(piece));
    }
    connection_->start_sending(std::move(buffers), job_.upstream.timeouts.write_ms);
}

/// Where sending fails an answer may stand all the same: a refusal that did not wait for the body.
awaitable<AttemptEnd> Attempt::read_head() {
    const error_code error = co_await answer_->read_head(job_.upstream.timeouts.first_byte_ms);
    const error_code not_sent = connection_->send_error();
    is_sent_whole_ = !connection_->sending() && !not_sent;
    if (!error) {
        connection_->keep_sending();
        co_return AttemptEnd::answered;
    }
    if (job_.client.gone()) co_return AttemptEnd::client_gone;
    const AttemptEnd end = end_of(not_sent ? not_sent : error);
    if (end != AttemptEnd::broken) co_return end;
    if (!not_sent) cause_ = connection_->read_error();
    const bool unread = co_await was_unread();
    if (job_.client.gone()) co_return AttemptEnd::client_gone;
    co_return unread ? AttemptEnd::stale : AttemptEnd::broken;
}

awaitable<bool> Attempt::was_unread() {
    if (!connection_->reused || answer_->started()) co_return false;
    co_return co_await connection_->is_unread(job_.is_never_repeated);
}

awaitable<AttemptEnd> Attempt::relay(const RelayTerms& terms) {
    std::vector<std::string_view> first;
    const error_code malformed = co_await answer_->read_body(first, 1, false);
    if (malformed) co_return end_ = job_.client.gone() ? AttemptEnd::client_gone : end_of(malformed);
    const ResponseHead& head = answer_->head();
    llm::UsageTap tap = make_tap(terms, head);
    ClientSide to_client =
        make_client_side(terms, job_.upstream.url, head, answer_->framing(), tap.decodes());
    const bool ends_connection = to_client.framing == BodyFraming::until_close;
    relayed_.emplace(Relayed{.status = head.status, .ends_connection = ends_connection});
    RelayJob job{.client = job_.client,
                 .reader = *answer_,
                 .tap = tap,
                 .usage = usage_,
                 .to_client = std::move(to_client),
                 .first = std::move(first),
                 .between_bytes_ms = job_.upstream.timeouts.between_bytes_ms};
    const RelayResult result = co_await proxy::relay(job);
    relayed_->body_bytes = result.body_bytes;
    relayed_->is_stream = tap.is_stream();
    co_return end_ = result.end;
}

awaitable<void> Attempt::finish() {
    job_.client.unwatch();
    const bool calls_for_another = end_ == AttemptEnd::stale || end_ == AttemptEnd::answered;
    const bool is_cut = is_sending();
    if (is_cut) co_await connection_->stop_sending();
    if (end_ == AttemptEnd::whole && !is_cut && connection_ && answer_->finish())
        job_.worker.pool.release(std::move(connection_), answer_->keep_alive_s());
    answer_.reset();
    connection_.reset();
    // Not by release_lease: a coroutine of its own would cost every request.
    if (lease_) co_await job_.worker.leases.remove(*lease_);
    lease_.reset();
    if (calls_for_another && job_.client.gone()) end_ = AttemptEnd::client_gone;
}

awaitable<void> Attempt::release_lease() {
    if (lease_) co_await job_.worker.leases.remove(*lease_);
    lease_.reset();
}

EndingFacts Attempt::facts() const {
    const bool stands_ready = end_ == AttemptEnd::answered && answer_;
    EndingFacts facts;
    facts.ending = ending_of(end_, sent_at_us_ != 0);
    facts.status = relayed_ ? relayed_->status : stands_ready ? status() : 0;
    facts.usage = usage_;
    return facts;
}

std::string Attempt::failure() const {
    std::string text =
        "upstream " + job_.upstream.name + " at " + config::to_string(job_.upstream.url) + ": ";
    if (end_ == AttemptEnd::answered && answer_) return text + "answered " + std::to_string(status());
    text += make_error_code(error_of(end_)).message();
    if (relayed_) return text + " after " + std::to_string(relayed_->body_bytes) + " bytes of its answer";
    return cause_ ? text + " (" + cause_.message() + ")" : text;
}

}  // namespace weir::proxy
