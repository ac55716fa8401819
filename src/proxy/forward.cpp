// The admitted part of an exchange: send the request, pass the answer on, note how it ended.
#include <spdlog/spdlog.h>

#include "proxy/errors.hpp"
#include "proxy/exchange.hpp"
#include "proxy/request_rules.hpp"

namespace weir::proxy {

using boost::system::error_code;

awaitable<void> Exchange::forward() {
    LeaseKeeper::Entry lease(*reservation_,
                             [this] { return Usage{.output_tokens = facts_.usage.output_seen}; });
    worker_.leases.add(lease);
    std::exception_ptr unforeseen;
    try {
        Abort abort;
        client_.watch([this, &abort] {
            abort.fire();
            if (connection_) connection_->close();
        });
        const error_code error = co_await send_and_read_head(abort);
        if (error) {
            co_await fail_before_answer(error);
        } else {
            co_await relay_answer();
        }
    } catch (...) {
        unforeseen = std::current_exception();
    }
    client_.unwatch();
    co_await worker_.leases.remove(lease);
    if (unforeseen) std::rethrow_exception(unforeseen);
}

awaitable<error_code> Exchange::send_and_read_head(Abort& abort) {
    facts_.ending = Ending::never_sent;
    error_code error = co_await send(false, abort);
    // A kept connection may turn out dead. Nothing of an answer was seen, so one more try is safe enough
    // (RFC 9112 9.3.1), on a connection that cannot be stale.
    const bool was_stale = error == errc::upstream_broken && connection_ && connection_->reused &&
                           !reader_->started() && !client_.gone();
    if (was_stale) {
        worker_.metrics.upstream_retries.add();
        error = co_await send(true, abort);
    }
    body_.release();
    co_return error;
}

awaitable<error_code> Exchange::send(bool fresh, Abort& abort) {
    const config::Timeouts& timeouts = config().timeouts;
    auto connection = fresh ? nullptr : worker_.pool.take_kept(upstream().url);
    if (!connection) {
        auto made = co_await worker_.pool.connect(upstream().url, timeouts.connect_ms, abort);
        if (!made) co_return made.error();
        connection = std::move(*made);
    }
    reader_.reset();
    connection_ = std::move(connection);
    if (client_.gone()) co_return errc::client_gone;
    forwarded_us_ = worker_.clock.steady_us();
    facts_.ending = Ending::upstream_broken;
    reader_.emplace(*connection_, request_.head.method);
    const std::string head = upstream_head();
    const std::vector<boost::asio::const_buffer> buffers = upstream_buffers(head);
    const error_code written = co_await connection_->write(buffers, timeouts.write_ms);
    if (written == errc::upstream_timeout) co_return written;
    // Where writing failed an answer may stand all the same: a refusal that did not wait for the body.
    const error_code error = co_await reader_->read_head(timeouts.first_byte_ms);
    co_return error&& written ? written : error;
}

awaitable<void> Exchange::fail_before_answer(error_code error) {
    if (client_.gone()) {
        if (facts_.ending != Ending::never_sent) facts_.ending = Ending::client_gone;
        co_return co_await answer_error(errc::client_gone);
    }
    if (error == errc::upstream_timeout) facts_.ending = Ending::upstream_silent;
    connection_.reset();
    worker_.metrics.upstream_errors.add();
    spdlog::warn("request {}: upstream {}: {}", record_.request_id, upstream().name, error.message());
    co_await answer_error(error);
}

awaitable<void> Exchange::relay_answer() {
    record_.first_byte_at_us = worker_.clock.now_us();
    facts_.status = reader_->head().status;
    std::vector<std::string_view> first;
    const error_code malformed = co_await reader_->read_body(first, 1, false);
    if (malformed) {
        facts_.status = 0;
        co_return co_await fail_before_answer(malformed);
    }
    const Fields& fields = reader_->head().fields;
    llm::UsageTap tap({.api = api_,
                       .content_type = fields.value("content-type"),
                       .content_encoding = fields.value("content-encoding"),
                       .drop_usage_chunk = call_.ask_for_usage.has_value() && facts_.status == 200});
    record_.streamed = tap.is_stream();
    RelayJob job = make_relay_job(tap, std::move(first));
    const RelayResult result = co_await relay(job);

    facts_.ending = result.ending;
    record_.status = facts_.status;
    record_.answer_bytes = result.body_bytes;
    record_.outcome = result.ending == Ending::whole ? observe::Outcome::served : outcome_of(result.error);
    if (result.ending != Ending::whole) {
        close_ = true;
        if (result.ending != Ending::client_gone) {
            worker_.metrics.upstream_errors.add();
            spdlog::warn("request {}: upstream {}: {}", record_.request_id, upstream().name,
                         result.error.message());
        }
    }
    if (reader_->finish() && result.ending == Ending::whole) {
        worker_.pool.release(std::move(connection_), reader_->keep_alive_s());
    }
}

RelayJob Exchange::make_relay_job(llm::UsageTap& tap, std::vector<std::string_view> first) {
    const ResponseHead& head = reader_->head();
    const bool drops = call_.ask_for_usage.has_value() && record_.streamed;
    const bool has_body = answer_has_body(request_.head.method, head.status);
    const BodyFraming framing = answer_framing(reader_->framing(), request_.head.version, has_body, !drops);
    if (framing == BodyFraming::until_close) close_ = true;
    const bool metered = api_ != llm::Api::unmetered;
    const bool keep_theirs = head.status == 429;
    std::string client_head =
        make_answer_head({.head = head,
                          .upstream_framing = reader_->framing(),
                          .framing = framing,
                          .close = closes_after(),
                          .client_version = request_.head.version,
                          .request_id = record_.request_id,
                          .rate_limits = metered && !keep_theirs ? std::string_view(rate_limits_) : "",
                          .replace_rate_limits = metered && !keep_theirs});
    std::string broken_event;
    if (record_.streamed) broken_event = llm::error_event(dialect_, describe_error(errc::upstream_broken));
    return {.client = client_,
            .reader = *reader_,
            .tap = tap,
            .usage = facts_.usage,
            .head = std::move(client_head),
            .framing = framing,
            .first = std::move(first),
            .between_bytes_ms = config().timeouts.between_bytes_ms,
            .broken_event = std::move(broken_event),
            .end_marker_expected = metered && record_.streamed};
}

std::string Exchange::upstream_head() const {
    const std::size_t body_bytes = body_.bytes().size();
    const std::size_t added = call_.ask_for_usage ? call_.ask_for_usage->insert.size() : 0;
    const std::size_t removed = call_.ask_for_usage ? call_.ask_for_usage->erase : 0;
    return make_upstream_head(
        {.head = request_.head,
         .path_and_query = request_.path_and_query,
         .upstream = upstream(),
         .dialect = dialect_,
         .metered = api_ != llm::Api::unmetered,
         .has_body = request_.framing.chunked || request_.framing.content_length.has_value(),
         .body_bytes = body_bytes + added - removed,
         .client_address = request_.client_address,
         .client_tls = client_.transport().is_tls(),
         .request_id = record_.request_id,
         .decided_at_us = record_.decided_at_us});
}

std::vector<boost::asio::const_buffer> Exchange::upstream_buffers(std::string_view head) const {
    const std::string_view body = body_.bytes();
    if (!call_.ask_for_usage) return {boost::asio::buffer(head), boost::asio::buffer(body)};
    const llm::Splice& splice = *call_.ask_for_usage;
    return {boost::asio::buffer(head), boost::asio::buffer(body.substr(0, splice.offset)),
            boost::asio::buffer(splice.insert),
            boost::asio::buffer(body.substr(splice.offset + splice.erase))};
}

}  // namespace weir::proxy
