// What a provider's mode and its limits make of a request, and the paths by which both are looked at.
#include "mock_upstream/connection.hpp"
#include "mock_upstream/control.hpp"
#include "mock_upstream/json_text.hpp"
#include "mock_upstream/producer.hpp"
#include "mock_upstream/quota_fields.hpp"
#include "mock_upstream/reply.hpp"

namespace weir::mock {
namespace {

/// What a model is asked for; the rest costs a provider nothing.
bool is_call(Kind kind) {
    return kind != Kind::models && kind != Kind::batches && kind != Kind::stored_response &&
           kind != Kind::unknown;
}

}  // namespace

awaitable<bool> Connection::serve_control() {
    MockRecord unused;
    const bool whole = co_await read_body(unused);
    if (!whole) co_return false;
    const ControlAnswer answer = control(provider_, head_.method, head_.target, body_, clock_.steady_us());
    if (answer.mode_changed) co_await provider_.apply_mode();
    std::string text;
    append(text, "HTTP/1.1 ", answer.status, answer.status == 200 ? " OK" : " Error",
           "\r\ncontent-type: ", answer.content_type, "\r\ncontent-length: ", answer.body.size(), "\r\n\r\n",
           answer.body);
    const bool sent = co_await wire_->write(text);
    controls_ = false;
    co_return sent && !head_.close && provider_.mode(clock_.steady_us()).kind != ModeKind::refuse;
}

/// Before the request's own knobs, so that these win.
void Connection::obey(const Mode& mode, Knobs& knobs) {
    if (mode.kind == ModeKind::status) knobs.status = mode.status;
    if (mode.kind == ModeKind::slow) knobs.latency_ms = std::max(knobs.latency_ms, mode.delay_ms);
}

QuotaState Connection::admit(const Reply& reply, const Mode& mode, MockRecord& record, Knobs& knobs) {
    const bool is_error = knobs.status >= 300;
    const Style style = style_for(options_.style, record.path);
    QuotaState state;
    if (provider_.quota.counts() && is_call(reply.call.kind)) {
        const std::int64_t now_us = clock_.steady_us();
        state = is_error ? provider_.quota.look(now_us)
                         : provider_.quota.admit(reply.input_tokens, reply.output_tokens(), now_us);
        append_quota_fields(state, style, clock_.now_us(), knobs.answer_headers);
    }
    const bool is_of_mode = mode.kind == ModeKind::status && mode.status == knobs.status;
    if (is_of_mode && mode.retry_after_s > 0 && knobs.retry_after.empty())
        append_retry_fields(mode.retry_after_s * 1'000'000, style, knobs.answer_headers);
    if (state.refused_by) knobs.retry_after.clear();
    if (!is_error && !state.refused_by && is_call(reply.call.kind)) provider_.execute(record);
    return state;
}

/// The end of a connection as the mode wants it.
awaitable<bool> Connection::break_off(const Mode& mode, MockRecord& record) {
    if (mode.kind == ModeKind::hang) {
        co_await wait_for_leaving();
        record.aborted = true;
        co_return false;
    }
    bool sent = true;
    if (mode.kind == ModeKind::midhead)
        sent = co_await wire_->write("HTTP/1.1 200 OK\r\ncontent-type: application/js");
    record.aborted = !sent;
    wire_->reset();
    co_return false;
}

}  // namespace weir::mock
