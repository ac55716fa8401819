// Formats records by hand: the values are numbers and short texts, and this is on every request's way.
#include "observe/access_log.hpp"

#include <spdlog/fmt/fmt.h>
#include <unistd.h>

namespace weir::observe {

namespace {

/// JSON string contents; what is not UTF-8 text becomes question marks.
void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte >= 0x7f) {
            out += '?';
        } else {
            out += c;
        }
    }
}

void append_text(std::string& out, std::string_view name, std::string_view value) {
    out.append(",\"").append(name).append("\":\"");
    append_escaped(out, value);
    out += '"';
}

void append_number(std::string& out, std::string_view name, std::int64_t value) {
    out.append(",\"").append(name).append("\":").append(fmt::format_int(value).c_str());
}

void append_tokens(std::string& out, std::string_view name, std::int64_t input, std::int64_t output) {
    out.append(",\"").append(name).append("\":{\"input\":").append(fmt::format_int(input).c_str());
    out.append(",\"output\":").append(fmt::format_int(output).c_str()).append("}");
}

}  // namespace

std::string format_record(const RequestRecord& record) {
    std::string line;
    line.reserve(768);
    line.append("{\"received_at_us\":").append(fmt::format_int(record.received_at_us).c_str());
    if (record.decided_at_us != 0) append_number(line, "decided_at_us", record.decided_at_us);
    if (record.first_byte_at_us != 0) append_number(line, "first_byte_at_us", record.first_byte_at_us);
    append_text(line, "request_id", record.request_id);
    append_text(line, "key", record.key_id);
    append_text(line, "model", record.model);
    append_text(line, "method", record.method);
    append_text(line, "path", record.path);
    append_number(line, "status", record.status);
    append_text(line, "outcome", to_string(record.outcome));
    if (record.refused_by) append_text(line, "refused_by", record.refused_by->name);
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
