// What is known of request smuggling: chunk extensions and sizes that two servers end at different places,
// Expect that desynchronizes, bodies where none is awaited, and requests that pose as others.
#include "hostile/request_row.hpp"

namespace weir::testing {

using namespace std::string_literals;

namespace {

constexpr std::string_view models = "GET /v1/models HTTP/1.1";

std::string chunks(const std::string& bytes) {
    return chat_head("Transfer-Encoding: chunked\r\n") + bytes;
}

std::string size_of_body() {
    const std::string all = chunked(sound_body());
    return all.substr(0, all.find("\r\n"));
}

/// Line ends inside of extensions, that one server takes for the line's end and another does not: TERM.EXT
/// and EXT.TERM, in a chunk and in the last one.
void add_extensions(std::vector<RequestRow>& rows) {
    const std::string size = size_of_body(), body = sound_body();
    int number = 0;
    for (const std::string& extension : {";\n"s, ";a\n"s, ";a=b\n"s, ";a=\"\n\""s, ";a=\"b\nc\""s, "; \n"s,
                                         ";\n\n"s, ";\r"s, ";a\rb"s, ";a=\"\r\""s, ";\r\r"s, ";\0"s, ";a=\0"s,
                                         ";a=b\x01"s, ";\x7f"s, " \n"s, "\t\n"s, ";a=\"b"s, ";a=\"b\\"s}) {
        const std::string name = "extension_" + std::to_string(number++);
        rows.push_back(refused(name, chunks(size + extension + "\r\n" + body + "\r\n0\r\n\r\n")));
        // A quote that does not end there is waited for.
        const std::size_t quote = extension.find('"');
        if (quote == std::string::npos || quote != extension.rfind('"'))
            rows.push_back(
                refused(name + "_last", chunks(size + "\r\n" + body + "\r\n0" + extension + "\r\n\r\n")));
    }
    // A whole request where the extension ends too early for one of the two.
    const std::string inner = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    rows.push_back(
        refused("extension_hides_a_request", chunks("2;\nxx\r\n" + size + "\r\n0\r\n\r\n" + inner)));
    rows.push_back(refused("last_chunk_ends_in_bare_lf", chunks(size + "\r\n" + body + "\r\n0\n\n" + inner)));
    rows.push_back(refused("last_chunk_ends_in_bare_cr", chunks(size + "\r\n" + body + "\r\n0\r\r" + inner)));
    rows.push_back(
        refused("last_chunk_ends_in_cr_lf_lf", chunks(size + "\r\n" + body + "\r\n0\r\n\n" + inner)));
    rows.push_back(
        refused("data_ends_in_two_other_bytes", chunks(size + "\r\n" + body + "xx0\r\n\r\n" + inner)));
    rows.push_back(refused("data_ends_in_lf_cr", chunks(size + "\r\n" + body + "\n\r0\r\n\r\n" + inner)));
    rows.push_back(refused("data_ends_in_cr", chunks(size + "\r\n" + body + "\r0\r\n\r\n" + inner)));
}

void add_sizes(std::vector<RequestRow>& rows) {
    const std::string size = size_of_body(), end = "\r\n" + sound_body() + "\r\n0\r\n\r\n";
    int number = 0;
    for (const std::string& bad : {size + "_"s,
                                   "0_" + size,
                                   "_" + size,
                                   "0X" + size,
                                   "0x"s,
                                   "x" + size,
                                   size + "h",
                                   "\\x" + size,
                                   "\xef\xbc\x95"s,
                                   size + "\r",
                                   "\r" + size,
                                   "\n" + size,
                                   "\r\n" + size,
                                   "0000000000000000000000" + size + "g",
                                   "10000000000000000"s,
                                   "1" + std::string(40, '0'),
                                   size + ".",
                                   "--" + size,
                                   "%" + size,
                                   size + "=a",
                                   size + "&"}) {
        rows.push_back(refused("size_" + std::to_string(number++), chunks(bad + end)));
    }
    // Sound, and of a chunk that is larger than any body may be.
    for (const char* large : {"7fffffffffffffff", "8000000000000000", "ffffffffffffffff"})
        rows.push_back(
            refused("size_"s + large, chunks(large + "\r\n"s + std::string(body_bytes_max + 1, ' ')), 413));
}

void add_lengths(std::vector<RequestRow>& rows) {
    const std::string body = sound_body(), size = std::to_string(body.size());
    const std::string inner = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    const auto with = [&](const std::string& name, const std::string& lines) {
        rows.push_back(refused(name, chat_head(lines) + body));
    };
    with("length_after_nul", "\0Content-Length: "s + size + "\r\n");
    with("length_name_with_nul", "Content-Length\0: "s + size + "\r\n");
    with("length_name_with_tab", "Content-Length\t: " + size + "\r\n");
    with("length_after_bare_cr", "X: a\rContent-Length: " + size + "\r\n");
    with("length_after_bare_lf", "X: a\nContent-Length: " + size + "\r\n");
    with("length_folded_into_another", "X: a\r\n Content-Length: " + size + "\r\n");
    with("length_with_a_semicolon", "Content-Length: " + size + ";\r\n");
    with("length_twice_across_te", "Content-Length: " + size + "\r\nX: a\r\nTransfer-Encoding: chunked\r\n");
    with("te_name_with_vertical_tab", "Transfer-Encoding\x0b: chunked\r\nContent-Length: " + size + "\r\n");
    with("te_name_after_a_space", " Transfer-Encoding: chunked\r\nContent-Length: " + size + "\r\n");
    with("te_name_in_utf8", "Transfer-\xc3\x89ncoding: chunked\r\nContent-Length: " + size + "\r\n");
    rows.push_back(served("length_of_a_thousand_zeros",
                          chat_head("Content-Length: " + std::string(1000, '0') + size + "\r\n") + body));
    // Other servers read these as Transfer-Encoding; they are fields of their own, and the length counts.
    for (const char* name :
         {"Transfer_Encoding", "Transfer-Encodin", "X-Transfer-Encoding", "Transfer.Encoding"})
        rows.push_back(served("field_"s + name,
                              chat_head(name + ": chunked\r\nContent-Length: "s + size + "\r\n") + body));
    // 0.CL: a body where no server awaits one is read, and is no request.
    rows.push_back(served("get_with_a_body",
                          get_head("/v1/models", "Host: weir.test\r\nContent-Length: " +
                                                     std::to_string(inner.size()) + "\r\n") +
                              inner,
                          std::string(models)));
    rows.push_back(
        served("get_with_chunks",
               get_head("/v1/models", "Host: weir.test\r\nTransfer-Encoding: chunked\r\n") + chunked(inner),
               std::string(models)));
    rows.push_back(
        served("connection_names_the_framing", chat_head("Connection: transfer-encoding, content-length\r\n"
                                                         "Transfer-Encoding: chunked\r\n") +
                                                   chunked(body)));
    // CL.0: weir itself answers, and yet the body is body.
    rows.push_back({.name = "weirs_own_answer_to_a_body",
                    .bytes = "POST /weir/nothing HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                             std::to_string(inner.size()) + "\r\n\r\n" + inner,
                    .statuses = {404, 404},
                    .closes = false,
                    .upstream_saw = {std::string(canary_line)}});
}

void add_expectations(std::vector<RequestRow>& rows) {
    const std::string inner = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    for (const char* value :
         {"y 100-continue", "100-continue y", "100-continue;q=1", "100-continue,", "\"100-continue\"",
          "100_continue", "100-continue\t100-continue", "101-continue"}) {
        rows.push_back(refused("expects_"s + value, chat_with("Expect: "s + value + "\r\n"), 417));
    }
    // The first counts, and no upstream sees either.
    rows.push_back(
        served("expects_twice_different", chat_with("Expect: 100-continue\r\nExpect: 200-ok\r\n")));
    rows.back().dropped = {"expect"};
    rows.push_back(refused("expects_folded", chat_with("Expect:\r\n 100-continue\r\n")));
    rows.push_back(
        served("get_expects_and_has_a_body",
               get_head("/v1/models", "Host: weir.test\r\nExpect: 100-continue\r\nContent-Length: " +
                                          std::to_string(inner.size()) + "\r\n") +
                   inner,
               std::string(models)));
    rows.back().dropped = {"expect"};
    rows.push_back(served("get_expects_without_a_body",
                          get_head("/v1/models", "Host: weir.test\r\nExpect: 100-continue\r\n"),
                          std::string(models)));
}

}  // namespace

std::vector<RequestRow> smuggling_rows() {
    std::vector<RequestRow> rows;
    add_extensions(rows);
    add_sizes(rows);
    add_lengths(rows);
    add_expectations(rows);
    return rows;
}

std::vector<RequestRow> disguise_rows() {
    const std::string body = sound_body();
    const std::string rest =
        "Authorization: Bearer test-key\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
        body;
    std::vector<RequestRow> rows;
    int number = 0;
    for (const char* method :
         {"Post", "pOST", "POST\t", "POST\x0b", "\"POST\"", "PO ST", "POST:", "P\xc3\x95ST"})
        rows.push_back(refused("method_like_post_" + std::to_string(number++),
                               method + " /v1/chat/completions HTTP/1.1\r\nHost: weir.test\r\n"s + rest));
    for (const char* method : {"PUT", "PATCH", "GET", "DELETE", "QUERY"}) {
        const std::string line = method + " /v1/chat/completions HTTP/1.1\r\nHost: weir.test\r\n"s;
        rows.push_back(
            refused(method + "_says_it_is_a_post"s, line + "X-HTTP-Method-Override: POST\r\n" + rest));
        rows.push_back(refused(
            method + "_says_so_in_the_query"s,
            method + " /v1/chat/completions?%24httpMethod=POST HTTP/1.1\r\nHost: weir.test\r\n"s + rest));
    }
    rows.push_back(refused("calls_in_a_call",
                           "POST /batch HTTP/1.1\r\nHost: weir.test\r\n"
                           "Content-Type: multipart/mixed; boundary=x\r\n" +
                               rest));
    rows.push_back(refused("procedure",
                           "POST /$rpc/google.ai.generativelanguage.v1beta.GenerativeService/"
                           "GenerateContent HTTP/1.1\r\nHost: weir.test\r\n" +
                               rest));
    rows.push_back(
        served("absolute_form_is_metered",
               "POST http://weir.test/v1/chat/completions HTTP/1.1\r\nHost: weir.test\r\n" + rest));
    for (const char* target :
         {"http://weir.test//v1/chat/completions", "http://weir.test/v1/x/../chat/completions",
          "http://weir.test/v1/chat/completion%73", "http://weir.test\\v1\\chat\\completions",
          "http://weir.test:/v1/chat/completions", "http://weir.test./v1/chat/completions",
          "http://weir.test#/v1/chat/completions", "http:///v1/chat/completions", "HTTP:/v1/chat/completions",
          "https:v1/chat/completions"})
        rows.push_back(refused("absolute_form_" + std::to_string(number++),
                               "POST "s + target + " HTTP/1.1\r\nHost: weir.test\r\n" + rest));
    rows.push_back(refused("all_lines_end_in_bare_lf", "GET /v1/models HTTP/1.1\nHost: weir.test\n\n"));
    rows.push_back(refused("all_lines_end_in_bare_cr", "GET /v1/models HTTP/1.1\rHost: weir.test\r\r"));
    rows.push_back(refused("head_ends_in_bare_lf", "GET /v1/models HTTP/1.1\r\nHost: weir.test\r\n\n"));
    rows.push_back(
        refused("empty_line_of_two_cr", "\r\r\nGET /v1/models HTTP/1.1\r\nHost: weir.test\r\n\r\n"));
    rows.push_back(
        refused("line_of_blanks", "GET /v1/models HTTP/1.1\r\nHost: weir.test\r\n \r\nX: a\r\n\r\n"));
    rows.push_back(refused("http2_frames_alone", "\0\0\x12\x04\0\0\0\0\0"s));
    rows.push_back(
        refused("http2_preface_behind_an_upgrade",
                "PRI * HTTP/2.0\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\nSM\r\n\r\n"));
    return rows;
}

}  // namespace weir::testing
