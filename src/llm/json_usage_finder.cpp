// A scanner, not a parser: it follows strings and nesting, and leaves it to the client to complain.
#include "llm/json_usage_finder.hpp"

#include <algorithm>
#include <array>

namespace weir::llm {

namespace {

/// Outside of strings.
constexpr auto make_may_matter() noexcept {
    std::array<bool, 256> table{};
    for (const char c : std::string_view("\"{[}]:,")) table[static_cast<unsigned char>(c)] = true;
    return table;
}
constexpr auto may_matter = make_may_matter();

}  // namespace

void JsonUsageFinder::feed(std::string_view bytes, UsageReader& reader) {
    capture_from_ = 0;
    std::size_t at = 0;
    while (at < bytes.size() && !done_) {
        if (in_string_) {
            at = pass_string(bytes, at);
        } else {
            if (may_matter[static_cast<unsigned char>(bytes[at])]) structural(bytes, at, reader);
            ++at;
        }
    }
    if (capturing_) capture(bytes.substr(capture_from_));
}

/// Goes to behind the closing quote or to the end of the piece.
std::size_t JsonUsageFinder::pass_string(std::string_view bytes, std::size_t begin) {
    std::size_t from = begin + (escaped_ ? 1 : 0);
    std::size_t quote = begin;
    do {
        quote = std::min(bytes.find('"', from), bytes.size());
        std::size_t backslashes = 0;
        while (quote - backslashes > from && bytes[quote - backslashes - 1] == '\\') ++backslashes;
        escaped_ = backslashes % 2 == 1;
        from = quote + 1;
    } while (escaped_ && quote < bytes.size());

    if (in_key_ && key_.size() <= wanted.size()) {
        key_.append(bytes.substr(begin, std::min(quote - begin, wanted.size() + 1)));
    }
    if (quote == bytes.size()) return quote;
    in_string_ = false;
    if (in_key_) is_wanted_ = key_ == wanted;
    in_key_ = false;
    return quote + 1;
}

void JsonUsageFinder::structural(std::string_view bytes, std::size_t at, UsageReader& reader) {
    const char c = bytes[at];
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
            if (depth_ == 1) end_member(bytes, at, reader);
            if (depth_ > 0 && --depth_ == 0) {
                done_ = true;
                reader.end();
            }
            break;
        case ':':
            if (depth_ == 1 && is_wanted_ && !capturing_) {
                capturing_ = true;
                capture_from_ = at + 1;
            }
            break;
        case ',':
            if (depth_ == 1) {
                end_member(bytes, at, reader);
                key_next_ = is_object_;
            }
            break;
        default:
            break;
    }
}

void JsonUsageFinder::end_member(std::string_view bytes, std::size_t at, UsageReader& reader) {
    if (capturing_) {
        captured_.reserve(captured_.size() + at - capture_from_ + simdjson::SIMDJSON_PADDING);
        capture(bytes.substr(capture_from_, at - capture_from_));
        if (!too_long_) reader.read_answer_usage(captured_);
    }
    capturing_ = false;
    too_long_ = false;
    is_wanted_ = false;
    captured_.clear();
}

void JsonUsageFinder::capture(std::string_view bytes) {
    if (too_long_) return;
    too_long_ = captured_.size() + bytes.size() > captured_bytes_max;
    if (too_long_) return;
    captured_.append(bytes);
}

}  // namespace weir::llm
