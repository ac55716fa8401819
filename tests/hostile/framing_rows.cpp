// How long is the body? Every way to say it that two servers could read differently (RFC 9112 6).
#include "hostile/request_row.hpp"

namespace weir::testing {

using namespace std::string_literals;

std::vector<RequestRow> transfer_encoding_rows() {
    std::vector<RequestRow> rows;
    const std::string body = chunked(sound_body());
    const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
    int number = 0;
    for (const std::string& value :
         {"gzip"s,           "identity"s,          "xchunked"s,         "chunkedx"s,
          "chunked, gzip"s,  "gzip, chunked"s,     "chunked, chunked"s, "chunked,"s,
          ",chunked"s,       "chunked;q=1"s,       "\"chunked\""s,      ""s,
          "chunked\0"s,      "\x0b"s + "chunked"s, "chunked\x0b"s,      "\rchunked"s,
          "chunked\r"s,      "chun ked"s,          "chunked\xa0"s,      "cow"s,
          "chunked chunked"s}) {
        rows.push_back(refused("te_value_" + std::to_string(number++),
                               chat_head("Transfer-Encoding: " + value + "\r\n") + body));
    }
    const auto add = [&](std::string name, const std::string& fields) {
        rows.push_back(refused(std::move(name), chat_head(fields) + body));
    };
    add("te_twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n");
    add("te_chunked_then_identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n");
    add("te_identity_then_chunked", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n");
    add("te_then_length", "Transfer-Encoding: chunked\r\n" + length);
    add("length_then_te", length + "Transfer-Encoding: chunked\r\n");
    add("te_and_length_0", "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n");
    add("te_identity_and_length", "Transfer-Encoding: identity\r\n" + length);
    add("te_space_before_colon", "Transfer-Encoding : chunked\r\n");
    add("te_tab_before_colon", "Transfer-Encoding\t: chunked\r\n");
    add("te_folded", "Transfer-Encoding:\r\n chunked\r\n");
    add("te_folded_by_tab", "Transfer-Encoding:\r\n\tchunked\r\n");
    add("te_folded_into_another", "X-Quiet: a\r\n Transfer-Encoding: chunked\r\n");
    add("te_hidden_by_bare_cr", "X-Quiet: a\rTransfer-Encoding: chunked\r\n");
    add("te_hidden_by_bare_lf", "X-Quiet: a\nTransfer-Encoding: chunked\r\n");
    add("te_name_with_nul", "Transfer-Encoding\0: chunked\r\n"s);
    rows.push_back(refused("te_on_http10", chat_head("Transfer-Encoding: chunked\r\n", "HTTP/1.0") + body));
    rows.push_back(refused("te_and_length_on_http10",
                           chat_head("Transfer-Encoding: chunked\r\n" + length, "HTTP/1.0") + body));
    for (const std::string& line : {"Transfer-Encoding: chunked"s, "transfer-encoding:CHUNKED"s,
                                    "Transfer-Encoding:\tchunked"s, "Transfer-Encoding:   chunked  \t"s}) {
        rows.push_back(served("te_sound_" + std::to_string(number++), chat_head(line + "\r\n") + body));
        rows.back().dropped = {"transfer-encoding"};
    }
    return rows;
}

std::vector<RequestRow> content_length_rows() {
    std::vector<RequestRow> rows;
    const std::string size = std::to_string(sound_body().size());
    int number = 0;
    for (const std::string& value : {"+" + size,
                                     "-" + size,
                                     "0x10"s,
                                     ""s,
                                     " "s,
                                     "1 2"s,
                                     size + ", " + size,
                                     size + "," + size,
                                     size + ", 6",
                                     "1e3"s,
                                     size + ".0",
                                     size + ";a",
                                     "\"" + size + "\"",
                                     size + "\0"s,
                                     size + "\v"s,
                                     "\r"s + size,
                                     "18446744073709551616"s,
                                     "99999999999999999999999999"s,
                                     "chunked"s,
                                     "NaN"s,
                                     "\xd9\xa3"s,
                                     size + "_0"}) {
        rows.push_back(refused("length_value_" + std::to_string(number++),
                               chat_head("Content-Length: " + value + "\r\n") + sound_body()));
    }
    const auto lengths = [](const std::string& first, const std::string& second) {
        return chat_head("Content-Length: " + first + "\r\nContent-Length: " + second + "\r\n") +
               sound_body();
    };
    rows.push_back(refused("length_twice_different", lengths(size, "6")));
    rows.push_back(refused("length_twice_different_0_last", lengths(size, "0")));
    rows.push_back(refused("length_twice_different_0_first", lengths("0", size)));
    rows.push_back(refused("length_twice_one_bad", lengths(size, "+" + size)));
    rows.push_back(served("length_twice_equal", lengths(size, size)));
    rows.push_back(
        refused("length_space_before_colon", chat_head("Content-Length : " + size + "\r\n") + sound_body()));
    rows.push_back(
        refused("length_folded", chat_head("Content-Length:\r\n " + size + "\r\n") + sound_body()));
    rows.push_back(
        served("length_leading_zeros", chat_head("Content-Length: 000" + size + "\r\n") + sound_body()));
    rows.push_back(served("length_surrounded_by_space",
                          chat_head("Content-Length: \t " + size + " \t\r\n") + sound_body()));
    rows.push_back(refused("length_above_the_bound",
                           chat_head("Content-Length: " + std::to_string(body_bytes_max + 1) + "\r\n"), 413));
    rows.push_back(refused("length_of_64_bits", chat_head("Content-Length: 18446744073709551615\r\n"), 413));
    rows.push_back(refused("length_of_63_bits", chat_head("Content-Length: 9223372036854775808\r\n"), 413));
    // Without a length there is no body, and what follows is no request.
    rows.push_back(answered("length_missing", chat_head(""), 400));
    rows.push_back({.name = "length_0_with_a_body",
                    .bytes = chat_head("Content-Length: 0\r\n") + sound_body(),
                    .statuses = {400, 400}});
    rows.push_back({.name = "length_with_underscore",
                    .bytes = chat_head("Content_Length: " + size + "\r\n") + sound_body(),
                    .statuses = {400, 400}});
    return rows;
}

namespace {

std::string chunks(const std::string& bytes) {
    return chat_head("Transfer-Encoding: chunked\r\n") + bytes;
}

std::string hex(std::size_t size) {
    return chunked(std::string(size, 'x')).substr(0, chunked(std::string(size, 'x')).find("\r\n"));
}

std::vector<RequestRow> trailer_rows() {
    std::vector<RequestRow> rows;
    const std::string data = hex(sound_body().size()) + "\r\n" + sound_body() + "\r\n";
    for (const std::string& trailer :
         {"Host: evil.test"s, "Authorization: Bearer test-other"s, "X-Api-Key: test-other"s, "X-Smuggled: 1"s,
          "Connection: close"s, "Expect: 100-continue"s, "X-Forwarded-For: 9.9.9.9"s}) {
        rows.push_back(served("trailer_" + trailer.substr(0, trailer.find(':')),
                              chunks(data + "0\r\n" + trailer + "\r\n\r\n")));
        rows.back().dropped = {"x-smuggled", "x-api-key", "expect"};
    }
    rows.push_back(refused("trailer_length", chunks(data + "0\r\nContent-Length: 99\r\n\r\n")));
    rows.push_back(refused("trailer_te", chunks(data + "0\r\nTransfer-Encoding: chunked\r\n\r\n")));
    rows.push_back(refused("trailer_without_colon", chunks(data + "0\r\nnothing\r\n\r\n")));
    rows.push_back(refused("trailer_bad_name", chunks(data + "0\r\na b: c\r\n\r\n")));
    rows.push_back(refused("trailer_is_the_canary", chunks(data + "0\r\n")));
    rows.push_back(refused("trailer_bare_lf", chunks(data + "0\r\na: b\n\r\n")));
    rows.push_back(refused("trailer_endless", chunks(data + "0\r\na: " + std::string(100'000, 'b'))));
    return rows;
}

}  // namespace

std::vector<RequestRow> chunk_rows() {
    const std::string body = sound_body();
    const std::string size = hex(body.size());
    const std::string end = "\r\n" + body + "\r\n0\r\n\r\n";
    std::vector<RequestRow> rows = trailer_rows();
    int number = 0;
    for (const std::string& bad : {""s,
                                   "-" + size,
                                   "+" + size,
                                   "0x" + size,
                                   "g"s,
                                   " " + size,
                                   "\t" + size,
                                   size + " g",
                                   "1 " + size,
                                   "fffffffffffffffff"s,
                                   "1000000000000000" + size,
                                   "-1"s,
                                   "\"" + size + "\"",
                                   size + "\0"s,
                                   size + "\v"s,
                                   size + ","s,
                                   "5\r"s,
                                   size + ";a\nb"s,
                                   size + ";a=\"\r\"b"s,
                                   size + "\n"s,
                                   size + ";a=" + std::string(300, 'b')}) {
        rows.push_back(refused("chunk_size_" + std::to_string(number++), chunks(bad + end)));
    }
    for (const std::string& good :
         {size, "000" + size, size + ";a", size + ";a=b;c=\"d e\"", size + ";a=" + std::string(200, 'b')}) {
        rows.push_back(served("chunk_size_sound_" + std::to_string(number++), chunks(good + end)));
    }
    rows.push_back(refused("chunk_bare_lf_after_size", chunks(size + "\n" + body + "\r\n0\r\n\r\n")));
    rows.push_back(refused("chunk_bare_cr_after_size", chunks(size + "\r" + body + "\r\n0\r\n\r\n")));
    rows.push_back(refused("chunk_without_end", chunks(size + "\r\n" + body + "0\r\n\r\n")));
    rows.push_back(refused("chunk_bare_lf_after_data", chunks(size + "\r\n" + body + "\n0\r\n\r\n")));
    rows.push_back(refused("chunk_longer_than_its_size", chunks("5\r\n" + body + "\r\n0\r\n\r\n")));
    rows.push_back(refused(
        "chunk_above_the_bound",
        chunks(hex(body_bytes_max + 1) + "\r\n" + std::string(body_bytes_max + 1, ' ') + "\r\n0\r\n\r\n"),
        413));
    std::string many;
    for (std::size_t sent = 0; sent <= body_bytes_max; sent += 1000)
        many += "3e8\r\n" + std::string(1000, ' ') + "\r\n";
    rows.push_back(refused("chunks_above_the_bound", chunks(many + "0\r\n\r\n"), 413));
    std::string single;
    for (const char c : body) single += "1\r\n" + std::string(1, c) + "\r\n";
    rows.push_back(served("chunks_of_one_byte", chunks(single + "0\r\n\r\n")));
    rows.push_back(answered("chunks_none", chunks("0\r\n\r\n"), 400));
    return rows;
}

}  // namespace weir::testing
