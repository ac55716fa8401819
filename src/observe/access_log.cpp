// Formats records by hand: the values are numbers and short texts, and this is on every request's way.
#include "observe/access_log.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "observe/text_row.hpp"
#include "text/json_text.hpp"
#include "text/times.hpp"

namespace weir::observe {

namespace {

// What is given as the opening is all that stands before the value, so that it is appended at once.

void append_text(std::string& out, std::string_view opening, std::string_view value) {
    out.append(opening);
    text::append_json_text(out, value);
    out += '"';
}

void append_integer(std::string& out, std::int64_t value) {
    const fmt::format_int digits(value);
    out.append(digits.data(), digits.size());
}

void append_number(std::string& out, std::string_view opening, std::int64_t value) {
    out.append(opening);
    append_integer(out, value);
}

void append_tokens(std::string& out, std::string_view opening, std::int64_t input, std::int64_t output) {
    out.append(opening);
    append_integer(out, input);
    out.append(",\"output\":");
    append_integer(out, output);
    out += '}';
}

void append_shadow(std::string& out, const std::vector<RefusedBy>& shadowed_by) {
    std::string_view opening = R"(,"shadow":[")";
    for (const RefusedBy& limit : shadowed_by) {
        append_text(out, opening, limit.name);
        opening = R"(,")";
    }
    out += ']';
}

void append_refusal(std::string& out, const RefusedBy& refused_by) {
    append_text(out, R"(,"refused_by":")", refused_by.name);
    append_number(out, R"(,"limit":)", refused_by.limit);
    append_number(out, R"(,"used":)", refused_by.used);
    append_number(out, R"(,"requested":)", refused_by.requested);
    append_number(out, R"(,"retry_after_us":)", refused_by.retry_after_us);
}

}  // namespace

std::string format_record(const RequestRecord& record) {
    std::string line;
    line.reserve(768);
    line.append("{\"time\":\"");
    text::append_timestamp(line, record.received_at_us);
    line += '"';
    append_number(line, R"(,"received_at_us":)", record.received_at_us);
    if (record.decided_at_us != 0) append_number(line, R"(,"decided_at_us":)", record.decided_at_us);
    if (record.first_byte_at_us != 0) append_number(line, R"(,"first_byte_at_us":)", record.first_byte_at_us);
    append_text(line, R"(,"request_id":")", record.request_id);
    append_text(line, R"(,"key":")", record.key_id);
    append_text(line, R"(,"client":")", record.client_address);
    append_text(line, R"(,"model":")", record.model);
    append_text(line, R"(,"method":")", record.method);
    append_text(line, R"(,"path":")", record.path);
    if (!record.upstream.empty()) append_text(line, R"(,"upstream":")", record.upstream);
    if (record.attempts > 1) append_number(line, R"(,"attempts":)", record.attempts);
    append_number(line, R"(,"status":)", record.status);
    append_text(line, R"(,"outcome":")", to_string(record.outcome));
    if (record.refused_by) append_refusal(line, *record.refused_by);
    if (!record.shadowed_by.empty()) append_shadow(line, record.shadowed_by);
    append_tokens(line, R"(,"estimated":{"input":)", record.estimated.input_tokens,
                  record.estimated.output_tokens);
    append_tokens(line, R"(,"reserved":{"input":)", record.reserved.input_tokens,
                  record.reserved.output_tokens);
    if (record.actual)
        append_tokens(line, R"(,"actual":{"input":)", record.actual->input_tokens,
                      record.actual->output_tokens);
    if (record.cached_input_tokens > 0)
        append_number(line, R"(,"cached_input":)", record.cached_input_tokens);
    append_number(line, R"(,"added_us":)", record.added_us);
    if (record.waited_us) append_number(line, R"(,"waited_ms":)", *record.waited_us / 1000);
    append_number(line, R"(,"upstream_us":)", record.upstream_us);
    append_number(line, R"(,"duration_us":)", record.duration_us);
    append_number(line, R"(,"request_bytes":)", record.request_bytes);
    append_number(line, R"(,"answer_bytes":)", record.answer_bytes);
    line.append(record.streamed ? ",\"streamed\":true" : ",\"streamed\":false");
    append_text(line, R"(,"store_mode":")", record.store_mode);
    line += '}';
    return line;
}

AccessLog::AccessLog(AccessLogOptions options) : json_(options.json) {
    if (!options.enabled) return;
    LineWriterOptions writer;
    writer.on_drop = [](std::uint64_t lines) {
        spdlog::warn("access log: {} line{} dropped: standard output is read more slowly than requests come",
                     lines, lines == 1 ? " was" : "s were");
    };
    writer_ = std::make_unique<LineWriter>(STDOUT_FILENO, std::move(writer));
}

void AccessLog::write(const RequestRecord& record) {
    if (writer_) writer_->write(json_ ? format_record(record) : format_text_row(record));
    recent_.note(record);
}

}  // namespace weir::observe
