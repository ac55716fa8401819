// Lines end in LF, CRLF or CR. Of interest are `data`, since the types stand in the data too, and the name
// `error`.
#include "llm/event_reader.hpp"

#include <algorithm>

namespace weir::llm {

namespace {

/// The next LF or CR, or npos. In steps, so that neither is looked for far behind the other.
std::size_t find_line_end(std::string_view bytes, std::size_t from) noexcept {
    constexpr std::size_t step_bytes = 512;
    for (; from < bytes.size(); from += step_bytes) {
        const std::string_view step = bytes.substr(from, step_bytes);
        const std::size_t line_feed = std::min(step.find('\n'), step.size());
        const std::size_t end = std::min(step.substr(0, line_feed).find('\r'), line_feed);
        if (end < step.size()) return from + end;
    }
    return std::string_view::npos;
}

}  // namespace

EventReader::Found EventReader::next(std::string_view bytes, std::size_t& at) {
    while (at < bytes.size()) {
        if (after_carriage_return_) {
            after_carriage_return_ = false;
            if (bytes[at] == '\n') {
                ++at;
                if (!in_event_) return Found::between;
                continue;
            }
        }
        const bool is_blank = bytes[at] == '\n' || bytes[at] == '\r';
        if (at_line_begin_ && !is_blank) {
            at_line_begin_ = false;
            line_is_ = bytes[at] == ':' ? Line::passed_by : Line::short_one;
            if (!in_event_ && line_is_ == Line::short_one) {
                in_event_ = true;
                is_error_ = false;
                return Found::event_begin;
            }
        }
        const std::size_t end = find_line_end(bytes, at);
        if (end == std::string_view::npos) {
            take_line_piece(bytes.substr(at));
            at = bytes.size();
            return Found::more;
        }
        const bool ends_event = at_line_begin_ && in_event_;
        const bool has_data = end_line(bytes.substr(at, end - at));
        after_carriage_return_ = bytes[end] == '\r';
        at = end + 1;
        if (ends_event) {
            end_event();
            return Found::event_end;
        }
        if (has_data) return Found::data;
        if (!in_event_) return Found::between;
    }
    return Found::more;
}

bool EventReader::finish() {
    return end_line({});
}

void EventReader::end_event() {
    in_event_ = false;
    has_data_ = false;
    if (is_digest_) digest_.reset();
    is_digest_ = false;
    digest_is_whole_ = false;
    data_.clear();
}

bool EventReader::go_on() {
    if (is_digest_) return false;
    reduce({});
    return digest_is_whole_;
}

void EventReader::take_line_piece(std::string_view piece) {
    if (line_is_ == Line::passed_by) return;
    if (line_is_ == Line::long_data) return reduce(piece);
    if (line_.size() + piece.size() <= data_bytes_max) {
        line_.append(piece);
        return;
    }
    line_is_ = Line::passed_by;
    line_.append(piece);
    read_field(line_, false);
    line_ = {};
}

/// True where data() may be whole.
bool EventReader::end_line(std::string_view rest) {
    bool has_data = false;
    if (!at_line_begin_ && line_is_ != Line::passed_by) {
        if (line_is_ == Line::long_data) {
            reduce(rest);
            has_data = digest_is_whole_;
        } else if (line_.empty()) {
            has_data = read_field(rest, true);
        } else {
            line_.append(rest);
            has_data = read_field(line_, true);
        }
    }
    line_.clear();
    at_line_begin_ = true;
    line_is_ = Line::short_one;
    return has_data;
}

/// True where data() may be whole.
bool EventReader::read_field(std::string_view line, bool is_whole) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (name == "data") return take_data(value, is_whole, line.size() <= data_bytes_max);
    if (name == "event") is_error_ = value == "error";
    if (name == "error") is_error_ = true;  // older llama.cpp
    return false;
}

bool EventReader::take_data(std::string_view text, bool is_whole, bool is_short) {
    if (text.empty() && !has_data_) return false;
    if (has_data_ && !is_digest_) reduce({});  // the first line alone was not whole
    has_data_ = true;
    if (is_digest_) {
        reduce("\n");
        reduce(text);
    } else if (is_whole && is_short) {
        data_.assign(text);
        return true;
    } else {
        reduce(text);
    }
    if (!is_whole) line_is_ = Line::long_data;
    return is_whole && digest_is_whole_;
}

/// Into the digest, behind what was collected before there was one.
void EventReader::reduce(std::string_view text) {
    std::size_t at = 0;
    if (!is_digest_) {
        is_digest_ = true;
        digest_.reset();
        digest_is_whole_ = digest_.next(data_, at) == JsonDigest::Found::document;
        data_.clear();
    }
    at = 0;
    if (!digest_is_whole_) digest_is_whole_ = digest_.next(text, at) == JsonDigest::Found::document;
}

}  // namespace weir::llm
