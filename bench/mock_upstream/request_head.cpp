// RFC 9112, sections 2.2, 3, 5, 6.1, 6.3 and 7.1, from the side of a server that trusts nobody.
#include "mock_upstream/request_head.hpp"

#include <algorithm>
#include <charconv>

#include "text/ascii.hpp"
#include "text/numbers.hpp"

namespace weir::mock {
namespace {

constexpr std::string_view crlf = "\r\n";

bool is_token_char(char c) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_control(char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

void parse_line(RequestHead& head) {
    const std::size_t first = head.line.find(' ');
    const std::size_t last = head.line.rfind(' ');
    if (first == std::string_view::npos || first == last) {
        head.problem = "request line without three parts";
        return;
    }
    head.method = head.line.substr(0, first);
    head.target = head.line.substr(first + 1, last - first - 1);
    const bool target_is_clean =
        !head.target.empty() && std::all_of(head.target.begin(), head.target.end(),
                                            [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
    if (!is_token(head.method)) head.problem = "bad method";
    if (!target_is_clean || head.target.front() != '/') head.problem = "bad target";
    if (head.line.substr(last + 1) != "HTTP/1.1") head.problem = "version is not HTTP/1.1";
}

void parse_field(std::string_view line, RequestHead& head) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
        head.problem = "bad field name, a space before the colon, or a folded line";
        return;
    }
    const Field field{line.substr(0, colon), text::trimmed(line.substr(colon + 1))};
    if (std::any_of(field.value.begin(), field.value.end(), is_control))
        head.problem = "control byte in a field";
    head.fields.push_back(field);
}

void read_framing(RequestHead& head) {
    int hosts = 0;
    int lengths = 0;
    int codings = 0;
    for (const Field& field : head.fields) {
        if (text::equals_ignoring_case(field.name, "host")) {
            ++hosts;
        } else if (text::equals_ignoring_case(field.name, "content-length")) {
            ++lengths;
            const char* end = field.value.data() + field.value.size();
            const auto read = std::from_chars(field.value.data(), end, head.content_length);
            if (read.ec != std::errc{} || read.ptr != end) head.problem = "bad Content-Length";
        } else if (text::equals_ignoring_case(field.name, "transfer-encoding")) {
            ++codings;
            head.chunked = text::equals_ignoring_case(field.value, "chunked");
            if (!head.chunked) head.problem = "Transfer-Encoding other than chunked";
        } else if (text::equals_ignoring_case(field.name, "connection")) {
            head.close = head.close || text::equals_ignoring_case(field.value, "close");
        } else if (text::equals_ignoring_case(field.name, "expect")) {
            head.expects_continue = text::equals_ignoring_case(field.value, "100-continue");
        }
    }
    if (hosts != 1) head.problem = "not exactly one Host";
    if (lengths > 1) head.problem = "more than one Content-Length";
    if (codings > 1) head.problem = "more than one Transfer-Encoding";
    if (lengths > 0 && codings > 0) head.problem = "Content-Length and Transfer-Encoding together";
}

}  // namespace

std::string_view RequestHead::value_of(std::string_view name) const {
    for (const Field& field : fields) {
        if (text::equals_ignoring_case(field.name, name)) return field.value;
    }
    return {};
}

void parse_head(std::string_view text, RequestHead& head) {
    head.fields.clear();
    head.problem.clear();
    head.method = head.target = {};
    head.content_length = 0;
    head.chunked = head.close = head.expects_continue = false;

    std::size_t end = text.find(crlf);
    head.line = text.substr(0, end);
    parse_line(head);
    if (!head.problem.empty()) return;
    for (std::size_t begin = end + 2; begin < text.size(); begin = end + 2) {
        end = text.find(crlf, begin);
        if (end == begin || end == std::string_view::npos) break;
        parse_field(text.substr(begin, end - begin), head);
        if (!head.problem.empty()) return;
    }
    read_framing(head);
}

std::optional<std::uint64_t> parse_chunk_size(std::string_view line) {
    return text::hex_number_in<std::uint64_t>(line);
}

}  // namespace weir::mock
