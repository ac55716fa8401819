// The strict side of the stand-in provider: anything that is not plain HTTP/1.1 is written down and ends it.
#include "mock_upstream/connection.hpp"

#include <simdjson.h>

#include <algorithm>

#include "mock_upstream/call.hpp"
#include "mock_upstream/coding.hpp"
#include "mock_upstream/control.hpp"
#include "mock_upstream/producer.hpp"
#include "mock_upstream/reply.hpp"
#include "text/ascii.hpp"

namespace weir::mock {
namespace {

constexpr std::size_t read_bytes = 16UL * 1024;
constexpr std::size_t idle_buffer_bytes_max = 64UL * 1024;
constexpr std::size_t head_bytes_max = 64UL * 1024;
constexpr std::size_t kept_body_bytes = 1024UL * 1024;
constexpr std::uint64_t answer_tokens_max = 4'000'000;
constexpr std::string_view knob_prefix = "x-mock-";

bool produces(Kind kind) {
    switch (kind) {
        case Kind::embeddings:
        case Kind::ollama_embed:
        case Kind::gemini_embed:
        case Kind::rerank:
        case Kind::models:
        case Kind::batches:
        case Kind::stored_response:
            return false;
        default:
            return true;
    }
}

/// The part of a response that is bounded by the request and the knobs.
Reply make_reply(const Call& call, const Knobs& knobs, std::uint64_t number, std::int64_t now_us) {
    Reply reply{.call = call, .number = number, .created_s = now_us / 1'000'000};
    reply.input_tokens = knobs.input_tokens.value_or(call.input_tokens);
    reply.dimensions = call.dimensions.value_or(knobs.embedding_size);
    reply.reports_usage = !knobs.omit_usage;
    reply.usage_form = knobs.usage_form;
    reply.calls_tool = knobs.tool_calls && !call.tool_name.empty();
    if (!produces(call.kind)) return reply;
    reply.tokens = std::min(knobs.tokens, call.tokens_max.value_or(knobs.tokens));
    reply.cut_by_limit = reply.tokens < knobs.tokens;
    return reply;
}

std::string_view credential_of(const RequestHead& head) {
    constexpr std::string_view scheme = "Bearer ";
    const std::string_view authorization = head.value_of("authorization");
    if (authorization.starts_with(scheme)) return authorization.substr(scheme.size());
    if (!authorization.empty()) return authorization;
    for (const char* name : {"x-api-key", "api-key", "x-goog-api-key"}) {
        if (const std::string_view key = head.value_of(name); !key.empty()) return key;
    }
    return {};
}

}  // namespace

Connection::Connection(std::unique_ptr<Wire> wire, Provider& provider, simdjson::dom::parser& parser,
                       std::uint64_t number)
    : wire_(std::move(wire)),
      provider_(provider),
      options_(provider.options),
      journal_(provider.journal),
      parser_(parser),
      number_(number) {}

awaitable<void> Connection::run() {
    // Named, here and elsewhere: g++ 12 miscompiles a coroutine that has no local variable and awaits in a
    // condition.
    bool goes_on = co_await wire_->open();
    while (goes_on) {
        goes_on = co_await serve_one();
        release_large_buffers();
    }
    wire_->cut();
}

void Connection::release_large_buffers() {
    if (begin_ != end_ || buffer_.size() <= idle_buffer_bytes_max) return;
    buffer_ = {};
    begin_ = end_ = 0;
    chunked_body_ = {};
    decoded_body_ = {};
    scratch_ = {};
}

awaitable<bool> Connection::serve_one() {
    MockRecord record;
    const bool has_head = co_await read_head(record);
    if (!has_head && record.problem.empty()) co_return false;
    if (controls_) co_return co_await serve_control();
    const bool keep = co_await serve(record);
    record.ended_us = clock_.now_us();
    provider_.depart(*wire_, std::move(record));
    co_return keep;
}

awaitable<bool> Connection::serve(MockRecord& record) {
    Knobs knobs = options_.knobs;
    const Mode mode = provider_.mode(clock_.steady_us());
    obey(mode, knobs);
    Producer producer(*wire_, knobs, record, scratch_);
    if (head_.close) producer.close_after();
    const std::string bad_knob = read_knobs(knobs);
    if (knobs.close) producer.close_after();

    if (record.problem.empty() && knobs.stop_reading) {
        co_await wait_for_leaving();
        record.aborted = true;
        co_return false;
    }
    if (record.problem.empty() && knobs.early_answer) {
        co_return co_await answer_early(record, knobs, producer);
    }
    bool whole = false;
    if (record.problem.empty()) whole = co_await read_body(record);
    if (!record.problem.empty()) {
        producer.close_after();
        co_return co_await producer.refuse(Kind::unknown, 400, record.problem, {});
    }
    if (!whole) {
        record.aborted = true;
        co_return false;
    }
    record.pipelined = !unread().empty();
    if (record.pipelined) ++journal_.counters.pipelined;
    if (!bad_knob.empty()) co_return co_await producer.refuse(Kind::unknown, 400, bad_knob, {});
    co_return co_await answer(record, knobs, mode, producer);
}

awaitable<bool> Connection::answer(MockRecord& record, Knobs& knobs, const Mode& mode, Producer& producer) {
    const Kind kind = kind_of(head_.method, head_.target);
    if (kind == Kind::unknown) {
        if (mode.cuts()) co_return co_await break_off(mode, record);
        const unsigned status = mode.kind == ModeKind::status ? mode.status : 404;
        co_return co_await producer.refuse(kind, status, "no such path here", {});
    }
    if (!decode_body()) co_return co_await producer.refuse(kind, 415, "unusable Content-Encoding", {});
    const std::string unwanted =
        knobs.refuse_fields.empty() ? "" : member_among(knobs.refuse_fields, body_, parser_);
    if (!unwanted.empty()) {
        co_return co_await producer.refuse(kind, static_cast<unsigned>(knobs.refuse_status),
                                           "Extra inputs are not permitted: " + unwanted, unwanted);
    }

    const Call call = parse_call(kind, head_.target, body_, parser_);
    const Dialect* dialect = dialect_of(call);
    record.model = call.model;
    if (!call.problem.empty()) {
        co_return co_await producer.refuse(
            kind, 400, "missing, of a wrong type, or out of range: " + call.problem, call.problem);
    }
    Reply reply = make_reply(call, knobs, serial_, record.received_us);
    if (reply.output_tokens() > answer_tokens_max)
        co_return co_await producer.refuse(kind, 400, "too many tokens", {});
    if (!look_up(knobs, reply)) co_return co_await producer.refuse(kind, 404, "no such response", {});
    const QuotaState state = admit(reply, mode, record, knobs);
    if (state.refused_by) {
        const Style style = style_for(options_.style, record.path);
        const std::string body = quota_refusal_body(state, style, kind, call.model);
        co_return co_await producer.refuse_saying(429, body);
    }
    if (mode.cuts()) co_return co_await break_off(mode, record);
    co_return co_await producer.answer(*dialect, reply);
}

bool Connection::look_up(const Knobs& knobs, Reply& reply) {
    if (reply.call.background && !reply.call.stream && knobs.status == 200)
        provider_.stored.accept(reply, knobs.polls);
    if (reply.call.kind != Kind::stored_response) return true;
    const std::string_view path = head_.target.substr(0, head_.target.find('?'));
    return provider_.stored.ask(path.substr(path.rfind('/') + 1), reply);
}

bool Connection::decode_body() {
    const std::string_view coding = head_.value_of("content-encoding");
    if (coding.empty()) return true;
    std::optional<std::string> decoded = decode(coding, body_, options_.body_bytes_max);
    if (!decoded) return false;
    decoded_body_ = std::move(*decoded);
    body_ = decoded_body_;
    return true;
}

/// The client has to notice by itself that nobody takes the rest of its body.
awaitable<bool> Connection::answer_early(MockRecord& record, const Knobs& knobs, Producer& producer) {
    constexpr unsigned too_large = 413;
    const Kind kind = kind_of(head_.method, head_.target);
    const unsigned status = knobs.status >= 300 ? knobs.status : too_large;
    const bool answered = co_await producer.refuse(kind, status, "answered before the body was read", {});
    if (!answered) co_return false;
    co_await wait_for_leaving();
    record.aborted = true;
    co_return false;
}

awaitable<void> Connection::wait_for_leaving() {
    for (bool stays = true; stays;) stays = co_await wire_->pause(1000);
}

/// False without a problem: the connection ended between requests.
awaitable<bool> Connection::read_head(MockRecord& record) {
    std::size_t searched = 0;
    std::size_t size = std::string_view::npos;
    while ((size = unread().find("\r\n\r\n", searched)) == std::string_view::npos) {
        if (unread().size() > head_bytes_max) record.problem = "head longer than 64 KiB";
        searched = unread().size() < 3 ? 0 : unread().size() - 3;
        if (!record.problem.empty()) break;
        const bool filled = co_await fill(unread().size() + 1);
        if (filled) continue;
        if (unread().empty()) co_return false;
        record.problem = "the connection ended inside of a head";
        break;
    }
    record.received_us = clock_.now_us();
    record.connection = number_;
    record.on_connection = ++requests_;
    const std::size_t head_size = size == std::string_view::npos ? unread().size() : size + 4;
    head_text_.assign(unread().substr(0, head_size));
    begin_ += head_size;
    const std::string cut_short = std::move(record.problem);
    parse_head(head_text_, head_);
    record.problem = cut_short.empty() ? head_.problem : cut_short;
    controls_ = record.problem.empty() && head_.target.starts_with(control_prefix);
    if (controls_) co_return true;
    serial_ = ++journal_.counters.requests;
    record.in_flight = provider_.arrive(*wire_);
    describe(record);
    co_return record.problem.empty();
}

void Connection::describe(MockRecord& record) {
    record.path = head_.target.substr(0, head_.target.find('?'));
    record.answer_id = "req_mock_" + std::to_string(serial_);
    record.mock_id = head_.value_of("x-mock-id");
    if (journal_.wanted() || !options_.name.empty()) record.request_id = head_.value_of("x-request-id");
    if (!journal_.wanted()) return;
    journal_.saw_line(head_.line);
    record.line = head_.line;
    record.provider = options_.name;
    record.key = shown_key(credential_of(head_));
    record.decided_at_us = head_.value_of("x-weir-decided-at-us");
    if (!journal_.keeps_records()) return;
    for (const Field& field : head_.fields) record.headers.emplace_back(field.name, field.value);
}

std::string Connection::read_knobs(Knobs& knobs) const {
    for (const Field& field : head_.fields) {
        if (field.name.size() <= knob_prefix.size()) continue;
        if (!text::starts_with_ignoring_case(field.name, knob_prefix)) continue;
        const std::string name = text::to_lower(field.name.substr(knob_prefix.size()));
        if (name == "id") continue;
        std::string problem = set_knob(knobs, name, field.value);
        if (!problem.empty()) return problem;
    }
    return {};
}

awaitable<bool> Connection::read_body(MockRecord& record) {
    const bool has_body = head_.chunked || head_.content_length > 0;
    bool stays = true;
    if (head_.expects_continue && has_body) stays = co_await wire_->write("HTTP/1.1 100 Continue\r\n\r\n");
    if (!stays) co_return false;
    if (head_.chunked) {
        const bool whole = co_await read_chunks(record);
        if (!whole) co_return false;
        body_ = chunked_body_;
    } else {
        if (head_.content_length > options_.body_bytes_max) record.problem = "body too large";
        if (!record.problem.empty()) co_return false;
        const bool whole = co_await fill(head_.content_length);
        if (!whole) co_return false;
        body_ = unread().substr(0, head_.content_length);
        begin_ += head_.content_length;  // the bytes stay where they are until the next fill
    }
    record.body_bytes = body_.size();
    if (journal_.keeps_records()) record.body = body_.substr(0, kept_body_bytes);
    co_return true;
}

awaitable<bool> Connection::read_chunks(MockRecord& record) {
    chunked_body_.clear();
    while (true) {
        const std::size_t line = co_await line_end(0);
        if (line == std::string_view::npos) co_return false;
        const auto size = parse_chunk_size(unread().substr(0, line));
        if (!size || *size > options_.body_bytes_max - chunked_body_.size()) {
            record.problem = size ? "body too large" : "bad chunk size";
            co_return false;
        }
        begin_ += line + 2;
        const bool whole = co_await fill(*size + 2);
        if (!whole) co_return false;
        if (unread().substr(*size, 2) != "\r\n") {
            record.problem = *size == 0 ? "trailers" : "chunk longer than its size";
            co_return false;
        }
        chunked_body_.append(unread().substr(0, *size));
        begin_ += *size + 2;
        if (*size == 0) co_return true;
    }
}

/// Where the CRLF of a line stands; npos: the connection ended, or the line is too long.
awaitable<std::size_t> Connection::line_end(std::size_t from) {
    std::size_t end = std::string_view::npos;
    while ((end = unread().find("\r\n", from)) == std::string_view::npos) {
        if (unread().size() > head_bytes_max) break;
        const bool filled = co_await fill(unread().size() + 1);
        if (!filled) break;
    }
    co_return end;
}

/// Reads until so many bytes are unread.
awaitable<bool> Connection::fill(std::size_t bytes) {
    while (unread().size() < bytes) {
        if (begin_ > 0) {
            std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                      buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
            end_ -= begin_;
            begin_ = 0;
        }
        // Doubling: a large body costs few copies, and a Content-Length alone no memory.
        if (buffer_.size() - end_ < read_bytes)
            buffer_.resize(std::max(buffer_.size() * 2, end_ + read_bytes));
        const std::size_t got = co_await wire_->read_some(std::span(buffer_).subspan(end_));
        if (got == 0) co_return false;
        end_ += got;
    }
    co_return true;
}

}  // namespace weir::mock
