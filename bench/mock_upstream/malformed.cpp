// One case per way of breaking the rules; gzip by RFC 1952 with the stored blocks of RFC 1951, 3.2.4.
#include "mock_upstream/malformed.hpp"

#include <array>
#include <boost/crc.hpp>
#include <charconv>

#include "mock_upstream/json_text.hpp"

namespace weir::mock {
namespace {

constexpr std::size_t huge_field_bytes = 256UL * 1024;
constexpr std::string_view ok = "HTTP/1.1 200 OK\r\n";

std::string content_length(std::size_t bytes) {
    std::string field;
    append(field, "content-length: ", bytes, "\r\n");
    return field;
}

std::string chunk(std::string_view bytes) {
    std::string out;
    append_chunk(out, bytes);
    return out;
}

std::string framed(std::string_view start, std::string_view fields, std::string_view more,
                   std::string_view body) {
    std::string out;
    append(out, start, fields, more, "\r\n", body);
    return out;
}

void append_little_endian(std::string& out, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xff);
}

}  // namespace

void append_chunk(std::string& out, std::string_view bytes) {
    std::array<char, 24> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
    out.append(size.data(), end);
    append(out, "\r\n", bytes, "\r\n");
}

WireAnswer malformed_answer(Malformed kind, std::string_view fields, std::string_view body) {
    const std::string length = content_length(body.size());
    const std::string chunked = "transfer-encoding: chunked\r\n";
    const std::string_view half = body.substr(0, body.size() / 2);
    switch (kind) {
        case Malformed::none:
            return {framed(ok, fields, length, body)};
        case Malformed::bad_json:
            return {framed(ok, fields, content_length(half.size()), half)};
        case Malformed::bad_chunk:
            return {framed(ok, fields, chunked, chunk(half) + "zz\r\n" + std::string(half))};
        case Malformed::duplicate_content_length:
            return {framed(ok, fields, length + content_length(half.size()), body)};
        case Malformed::te_and_cl:
            return {framed(ok, fields, length + chunked, chunk(body) + "0\r\n\r\n")};
        case Malformed::unknown_te:
            return {framed(ok, fields, "transfer-encoding: elvish\r\n", chunk(body) + "0\r\n\r\n")};
        case Malformed::short_body:
            return {framed(ok, fields, length, half), true};
        case Malformed::extra_bytes:
            return {framed(ok, fields, length, body) +
                    framed(ok, "x-mock-extra: 1\r\n", content_length(5), "extra")};
        case Malformed::garbage:
            return {"\x16\x03\x01 this is no HTTP at all\r\n\r\n", true};
        case Malformed::huge_header:
            return {
                framed(ok, fields, length + "x-huge: " + std::string(huge_field_bytes, 'h') + "\r\n", body)};
        case Malformed::http10_close:
            return {framed("HTTP/1.0 200 OK\r\n", fields, "", body), true};
        case Malformed::status_1xx:
            return {framed(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n" +
                    std::string(ok),
                fields, length, body)};
        case Malformed::compressed: {
            const std::string packed = gzip(body);
            return {framed(ok, fields, content_length(packed.size()) + "content-encoding: gzip\r\n", packed)};
        }
    }
    return {};
}

std::string gzip(std::string_view text) {
    constexpr std::size_t block_bytes_max = 65535;
    std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    std::string_view rest = text;
    bool last = false;
    while (!last) {
        const std::string_view block = rest.substr(0, block_bytes_max);
        rest.remove_prefix(block.size());
        last = rest.empty();
        const auto length = static_cast<std::uint32_t>(block.size());
        out += last ? '\1' : '\0';
        append_little_endian(out, length, 2);
        append_little_endian(out, ~length, 2);
        out += block;
    }
    append_little_endian(out, crc.checksum(), 4);
    append_little_endian(out, static_cast<std::uint32_t>(text.size()), 4);
    return out;
}

}  // namespace weir::mock
