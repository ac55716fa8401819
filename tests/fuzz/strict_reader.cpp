// Character by character, as the grammar has it.
#include "fuzz/strict_reader.hpp"

#include <algorithm>

namespace weir::fuzz {

namespace {

using Read = StrictMessage::Read;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_tchar(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}
bool is_blank(char c) {
    return c == ' ' || c == '\t';
}
/// VCHAR, obs-text, SP and HTAB.
bool is_text(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}
std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return out;
}

class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    std::size_t at() const { return at_; }
    bool at_end() const { return at_ == bytes_.size(); }
    char peek() const { return at_end() ? '\0' : bytes_[at_]; }
    std::string_view rest() const { return bytes_.substr(at_); }
    void skip(std::size_t count) { at_ += count; }

    template <typename Is>
    std::string_view take_while(Is is) {
        const std::size_t begin = at_;
        while (!at_end() && is(bytes_[at_])) ++at_;
        return bytes_.substr(begin, at_ - begin);
    }
    /// More bytes might make it right; else it is wrong.
    Read expect(std::string_view text) {
        const std::string_view there = bytes_.substr(at_, text.size());
        if (there == text) {
            at_ += text.size();
            return Read::whole;
        }
        return text.starts_with(there) ? Read::partial : Read::wrong;
    }
    /// Of what has to come next there is something.
    Read missing() const { return at_end() ? Read::partial : Read::wrong; }

private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

Read read_fields(Reader& reader, std::vector<std::pair<std::string, std::string>>& fields) {
    for (;;) {
        if (reader.peek() == '\r') return reader.expect("\r\n");
        const std::string_view name = reader.take_while(is_tchar);
        if (name.empty() || reader.peek() != ':') return reader.missing();
        reader.skip(1);
        std::string_view value = reader.take_while(is_text);
        while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
        while (!value.empty() && is_blank(value.back())) value.remove_suffix(1);
        if (const Read end = reader.expect("\r\n"); end != Read::whole) return end;
        fields.emplace_back(lower(name), std::string(value));
    }
}

/// Of trailers there is nothing to be known but where they end. Folded lines are one field there, which a
/// server may take them for (RFC 9112 5.2).
Read skip_trailers(Reader& reader) {
    for (;;) {
        if (reader.peek() == '\r') return reader.expect("\r\n");
        const std::string_view name = reader.take_while(is_tchar);
        if (name.empty() || reader.peek() != ':') return reader.missing();
        do {
            reader.skip(1);
            reader.take_while(is_text);
            if (const Read end = reader.expect("\r\n"); end != Read::whole) return end;
        } while (is_blank(reader.peek()));
    }
}

Read skip_quoted(Reader& reader) {
    reader.skip(1);
    for (;;) {
        reader.take_while([](char c) { return is_text(c) && c != '"' && c != '\\'; });
        if (reader.peek() == '"') break;
        if (reader.peek() != '\\') return reader.missing();
        reader.skip(1);
        if (reader.at_end() || !is_text(reader.peek())) return reader.missing();
        reader.skip(1);
    }
    reader.skip(1);
    return Read::whole;
}

/// *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
Read skip_extensions(Reader& reader) {
    for (;;) {
        reader.take_while(is_blank);
        if (reader.peek() != ';') return reader.expect("\r\n");
        reader.skip(1);
        reader.take_while(is_blank);
        if (reader.take_while(is_tchar).empty()) return reader.missing();
        reader.take_while(is_blank);
        if (reader.peek() != '=') continue;
        reader.skip(1);
        reader.take_while(is_blank);
        if (reader.peek() == '"') {
            if (const Read quoted = skip_quoted(reader); quoted != Read::whole) return quoted;
        } else if (reader.take_while(is_tchar).empty()) {
            return reader.missing();
        }
    }
}

Read read_chunks(Reader& reader, std::string& body) {
    for (;;) {
        const std::string_view digits = reader.take_while(is_hex);
        if (digits.empty()) return reader.missing();
        std::size_t size = 0;
        for (const char c : digits) {
            if (size >> 56U != 0) return Read::wrong;
            const auto digit = static_cast<std::size_t>(is_digit(c) ? c - '0' : (c | 32) - 'a' + 10);
            size = size * 16 + digit;
        }
        if (const Read line = skip_extensions(reader); line != Read::whole) return line;
        if (size == 0) return skip_trailers(reader);
        if (reader.rest().size() < size) {
            body.append(reader.rest());
            return Read::partial;
        }
        body.append(reader.rest().substr(0, size));
        reader.skip(size);
        if (const Read end = reader.expect("\r\n"); end != Read::whole) return end;
    }
}

Read read_counted(Reader& reader, std::string_view digits, std::string& body) {
    std::size_t size = 0;
    for (const char c : digits) {
        if (!is_digit(c)) return Read::wrong;
        size = std::min<std::size_t>(size * 10 + static_cast<std::size_t>(c - '0'), std::size_t{1} << 50U);
    }
    const std::string_view there = reader.rest().substr(0, size);
    body.append(there);
    reader.skip(there.size());
    return there.size() == size ? Read::whole : Read::partial;
}

Read read_framing(StrictMessage& message, bool is_1_1) {
    for (const auto& [name, value] : message.fields) {
        if (name == "content-length") {
            // 1*DIGIT, so that 05 is 5.
            const std::string length = value.substr(std::min(value.find_first_not_of('0'), value.size()));
            if (value.empty() || (message.length && *message.length != length)) return Read::wrong;
            message.length = length;
        }
        if (name == "transfer-encoding") {
            if (message.is_chunked || lower(value) != "chunked" || !is_1_1) return Read::wrong;
            message.is_chunked = true;
        }
    }
    return message.is_chunked && message.length ? Read::wrong : Read::whole;
}

bool take_version(Reader& reader, bool& is_1_1) {
    is_1_1 = reader.rest().starts_with("HTTP/1.1");
    const bool is_known = is_1_1 || reader.rest().starts_with("HTTP/1.0");
    if (is_known) reader.skip(8);
    return is_known;
}

void read_request(Reader& reader, StrictMessage& message) {
    message.read = Read::wrong;
    while (reader.rest().starts_with("\r\n")) reader.skip(2);
    const std::size_t begin = reader.at();
    const std::string_view whole = reader.rest();
    if (reader.take_while(is_tchar).empty() || reader.peek() != ' ') return;
    reader.skip(1);
    message.target = reader.take_while([](char c) { return c > 0x20 && c < 0x7f; });
    if (message.target.empty() || reader.peek() != ' ') return;
    reader.skip(1);
    bool is_1_1 = false;
    if (!take_version(reader, is_1_1)) return;
    message.first_line = whole.substr(0, reader.at() - begin);
    message.read = reader.expect("\r\n");
    if (message.read == Read::whole) message.read = read_fields(reader, message.fields);
    if (message.read == Read::whole) message.read = read_framing(message, is_1_1);
    if (message.read != Read::whole) return;
    if (message.is_chunked) message.read = read_chunks(reader, message.body);
    if (message.length) message.read = read_counted(reader, *message.length, message.body);
}

void read_answer(Reader& reader, StrictMessage& message, bool is_answer_to_head) {
    message.read = Read::wrong;
    bool is_1_1 = false;
    if (!take_version(reader, is_1_1) || reader.peek() != ' ') return;
    reader.skip(1);
    const std::string_view digits = reader.take_while(is_digit);
    if (digits.size() != 3) return;
    message.status = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
    if (reader.peek() == ' ') reader.take_while(is_text);  // many leave it out with the reason
    message.read = reader.expect("\r\n");
    if (message.read == Read::whole) message.read = read_fields(reader, message.fields);
    if (message.read == Read::whole) message.read = read_framing(message, is_1_1);
    const bool has_body =
        !is_answer_to_head && message.status >= 200 && message.status != 204 && message.status != 304;
    if (message.read != Read::whole || !has_body) return;
    if (message.is_chunked) {
        message.read = read_chunks(reader, message.body);
    } else if (message.length) {
        message.read = read_counted(reader, *message.length, message.body);
    } else {
        message.body = reader.rest();
        reader.skip(reader.rest().size());
        message.ends_with_connection = true;
    }
}

}  // namespace

StrictMessage read_strict_request(std::string_view bytes) {
    StrictMessage message;
    Reader reader(bytes);
    read_request(reader, message);
    message.size = reader.at();
    return message;
}

StrictMessage read_strict_answer(std::string_view bytes, bool is_answer_to_head) {
    StrictMessage message;
    Reader reader(bytes);
    read_answer(reader, message, is_answer_to_head);
    message.size = reader.at();
    return message;
}

}  // namespace weir::fuzz
