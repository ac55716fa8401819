// A scanner, not a parser: it follows strings and nesting, and leaves it to the client to complain.
#include "llm/json_usage_finder.hpp"

#include <algorithm>

namespace weir::llm {

void JsonUsageFinder::feed(std::string_view bytes, UsageReader& reader) {
    std::size_t at = 0;
    while (at < bytes.size() && !done_) {
        if (in_string_) {
            const std::size_t next = pass_string(bytes, at);
            capture(bytes.substr(at, next - at));
            at = next;
            continue;
        }
        const char c = bytes[at++];
        structural(c, reader);
        if (capturing_ && !(c == ':' && captured_.empty())) capture({&c, 1});
    }
}

/// Goes to behind the closing quote or to the end of the piece.
std::size_t JsonUsageFinder::pass_string(std::string_view bytes, std::size_t at) {
    while (at < bytes.size()) {
        if (escaped_) {
            escaped_ = false;
            if (in_key_ && key_.size() <= wanted.size()) key_ += '\\';  // no key of interest has one
            ++at;
            continue;
        }
        const auto* const found = std::find_if(bytes.data() + at, bytes.data() + bytes.size(),
                                               [](char c) { return c == '"' || c == '\\'; });
        const auto end = static_cast<std::size_t>(found - bytes.data());
        if (in_key_ && key_.size() <= wanted.size()) {
            key_.append(bytes.substr(at, std::min(end - at, wanted.size() + 1)));
        }
        if (end == bytes.size()) return end;
        at = end + 1;
        if (bytes[end] == '\\') {
            escaped_ = true;
            continue;
        }
        in_string_ = false;
        if (in_key_) is_wanted_ = key_ == wanted;
        in_key_ = false;
        return at;
    }
    return at;
}

void JsonUsageFinder::structural(char c, UsageReader& reader) {
    switch (c) {
        case '"':
            in_string_ = true;
            in_key_ = depth_ == 1 && key_next_;
            if (in_key_) key_.clear();
            key_next_ = false;
            break;
        case '{':
        case '[':
            if (++depth_ == 1) {
                is_object_ = c == '{';
                key_next_ = is_object_;
            }
            break;
        case '}':
        case ']':
            if (depth_ == 1) end_member(reader);
            if (depth_ > 0 && --depth_ == 0) {
                done_ = true;
                reader.end();
            }
            break;
        case ':':
            if (depth_ == 1 && is_wanted_ && !capturing_) {
                capturing_ = true;
                captured_.clear();
            }
            break;
        case ',':
            if (depth_ == 1) {
                end_member(reader);
                key_next_ = is_object_;
            }
            break;
        default:
            break;
    }
}

void JsonUsageFinder::end_member(UsageReader& reader) {
    if (capturing_ && !too_long_) {
        captured_.reserve(captured_.size() + simdjson::SIMDJSON_PADDING);
        reader.read_answer_usage(captured_);
    }
    capturing_ = false;
    too_long_ = false;
    is_wanted_ = false;
    captured_.clear();
}

void JsonUsageFinder::capture(std::string_view bytes) {
    if (!capturing_ || too_long_) return;
    too_long_ = captured_.size() + bytes.size() > captured_bytes_max;
    if (!too_long_) captured_.append(bytes);
}

}  // namespace weir::llm
