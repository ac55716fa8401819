// Connects, sends and listens at once: an upstream may answer before it has read the whole request.
#include "proxy/attempt.hpp"

#include "config/url.hpp"
#include "net/connect.hpp"
#include "proxy/relay.hpp"

namespace weir::proxy {

using boost::system::error_code;

awaitable<AttemptEnd> Attempt::run() {
    if (job_.lease) {
        lease_.emplace(*job_.lease, [this] { return Usage{.output_tokens = usage_.output_seen}; });
        job_.worker.leases.add(*lease_);
    }
    job_.client.watch([this] { give_up(); });
    take_kept_connection();
    Dial::End connected = Dial::End::connected;
    if (!connection_) connected = co_await connect();
    // Whoever has left is gone, however the dial ended.
    const bool is_gone = connected == Dial::End::withdrawn || job_.client.gone();
    if (is_gone) co_return end_ = AttemptEnd::client_gone;
    if (connected != Dial::End::connected) co_return end_ = AttemptEnd::unreachable;
    send();
    const error_code error = co_await answer_->read_head(job_.upstream.timeouts.first_byte_ms);
    end_ = end_of_head(error);
    const bool may_be_unread = end_ == AttemptEnd::broken && connection_->reused && !answer_->started();
    if (!may_be_unread) co_return end_;
    const bool is_unread = co_await connection_->is_unread(job_.is_never_repeated);
    if (is_unread) end_ = AttemptEnd::stale;
    if (job_.client.gone()) end_ = AttemptEnd::client_gone;
    co_return end_;
}

void Attempt::give_up() {
    if (dial_) dial_->withdraw();
    if (connection_) connection_->close();
}

void Attempt::take_kept_connection() {
    if (job_.client.gone() || job_.connection == AttemptJob::Connection::fresh) return;
    connection_ = job_.worker.pool.take_kept(job_.upstream);
}

awaitable<Dial::End> Attempt::connect() {
    if (job_.client.gone()) co_return Dial::End::withdrawn;
    dial_ = job_.worker.pool.dial(job_.upstream);
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
    net::Buffers buffers{boost::asio::buffer(job_.message.head)};
    for (const std::string_view piece : job_.message.body) {
        if (!piece.empty()) buffers.push_back(boost::asio::buffer(piece));
    }
    connection_->start_sending(buffers, job_.upstream.timeouts.write_ms);
}

/// Where sending fails an answer may stand all the same: a refusal that did not wait for the body.
AttemptEnd Attempt::end_of_head(error_code error) {
    const error_code not_sent = connection_->send_error();
    is_sent_whole_ = !connection_->sending() && !not_sent;
    if (!error) {
        connection_->keep_sending();
        return AttemptEnd::answered;
    }
    if (job_.client.gone()) return AttemptEnd::client_gone;
    if (!not_sent) cause_ = connection_->read_error();
    return end_of(not_sent ? not_sent : error);
}

awaitable<AttemptEnd> Attempt::relay(const RelayTerms& terms) {
    std::vector<std::string_view> first;
    const error_code malformed = answer_->take_body(first);
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
    if (is_sending()) {
        co_await connection_->stop_sending();
        connection_.reset();
    }
    co_await release_lease();
    let_go();
}

bool Attempt::finish_at_once() {
    job_.client.unwatch();
    if (is_sending() || (lease_ && !job_.worker.leases.remove_at_once(*lease_))) return false;
    lease_.reset();
    let_go();
    return true;
}

void Attempt::let_go() {
    const bool calls_for_another = end_ == AttemptEnd::stale || end_ == AttemptEnd::answered;
    if (end_ == AttemptEnd::whole && connection_ && answer_->finish())
        job_.worker.pool.release(std::move(connection_), answer_->keep_alive_s());
    answer_.reset();
    connection_.reset();
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
    if (net::is_lack_of_descriptors(cause_))
        return text + " (weir can open no more connections: " + cause_.message() + ")";
    return cause_ ? text + " (" + cause_.message() + ")" : text;
}

}  // namespace weir::proxy
