// A string with a colon behind it is a key; keys are looked up only where something may be wanted.
#include "llm/json_digest.hpp"

#include <algorithm>

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

JsonDigest::Found JsonDigest::next(std::string_view bytes, std::size_t& at) {
    if (level_count_ == 0) {
        text_.clear();
        has_text_ = is_marked_ = false;
    }
    if (in_string_) string_here_ = false;
    copy_from_ = at;
    while (at < bytes.size()) {
        if (in_string_) {
            at = pass_string(bytes, at);
            continue;
        }
        const bool ends_document = may_matter[static_cast<unsigned char>(bytes[at])] && structural(bytes, at);
        ++at;
        if (!ends_document) continue;
        key_ = {};  // it may stand in a piece that goes
        text_.resize(std::min(text_.size(), text_bytes_max));
        return Found::document;
    }
    end_piece(bytes);
    return Found::more;
}

void JsonDigest::reset() noexcept {
    begun_ = is_array_ = in_string_ = escaped_ = has_text_ = false;
    copying_ = watching_ = value_is_text_ = in_value_ = false;
    depth_ = level_count_ = 0;
    member_ = {};
    key_ = {};
    text_.clear();
}

/// What was only looked at is kept, since the piece goes.
void JsonDigest::end_piece(std::string_view bytes) {
    if (copying_) {
        if (in_string_ && string_here_ && !is_shortened_) {
            copy_until(bytes, string_begin_);
            string_mark_ = text_.size();
        }
        copy_until(bytes, bytes.size());
    }
    if (key_.data() == key_bytes_.data()) return;
    key_size_ = std::min(key_.size(), key_bytes_max);
    std::copy_n(key_.data(), key_size_, key_bytes_.data());
    key_ = {key_bytes_.data(), key_size_};
}

/// Goes to behind the closing quote or to the end of the piece.
std::size_t JsonDigest::pass_string(std::string_view bytes, std::size_t begin) {
    std::size_t from = begin + (escaped_ ? 1 : 0);
    std::size_t quote = begin;
    do {
        quote = std::min(bytes.find('"', from), bytes.size());
        std::size_t backslashes = 0;
        while (quote - backslashes > from && bytes[quote - backslashes - 1] == '\\') ++backslashes;
        escaped_ = backslashes % 2 == 1;
        from = quote + 1;
    } while (escaped_ && quote < bytes.size());

    string_bytes_ += quote - begin;
    const std::string_view part = bytes.substr(begin, quote - begin);
    if (string_here_) {
        key_ = part;
    } else {
        // One byte more than any name has would make it another name; kept as long as it is of use.
        const std::size_t room = std::min(part.size(), key_bytes_max - key_size_);
        std::copy_n(part.data(), room, key_bytes_.data() + key_size_);
        key_size_ += room;
        key_ = {key_bytes_.data(), key_size_};
    }
    if (copying_ && string_bytes_ > string_bytes_max) {
        if (!is_shortened_) {
            if (string_here_) {
                copy_until(bytes, begin);
            } else {
                text_.resize(std::min(string_mark_, text_.size()));
            }
            append(shortened);
            is_shortened_ = true;
        }
        copy_from_ = quote;
    }
    if (quote == bytes.size()) return quote;
    in_string_ = false;
    has_content_ = has_content_ || string_bytes_ > 0;
    if (value_is_text_ && string_bytes_ > 0) has_text_ = true;
    value_is_text_ = false;
    return quote + 1;
}

/// True where a document ends.
bool JsonDigest::structural(std::string_view bytes, std::size_t at) {
    switch (bytes[at]) {
        case '"':
            in_string_ = true;
            string_here_ = true;
            is_shortened_ = false;
            string_begin_ = at + 1;
            string_bytes_ = 0;
            key_ = {};
            key_size_ = 0;
            return false;
        case '{':
        case '[':
            open(bytes[at]);
            return false;
        case '}':
        case ']':
            return close(bytes, at);
        case ':':
            begin_value(at);
            return false;
        default:
            value_is_text_ = false;
            if (member_level()) {
                end_member(bytes, at);
            } else {
                has_content_ = true;
            }
            return false;
    }
}

void JsonDigest::begin_value(std::size_t at) {
    if (const Level* level = member_level()) {
        if (in_value_) return;  // a second colon is no JSON
        in_value_ = true;
        member_ = member_of(level->context, answer_key(key_));
        copying_ = member_.action == Action::copy;
        watching_ = member_.action == Action::watch;
        value_is_text_ = member_.string_is_text;
        copy_from_ = at + 1;
        has_content_ = false;
        if (copying_) append_key();
    } else if (watching_ && !has_text_) {
        const AnswerKey key = answer_key(key_);
        value_is_text_ = is_text_within(key);
    }
}

void JsonDigest::open(char bracket) {
    ++depth_;
    value_is_text_ = false;
    if (level_count_ == 0) {
        if (depth_ == 1) is_array_ = bracket == '[';
        begun_ = true;
        const bool begins_document = bracket == '{' && depth_ == (is_array_ ? 2U : 1U);
        if (begins_document) text_.reserve(text_bytes_usual);
        if (begins_document) push(Context::document, true, false);
        return;
    }
    const Level& level = levels_[level_count_ - 1];
    if (level.depth + 1 != depth_) return;
    if (level.is_object && member_.action == Action::enter) {
        if (has_content_) return;  // behind another value it is no JSON, and key_ may be that value
        const bool is_list = member_.context == Context::choice || member_.context == Context::results;
        has_content_ = true;
        if ((bracket == '[') == is_list) push(member_.context, bracket == '{', true);
    } else if (!level.is_object && bracket == '{') {
        push(level.context, true, false);
    }
}

bool JsonDigest::close(std::string_view bytes, std::size_t at) {
    if (depth_ == 0) return false;
    value_is_text_ = false;
    bool ends_document = false;
    if (level_count_ > 0 && levels_[level_count_ - 1].depth == depth_) {
        const bool is_object = levels_[level_count_ - 1].is_object;
        if (is_object) end_member(bytes, at);
        append(is_object ? "}" : "]");
        ends_document = --level_count_ == 0;
        in_value_ = level_count_ > 0 && levels_[level_count_ - 1].is_object;
        member_ = {};
    }
    --depth_;
    return ends_document;
}

void JsonDigest::end_member(std::string_view bytes, std::size_t at) {
    if (copying_) copy_until(bytes, at);
    if (member_.action == Action::copy_short && key_.size() <= short_bytes_max) {
        append(text_.ends_with('{') ? "\"object\":\"" : ",\"object\":\"");
        append(key_);
        append("\"");
    }
    if (has_content_ && member_.action == Action::mark) {
        is_marked_ = is_marked_ || !member_.is_payload;
        append_mark(member_.is_payload ? "data" : "other");
    } else if (has_content_ && member_.action == Action::enter) {
        // What should have been entered and was not is something else.
        append_mark(member_.context == Context::message ? "message" : "other");
    }
    copying_ = false;
    watching_ = false;
    in_value_ = false;
    member_ = {};
}

void JsonDigest::push(Context context, bool is_object, bool with_key) {
    if (level_count_ == levels_max) return;
    levels_[level_count_++] = {depth_, context, is_object};
    if (with_key) {
        append_key();
    } else if (!text_.empty() && text_.back() != '[') {
        append(",");
    }
    append(is_object ? "{" : "[");
    in_value_ = false;
    member_ = {};
}

void JsonDigest::append_key() {
    append(text_.ends_with('{') ? "\"" : ",\"");
    append(key_);
    append("\":");
}

void JsonDigest::append_mark(std::string_view name) {
    append(text_.ends_with('{') ? "\"" : ",\"");
    append(name);
    append("\":\"+\"");
}

/// As much of it as there is room for. A string that is still to be shortened has room of its own, so that
/// the pieces that it comes in make no difference.
void JsonDigest::append(std::string_view bytes) {
    constexpr std::size_t bytes_max = text_bytes_max + string_bytes_max + shortened.size();
    text_.append(bytes.substr(0, bytes_max - text_.size()));
}

void JsonDigest::copy_until(std::string_view bytes, std::size_t end) {
    if (end > copy_from_) append(bytes.substr(copy_from_, end - copy_from_));
    copy_from_ = end;
}

const JsonDigest::Level* JsonDigest::member_level() const noexcept {
    if (level_count_ == 0) return nullptr;
    const Level& level = levels_[level_count_ - 1];
    return level.depth == depth_ && level.is_object ? &level : nullptr;
}

}  // namespace weir::llm
