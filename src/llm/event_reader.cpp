// Lines end in LF, CRLF or CR. Only `data` is of interest: the types stand in the data too.
#include "llm/event_reader.hpp"

namespace weir::llm {

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
            line_is_comment_ = bytes[at] == ':';
            if (!in_event_ && !line_is_comment_) {
                in_event_ = true;
                return Found::event_begin;
            }
        }
        const std::size_t end = bytes.find_first_of("\n\r", at);
        if (end == std::string_view::npos) {
            take_line_piece(bytes.substr(at));
            at = bytes.size();
            return Found::more;
        }
        const bool ends_event = at_line_begin_ && in_event_;
        end_line(bytes.substr(at, end - at));
        after_carriage_return_ = bytes[end] == '\r';
        at = end + 1;
        if (ends_event) {
            end_event();
            return Found::event_end;
        }
        if (!in_event_) return Found::between;
    }
    return Found::more;
}

void EventReader::finish() {
    end_line({});
    end_event();
}

void EventReader::take_line_piece(std::string_view piece) {
    if (line_is_comment_ || too_long_) return;
    too_long_ = line_.size() + piece.size() > data_bytes_max;
    if (!too_long_) line_.append(piece);
}

void EventReader::end_line(std::string_view rest) {
    if (!at_line_begin_ && !line_is_comment_ && !too_long_) {
        if (line_.empty()) {
            read_field(rest);
        } else {
            take_line_piece(rest);
            read_field(line_);
        }
    }
    line_.clear();
    at_line_begin_ = true;
    line_is_comment_ = false;
}

void EventReader::read_field(std::string_view line) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    constexpr std::string_view name = "data";
    if (line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
    if (!line.starts_with(name)) return;
    line.remove_prefix(name.size());
    if (!line.empty() && line.front() != ':') return;
    if (!line.empty()) line.remove_prefix(1);
    if (line.starts_with(' ')) line.remove_prefix(1);
    if (fresh_) data_.clear();
    fresh_ = false;
    if (data_.size() + line.size() > data_bytes_max) {
        too_long_ = true;
        return;
    }
    if (has_data_) data_ += '\n';
    has_data_ = true;
    data_.append(line);
}

void EventReader::end_event() {
    if (too_long_ || !has_data_) data_.clear();
    if (too_long_) line_ = {};
    in_event_ = false;
    has_data_ = false;
    too_long_ = false;
    fresh_ = true;
}

}  // namespace weir::llm
