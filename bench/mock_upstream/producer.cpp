// An answer is one write if it is plain, and one write per token event if it is streamed.
#include "mock_upstream/producer.hpp"

#include <algorithm>
#include <boost/beast/http/status.hpp>

#include "mock_upstream/coding.hpp"
#include "mock_upstream/json_text.hpp"
#include "mock_upstream/malformed.hpp"

namespace weir::mock {
namespace {

namespace http = boost::beast::http;

constexpr std::string_view json_type = "application/json";
constexpr std::uint64_t padding_block_bytes = 64UL * 1024;
constexpr std::uint64_t padding_event_bytes = 8UL * 1024;
/// A record stays bounded: what is produced later is added to the last entry.
constexpr std::size_t produced_entries_max = 100'000;

std::string_view reason_of(unsigned status) {
    const http::status known = http::int_to_status(status);
    if (known == http::status::unknown) return "Status";
    const auto words = http::obsolete_reason(known);
    return {words.data(), words.size()};
}

}  // namespace

awaitable<bool> Producer::answer(const Dialect& dialect, Reply& reply) {
    // Named for g++ 12: see Connection::run.
    bool stayed = true;
    if (knobs_.latency_ms > 0) stayed = co_await wire_.pause(knobs_.latency_ms);
    if (!stayed) co_return gone();
    if (knobs_.die == Die::before_header) {
        wire_.cut();
        co_return false;
    }
    if (knobs_.status >= 300) {
        co_return co_await refuse(reply.call.kind, knobs_.status, "weir-mock was asked for this error", {});
    }
    record_.status = knobs_.status;
    record_.input_tokens = reply.call.kind == Kind::models ? 0 : reply.input_tokens;
    if (knobs_.malformed != Malformed::none) co_return co_await broken(dialect, reply);
    if (!knobs_.answer_coding.empty()) co_return co_await coded(dialect, reply);
    if (reply.call.stream && dialect.stream_open != nullptr) co_return co_await stream(dialect, reply);
    co_return co_await plain(dialect, reply);
}

awaitable<bool> Producer::refuse(Kind kind, unsigned status, std::string_view message,
                                 std::string_view param) {
    const std::string body = error_body(kind, status, message, param);
    co_return co_await refuse_saying(status, body);
}

awaitable<bool> Producer::refuse_saying(unsigned status, std::string_view body) {
    record_.status = status;
    begin_head(status, json_type);
    if (!knobs_.retry_after.empty()) append(out_, "retry-after: ", knobs_.retry_after, "\r\n");
    append(out_, "content-length: ", body.size(), "\r\n\r\n");
    const bool complete = co_await send(out_, body);
    co_return finished(complete);
}

awaitable<bool> Producer::plain(const Dialect& dialect, Reply& reply) {
    Body body;
    dialect.plain(reply, body);
    const std::uint64_t size = std::max<std::uint64_t>(body.text.size(), knobs_.answer_bytes);
    begin_head(knobs_.status, json_type);
    append(out_, "content-length: ", size, "\r\n\r\n");
    if (knobs_.die_after_chunks) co_return co_await cut_in_body(out_, body.text);
    if (reply.progress == Progress::done) note_tokens(reply.output_tokens());
    bool complete = false;
    if (size > body.text.size()) {
        complete = co_await padded(body);
    } else {
        complete = co_await send(out_, body.text);
    }
    co_return finished(complete);
}

awaitable<bool> Producer::padded(const Body& body) {
    const std::string spaces(padding_block_bytes, ' ');
    bool sent = co_await send(out_, std::string_view(body.text).substr(0, body.pad_at));
    if (!sent) co_return false;
    for (std::uint64_t left = knobs_.answer_bytes - body.text.size(); left > 0;) {
        const std::uint64_t piece = std::min(left, padding_block_bytes);
        sent = co_await send(std::string_view(), std::string_view(spaces).substr(0, piece));
        if (!sent) co_return false;
        left -= piece;
    }
    co_return co_await send(std::string_view(), std::string_view(body.text).substr(body.pad_at));
}

awaitable<bool> Producer::cut_in_body(std::string_view head, std::string_view body) {
    const std::string_view part =
        *knobs_.die_after_chunks == 0 ? std::string_view() : body.substr(0, body.size() / 2);
    const bool sent = co_await send(head, part);
    if (!sent) co_return gone();
    wire_.cut();
    co_return false;
}

awaitable<bool> Producer::stream(const Dialect& dialect, Reply& reply) {
    if (delimits_by_close()) closes_ = true;
    begin_head(knobs_.status, dialect.stream_type);
    out_ += "cache-control: no-cache\r\n";
    out_ += delimits_by_close() ? "\r\n" : "transfer-encoding: chunked\r\n\r\n";
    bool stayed = co_await send(out_, std::string_view());
    if (!stayed) co_return gone();
    if (knobs_.die_after_chunks == 0) {
        wire_.cut();
        co_return false;
    }
    if (knobs_.ending == Ending::error_first) co_return co_await end_stream(dialect, reply);
    dialect.stream_open(reply, event_);
    if (!event_.empty()) stayed = co_await send_event_text();
    if (!stayed) co_return gone();
    stayed = co_await stream_tokens(dialect, reply);
    if (!stayed) co_return false;
    stayed = co_await stream_padding(dialect, reply);
    if (!stayed) co_return gone();
    co_return co_await end_stream(dialect, reply);
}

awaitable<bool> Producer::end_stream(const Dialect& dialect, Reply& reply) {
    constexpr unsigned error_status = 503;
    constexpr std::string_view error_message = "weir-mock was asked for this error";
    switch (knobs_.ending) {
        case Ending::done:
        case Ending::finish_only:
            dialect.stream_close(reply, event_);
            if (knobs_.ending == Ending::finish_only && dialect.has_end_mark) {
                const std::size_t before = event_.rfind("\n\n", event_.size() - 3);
                event_.resize(before == std::string::npos ? 0 : before + 2);
            }
            break;
        case Ending::none:
            break;
        case Ending::error_first:
        case Ending::error_last:
            event_ += error_event(reply.call, error_status, error_message);
            break;
    }
    out_.clear();
    if (!event_.empty()) append_framed(event_);
    if (!delimits_by_close()) out_ += "0\r\n\r\n";
    const bool sent = co_await send(std::string_view(), out_);
    co_return finished(sent);
}

awaitable<bool> Producer::stream_tokens(const Dialect& dialect, Reply& reply) {
    std::uint64_t chunks = 0;
    std::string text;
    for (std::uint64_t first = 0; first < reply.tokens; first += knobs_.tokens_per_chunk) {
        const std::uint64_t count = std::min(knobs_.tokens_per_chunk, reply.tokens - first);
        text.clear();
        append_tokens(text, count);
        bool stayed = true;
        if (first > 0 && knobs_.chunk_delay_ms > 0) stayed = co_await wire_.pause(knobs_.chunk_delay_ms);
        if (!stayed) co_return gone();
        for (std::uint64_t choice = 0; choice < reply.call.choices; ++choice) {
            if (wire_.client_left()) co_return gone();
            dialect.stream_delta(reply, event_, choice, text);
            note_tokens(count);
            stayed = co_await send_event_text();
            if (!stayed) co_return gone();
            if (++chunks == knobs_.die_after_chunks) {
                wire_.cut();
                co_return false;
            }
        }
    }
    co_return true;
}

awaitable<bool> Producer::stream_padding(const Dialect& dialect, Reply& reply) {
    const std::string spaces(padding_event_bytes, ' ');
    while (sent_ < knobs_.answer_bytes) {
        const std::uint64_t wanted = std::min(padding_block_bytes, knobs_.answer_bytes - sent_);
        while (event_.size() < wanted) dialect.stream_delta(reply, event_, 0, spaces);
        const bool sent = co_await send_event_text();
        if (!sent) co_return false;
    }
    co_return true;
}

std::string Producer::whole_text(const Dialect& dialect, Reply& reply, std::string_view& content_type) {
    Body body;
    content_type = json_type;
    if (!reply.call.stream || dialect.stream_open == nullptr) {
        dialect.plain(reply, body);
        return std::move(body.text);
    }
    content_type = dialect.stream_type;
    std::string text;
    append_tokens(text, reply.tokens);
    dialect.stream_open(reply, body.text);
    for (std::uint64_t choice = 0; choice < reply.call.choices; ++choice) {
        dialect.stream_delta(reply, body.text, choice, text);
    }
    dialect.stream_close(reply, body.text);
    return std::move(body.text);
}

awaitable<bool> Producer::coded(const Dialect& dialect, Reply& reply) {
    std::string_view content_type;
    const std::string bytes = encode(knobs_.answer_coding, whole_text(dialect, reply, content_type));
    const std::string_view name =
        knobs_.answer_coding == "raw-deflate" ? "deflate" : std::string_view(knobs_.answer_coding);
    begin_head(knobs_.status, content_type);
    append(out_, "content-encoding: ", name, "\r\ncontent-length: ", bytes.size(), "\r\n\r\n");
    note_tokens(reply.output_tokens());
    const bool complete = co_await send(out_, bytes);
    co_return finished(complete);
}

awaitable<bool> Producer::broken(const Dialect& dialect, Reply& reply) {
    std::string_view content_type;
    const std::string text = whole_text(dialect, reply, content_type);
    out_.clear();
    append_fields(content_type);
    const WireAnswer answer = malformed_answer(knobs_.malformed, out_, text);
    note_tokens(reply.output_tokens());
    closes_ = closes_ || answer.close_after;
    const bool complete = co_await send(std::string_view(), answer.bytes);
    co_return finished(complete);
}

/// Writes the head, and the body split as asked. Without splitting, both go in one write.
awaitable<bool> Producer::send(std::string_view head, std::string_view body) {
    if (knobs_.split_bytes == 0 && !head.empty() && head.data() == out_.data()) {
        out_ += body;
        co_return co_await wire_.write(out_);
    }
    bool written = true;
    if (!head.empty()) written = co_await wire_.write(head);
    if (!written) co_return false;
    const std::size_t piece = knobs_.split_bytes == 0 ? body.size() : knobs_.split_bytes;
    for (; !body.empty(); body.remove_prefix(std::min(piece, body.size()))) {
        written = co_await wire_.write(body.substr(0, piece));
        if (!written) co_return false;
    }
    co_return true;
}

awaitable<bool> Producer::send_event_text() {
    out_.clear();
    append_framed(event_);
    sent_ += event_.size();
    event_.clear();
    co_return co_await send(std::string_view(), out_);
}

void Producer::append_framed(std::string_view bytes) {
    if (delimits_by_close()) {
        out_ += bytes;
    } else {
        append_chunk(out_, bytes);
    }
}

bool Producer::finished(bool complete) {
    if (!complete) return gone();
    record_.complete = true;
    if (!closes_ && knobs_.die != Die::after_answer) return true;
    wire_.cut();
    return false;
}

void Producer::begin_head(unsigned status, std::string_view content_type) {
    out_.clear();
    append(out_, "HTTP/1.1 ", status, " ", reason_of(status), "\r\n");
    append_fields(content_type);
}

void Producer::append_fields(std::string_view content_type) {
    append(out_, "content-type: ", content_type, "\r\nx-request-id: ", record_.answer_id, "\r\n");
    if (record_.path.starts_with("/v1/messages")) append(out_, "request-id: ", record_.answer_id, "\r\n");
    if (closes_) out_ += "connection: close\r\n";
    for (const auto& [name, value] : knobs_.answer_headers) append(out_, name, ": ", value, "\r\n");
}

void Producer::note_tokens(std::uint64_t tokens) {
    if (tokens == 0) return;
    record_.output_tokens += tokens;
    const std::int64_t now_us = clock_.now_us();
    if (record_.produced.size() < produced_entries_max) {
        record_.produced.push_back({now_us, tokens});
    } else {
        record_.produced.back().time_us = now_us;
        record_.produced.back().tokens += tokens;
    }
}

bool Producer::gone() {
    record_.aborted = true;
    return false;
}

}  // namespace weir::mock
