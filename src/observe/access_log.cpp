// Formats records by hand: the values are numbers and short texts, and this is on every request's way.
#include "observe/access_log.hpp"

#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <algorithm>

#include "observe/timestamp.hpp"

namespace weir::observe {

namespace {

bool is_plain(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
}

/// JSON string contents; what is not UTF-8 text becomes question marks.
void append_escaped(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const auto special = std::find_if_not(text.begin(), text.end(), is_plain);
        const auto plain = static_cast<std::size_t>(special - text.begin());
        out.append(text.substr(0, plain));
        if (special == text.end()) return;
        const bool can_be_escaped = *special == '"' || *special == '\\';
        if (can_be_escaped) out += '\\';
        out += can_be_escaped ? *special : '?';
        text.remove_prefix(plain + 1);
    }
}

void append_text(std::string& out, std::string_view name, std::string_view value) {
    out.append(",\"").append(name).append("\":\"");
    append_escaped(out, value);
    out += '"';
}

void append_integer(std::string& out, std::int64_t value) {
    const fmt::format_int digits(value);
    out.append(digits.data(), digits.size());
}

void append_number(std::string& out, std::string_view name, std::int64_t value) {
    out.append(",\"").append(name).append("\":");
    append_integer(out, value);
}

void append_tokens(std::string& out, std::string_view name, std::int64_t input, std::int64_t output) {
    out.append(",\"").append(name).append("\":{\"input\":");
    append_integer(out, input);
    out.append(",\"output\":");
    append_integer(out, output);
    out += '}';
}

void append_refusal(std::string& out, const RefusedBy& refused_by) {
    append_text(out, "refused_by", refused_by.name);
    append_number(out, "limit", refused_by.limit);
    append_number(out, "used", refused_by.used);
    append_number(out, "requested", refused_by.requested);
    append_number(out, "retry_after_us", refused_by.retry_after_us);
}

}  // namespace

std::string format_record(const RequestRecord& record) {
    std::string line;
    line.reserve(768);
    line.append("{\"time\":\"");
    append_timestamp(line, record.received_at_us);
    line += '"';
    append_number(line, "received_at_us", record.received_at_us);
    if (record.decided_at_us != 0) append_number(line, "decided_at_us", record.decided_at_us);
    if (record.first_byte_at_us != 0) append_number(line, "first_byte_at_us", record.first_byte_at_us);
    append_text(line, "request_id", record.request_id);
    append_text(line, "key", record.key_id);
    append_text(line, "client", record.client_address);
    append_text(line, "model", record.model);
    append_text(line, "method", record.method);
    append_text(line, "path", record.path);
    append_number(line, "status", record.status);
    append_text(line, "outcome", to_string(record.outcome));
    if (record.refused_by) append_refusal(line, *record.refused_by);
    append_tokens(line, "estimated", record.estimated.input_tokens, record.estimated.output_tokens);
    append_tokens(line, "reserved", record.reserved.input_tokens, record.reserved.output_tokens);
    if (record.actual)
        append_tokens(line, "actual", record.actual->input_tokens, record.actual->output_tokens);
    append_number(line, "added_us", record.added_us);
    append_number(line, "upstream_us", record.upstream_us);
    append_number(line, "duration_us", record.duration_us);
    append_number(line, "request_bytes", record.request_bytes);
    append_number(line, "answer_bytes", record.answer_bytes);
    line.append(record.streamed ? ",\"streamed\":true" : ",\"streamed\":false");
    append_text(line, "store_mode", record.store_mode);
    line += '}';
    return line;
}

AccessLog::AccessLog(bool enabled) {
    if (enabled) writer_ = std::make_unique<LineWriter>(STDOUT_FILENO);
}

void AccessLog::write(const RequestRecord& record) {
    if (writer_) writer_->write(format_record(record));
}

}  // namespace weir::observe
