// A small state machine over the parts of an answer; whole heads and whole bodies are looked at where they
// lie.
#include "load/answer_scan.hpp"

#include <algorithm>
#include <charconv>

#include "text/ascii.hpp"

namespace weir::load {
namespace {

constexpr std::size_t head_bytes_max = 256UL * 1024;
constexpr std::size_t chunk_line_bytes_max = 4UL * 1024;
constexpr std::string_view blanks = " \t\r";
constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";

bool read_number(std::string_view text, std::uint64_t& value, int base = 10) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

void AnswerScan::clear() {
    part_ = Part::head;
    keep_alive_ = true;
    has_retry_after_ = has_retry_after_ms_ = has_length_ = is_chunked_ = has_body_ = false;
    status_ = 0;
    retry_after_ms_ = 0;
    left_ = 0;
    head_.clear();
    refused_by_.clear();
    waited_ms_.reset();
    problem_ = {};
    usage_ = {};
    pieces_.clear();
}

AnswerScan::State AnswerScan::feed(std::string_view bytes) {
    while (!bytes.empty() && problem_.empty()) {
        if (part_ == Part::over) {
            fail("bytes behind the answer");
        } else {
            bytes = part_ == Part::head ? take_head(bytes) : take_body(bytes);
        }
    }
    if (!problem_.empty()) return State::broken;
    return part_ == Part::over ? State::done : State::open;
}

AnswerScan::State AnswerScan::end() {
    if (part_ == Part::until_close) {
        finish();
        return State::done;
    }
    fail(part_ == Part::head && head_.empty() ? "closed without an answer"
                                              : "closed in the middle of an answer");
    return State::broken;
}

std::string_view AnswerScan::take_head(std::string_view bytes) {
    if (head_.empty()) {
        const std::size_t end = bytes.find(head_end);
        if (end != std::string_view::npos) {
            read_head(bytes.substr(0, end));
            return bytes.substr(end + head_end.size());
        }
    }
    const std::size_t known = head_.size();
    head_ += bytes;
    const std::size_t from = known < head_end.size() ? 0 : known - head_end.size() + 1;
    const std::size_t end = head_.find(head_end, from);
    if (end == std::string::npos) {
        if (head_.size() > head_bytes_max) fail("a head without an end");
        return {};
    }
    const std::string head = std::move(head_);
    head_.clear();
    read_head(std::string_view(head).substr(0, end));
    return bytes.substr(end + head_end.size() - known);
}

void AnswerScan::read_head(std::string_view head) {
    // "HTTP/1.1 200 OK"
    std::uint64_t status = 0;
    if (!head.starts_with("HTTP/1.") || head.size() < 12 || !read_number(head.substr(9, 3), status) ||
        status < 100) {
        fail("no HTTP answer");
        return;
    }
    if (status < 200 && status != 101) return;  // an interim answer: the true head follows
    status_ = static_cast<unsigned>(status);
    keep_alive_ = head[7] != '0';
    std::size_t at = head.find(line_end);
    while (at != std::string_view::npos) {
        const std::size_t begin = at + line_end.size();
        at = head.find(line_end, begin);
        read_field(head.substr(begin, at == std::string_view::npos ? at : at - begin));
    }
    if (problem_.empty()) choose_framing();
}

void AnswerScan::read_field(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
        fail("a header without a colon");
        return;
    }
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = line.substr(colon + 1);
    if (text::equals_ignoring_case(name, "content-length")) {
        std::uint64_t length = 0;
        if (!read_number(text::trimmed(value, blanks), length) || (has_length_ && length != left_))
            fail("a bad Content-Length");
        has_length_ = true;
        left_ = length;
    } else if (text::equals_ignoring_case(name, "transfer-encoding")) {
        is_chunked_ = text::contains_ignoring_case(value, "chunked");
        if (!is_chunked_) fail("an unknown Transfer-Encoding");
    } else if (text::equals_ignoring_case(name, "connection")) {
        keep_alive_ = !text::contains_ignoring_case(value, "close") &&
                      (keep_alive_ || text::contains_ignoring_case(value, "keep-alive"));
    } else if (text::equals_ignoring_case(name, "retry-after")) {
        has_retry_after_ = true;
        std::uint64_t seconds = 0;
        if (!has_retry_after_ms_ && read_number(text::trimmed(value, blanks), seconds))
            retry_after_ms_ = seconds * 1000;
    } else if (text::equals_ignoring_case(name, "retry-after-ms")) {
        has_retry_after_ms_ = read_number(text::trimmed(value, blanks), retry_after_ms_);
    } else if (text::equals_ignoring_case(name, "x-weir-limit")) {
        refused_by_ = text::trimmed(value, blanks);
    } else if (text::equals_ignoring_case(name, "x-weir-waited-ms")) {
        std::uint64_t waited_ms = 0;
        if (read_number(text::trimmed(value, blanks), waited_ms)) waited_ms_ = waited_ms;
    }
}

void AnswerScan::choose_framing() {
    const bool is_bodyless = status_ == 204 || status_ == 304 || status_ == 101;
    if (is_bodyless || (has_length_ && !is_chunked_ && left_ == 0)) {
        finish();
    } else if (is_chunked_) {
        part_ = Part::chunk_size;
    } else if (has_length_) {
        part_ = Part::sized;
    } else {
        part_ = Part::until_close;
        keep_alive_ = false;
    }
}

std::string_view AnswerScan::take_body(std::string_view bytes) {
    if (part_ == Part::until_close) {
        note_body(bytes, false);
        return {};
    }
    if (part_ != Part::sized && part_ != Part::chunk_data) return take_line_byte(bytes);

    const std::size_t taken = std::min<std::uint64_t>(left_, bytes.size());
    const bool is_whole = part_ == Part::sized && taken == left_ && !has_body_;
    note_body(bytes.substr(0, taken), is_whole);
    left_ -= taken;
    if (left_ == 0) {
        if (part_ == Part::sized) {
            finish();
        } else {
            part_ = Part::chunk_end;
        }
    }
    return bytes.substr(taken);
}

/// Lines of the chunked coding: sizes, the empty ones behind chunks, trailers.
std::string_view AnswerScan::take_line_byte(std::string_view bytes) {
    const char byte = bytes.front();
    if (byte == '\n') {
        end_chunk_line();
    } else {
        head_ += byte;
        if (head_.size() > chunk_line_bytes_max) fail("a chunk line without an end");
    }
    return bytes.substr(1);
}

void AnswerScan::end_chunk_line() {
    const std::string_view line = text::trimmed(head_, blanks);
    if (part_ == Part::chunk_end) {
        if (!line.empty()) fail("a chunk without an end");
        part_ = Part::chunk_size;
    } else if (part_ == Part::trailer) {
        if (line.empty()) finish();
    } else if (!read_number(text::trimmed(line.substr(0, line.find(';')), blanks), left_, 16)) {
        fail("a bad chunk size");
    } else {
        part_ = left_ == 0 ? Part::trailer : Part::chunk_data;
    }
    head_.clear();
}

void AnswerScan::note_body(std::string_view bytes, bool is_whole) {
    has_body_ = true;
    if (status_ / 100 != 2) return;
    if (is_whole) {
        usage_ = usage_in(bytes);
    } else {
        pieces_.feed(bytes);
    }
}

void AnswerScan::finish() {
    if (usage_.input_tokens == 0 && usage_.output_tokens == 0) usage_ = pieces_.usage();
    part_ = Part::over;
}

void AnswerScan::fail(std::string_view problem) {
    if (problem_.empty()) problem_ = problem;
}

}  // namespace weir::load
