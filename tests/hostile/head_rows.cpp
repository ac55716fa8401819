// Field lines, first lines, sizes, and connections that are asked to become something else.
#include "hostile/request_row.hpp"

namespace weir::testing {

using namespace std::string_literals;

namespace {
constexpr std::string_view models = "GET /v1/models HTTP/1.1";
}

std::vector<RequestRow> field_rows() {
    std::vector<RequestRow> rows;
    const auto hosts = [](const std::string& lines) { return get_head("/v1/models", lines); };
    rows.push_back(refused("host_missing", hosts("")));
    rows.push_back(refused("host_twice", hosts("Host: a\r\nHost: a\r\n")));
    rows.push_back(refused("host_twice_different", hosts("Host: a\r\nhost: b\r\n")));
    // Health checks speak so, and HTTP/1.0 knows no Host.
    rows.push_back({.name = "host_missing_on_http10",
                    .bytes = "GET /v1/models HTTP/1.0\r\n\r\n",
                    .statuses = {200},
                    .closes = true,
                    .upstream_saw = {"GET /v1/models HTTP/1.1"}});
    rows.push_back(refused("host_twice_on_http10", "GET /v1/models HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"));
    int number = 0;
    for (const std::string& host : {""s, "u@a"s, "u:p@a"s, "a b"s, "a\tb"s, "a/b"s, "a,b"s, "a#b"s, "a?b"s,
                                    "a\\b"s, "a\x80"s, "a\0b"s, "http://a"s}) {
        rows.push_back(refused("host_value_" + std::to_string(number++), hosts("Host: " + host + "\r\n")));
    }
    rows.push_back(refused("host_folded", hosts("Host:\r\n a\r\n")));
    rows.push_back(refused("host_space_before_colon", hosts("Host : a\r\n")));
    rows.push_back(refused("host_after_space", hosts(" Host: a\r\n")));
    for (const std::string& host : {"a"s, "a:80"s, "[::1]:80"s, "127.0.0.1"s})
        rows.push_back(served("host_sound_" + host, hosts("Host: " + host + "\r\n"), std::string(models)));

    number = 0;
    for (const std::string& line :
         {"X(y): a"s,   "X@: a"s,      "X[]: a"s,     "X/: a"s,       "X\"y\": a"s,   "\xc3\xa9: a"s,
          "X\x01: a"s,  "X\0: a"s,     ": a"s,        "no colon"s,    "X y: a"s,      "X\t: a"s,
          "X : a"s,     "X: a\0b"s,    "X: a\x01"s,   "X: a\x7f"s,    "X: a\x1b[0m"s, "X: a\rb"s,
          "X: a\r\0b"s, "X: a\nY: b"s, "X: a\r\n b"s, "X: a\r\n\tb"s, "X: a\n"s,      "X: a\r"s}) {
        rows.push_back(refused("field_" + std::to_string(number++), hosts("Host: a\r\n" + line + "\r\n")));
    }
    for (const std::string& line : {"X:"s, "X: \x80\xff"s, "X:\ta\tb\t"s, "x!#$%&'*+-.^_`|~9: a"s})
        rows.push_back(served("field_sound_" + std::to_string(number++), hosts("Host: a\r\n" + line + "\r\n"),
                              std::string(models)));
    return rows;
}

std::vector<RequestRow> first_line_rows() {
    std::vector<RequestRow> rows;
    const std::string rest = "\r\nHost: weir.test\r\n\r\n";
    int number = 0;
    for (const std::string& line : {"GET /"s,
                                    "GET / HTTP/0.9"s,
                                    "GET / HTTP/1.2"s,
                                    "GET / HTTP/2.0"s,
                                    "GET / HTTP/2"s,
                                    "GET / HTTP/3.0"s,
                                    "GET / http/1.1"s,
                                    "GET / HTTP/1.1 "s,
                                    "GET / HTTP/01.1"s,
                                    "GET / HTTP/1.10"s,
                                    "GET / HTTP/11"s,
                                    "GET / HTTP /1.1"s,
                                    "GET /"s + "\0"s + " HTTP/1.1"s,
                                    "GET  / HTTP/1.1"s,
                                    "GET /  HTTP/1.1"s,
                                    "GET\t/ HTTP/1.1"s,
                                    " GET / HTTP/1.1"s,
                                    "\tGET / HTTP/1.1"s,
                                    "GET"s,
                                    "GET "s,
                                    "/ HTTP/1.1"s,
                                    " / HTTP/1.1"s,
                                    "GET / HTTP/1.1 HTTP/1.1"s,
                                    "G@T / HTTP/1.1"s,
                                    "G\0T / HTTP/1.1"s,
                                    "\xc3\xa9 / HTTP/1.1"s,
                                    "GET(/) / HTTP/1.1"s,
                                    "GET / HTTP/1.1\r"s,
                                    "GET / HTTP/1.1\n"s,
                                    "get /v1/models HTTP/1.1"s,
                                    "post /v1/chat/completions HTTP/1.1"s,
                                    "trace / HTTP/1.1"s,
                                    "connect weir.test:443 HTTP/1.1"s,
                                    "GET /\r HTTP/1.1"s,
                                    "GET /\x0b HTTP/1.1"s}) {
        rows.push_back(refused("line_" + std::to_string(number++), line + rest));
    }
    for (const std::string& target :
         {"/a#b"s, "/a b"s, "/a\tb"s, "/\x80"s, "/\xc3\xa9"s, "/\x7f"s, "*"s, "weir.test:80"s, "v1/models"s,
          "?a"s, "http:/v1/models"s, "http://evil.test/v1/models"s, "http://weir.test:81/v1/models"s,
          "http://u@weir.test/v1/models"s, "http://weir.test@evil.test/v1/models"s,
          "ftp://weir.test/v1/models"s, "http://weir.test?a"s, "http:///v1/models"s, "://weir.test/"s}) {
        rows.push_back(refused("target_" + std::to_string(number++), get_head(target)));
    }
    rows.push_back(refused("options_of_the_server", "OPTIONS * HTTP/1.1" + rest));
    rows.push_back(
        served("target_absolute", get_head("http://weir.test/v1/models?a=b"), "GET /v1/models?a=b HTTP/1.1"));
    rows.push_back(
        served("target_absolute_any_case", get_head("HTTP://WEIR.TEST/v1/models"), std::string(models)));
    rows.push_back(answered("target_absolute_without_path", get_head("https://weir.test"), 200));
    for (const char* method : {"CONNECT weir.test:443", "CONNECT /", "TRACE /", "TRACE /v1/models"})
        rows.push_back(refused("method_" + std::to_string(number++), method + " HTTP/1.1"s + rest, 405));
    for (const char* method : {"PROPFIND", "M-SEARCH", "DELETE", "OPTIONS"})
        rows.push_back(served("method_unknown_"s + method, method + " /v1/models HTTP/1.1"s + rest,
                              method + " /v1/models HTTP/1.1"s, 404));
    return rows;
}

std::vector<RequestRow> size_rows() {
    std::vector<RequestRow> rows;
    const std::string host = "Host: weir.test\r\n";
    const auto target = [](std::size_t bytes) { return "/v1/models?" + std::string(bytes - 11, 'a'); };
    rows.push_back(served("target_of_8_kib", get_head(target(8192)), "GET " + target(8192) + " HTTP/1.1"));
    rows.push_back(refused("target_above_8_kib", get_head(target(8193)), 414));
    rows.push_back(refused("target_endless", "GET /" + std::string(20'000, 'a'), 414));
    rows.push_back(refused("method_endless", std::string(20'000, 'A'), 414));
    rows.push_back(served("field_of_30_kb",
                          get_head("/v1/models", host + "X: " + std::string(30'000, 'a') + "\r\n"),
                          std::string(models)));
    rows.push_back(refused("field_of_33_kb",
                           get_head("/v1/models", host + "X: " + std::string(33'000, 'a') + "\r\n"), 431));
    rows.push_back(refused("field_endless", "GET / HTTP/1.1\r\nX: " + std::string(60'000, 'a'), 431));
    const auto fields = [&](int count) {
        std::string lines = host;
        for (int i = 1; i < count; ++i) lines += "X-" + std::to_string(i) + ": a\r\n";
        return get_head("/v1/models", lines);
    };
    rows.push_back(served("fields_100", fields(100), std::string(models)));
    rows.push_back(refused("fields_101", fields(101), 431));
    rows.push_back(refused("fields_5000", fields(5000), 431));
    std::string empty_lines;
    for (int i = 0; i < 20'000; ++i) empty_lines += "\r\n";
    rows.push_back(served("empty_lines_first", "\r\n\r\n\r\n" + get_head("/v1/models"), std::string(models)));
    rows.push_back({.name = "empty_lines_alone",
                    .bytes = "\r\n\r\n",
                    .statuses = {404},
                    .closes = false,
                    .upstream_saw = {std::string(canary_line)}});
    rows.push_back(refused("empty_lines_endless", empty_lines, 431));
    rows.push_back(refused("empty_line_bare_lf", "\n"));
    return rows;
}

std::vector<RequestRow> connection_rows() {
    std::vector<RequestRow> rows;
    rows.push_back(served("upgrade_h2c", chat_with("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                                                   "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n")));
    rows.back().dropped = {"upgrade", "http2-settings", "connection"};
    // Agents fall back to plain HTTP at once; passed on as a GET, each of their tries would be charged.
    rows.push_back(answered("upgrade_websocket",
                            get_head("/v1/realtime",
                                     "Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                     "Sec-WebSocket-Version: 13\r\n"),
                            426));
    rows.push_back(served("hop_by_hop",
                          chat_with("Connection: X-Drop, x-also\r\nX-Drop: 1\r\nX-Also: 1\r\nTE: trailers\r\n"
                                    "Trailer: X\r\nKeep-Alive: timeout=9\r\nProxy-Connection: keep-alive\r\n"
                                    "Proxy-Authorization: Basic eDp5\r\nProxy-Invented: 1\r\n")));
    rows.back().dropped = {"connection",    "x-drop",     "x-also",           "te",
                           "trailer",       "keep-alive", "proxy-connection", "proxy-authorization",
                           "proxy-invented"};
    rows.push_back(served("a_second_key", chat_with("X-Api-Key: test-other\r\nApi-Key: test-other\r\n")));
    rows.back().dropped = {"x-api-key", "api-key"};
    // What weir sets itself can't be made to vanish by naming it.
    rows.push_back(served("connection_names_everything",
                          chat_with("Connection: host, content-length, via, x-forwarded-for\r\n")));
    rows.push_back(served("expect_100", chat_with("Expect: 100-Continue\r\n")));
    rows.back().dropped = {"expect"};
    for (const char* value : {"200-ok", "100-continue, 200-ok", "100", ""})
        rows.push_back(refused("expect_"s + value, chat_with("Expect: "s + value + "\r\n"), 417));
    rows.push_back(refused("expect_with_a_body_too_large",
                           chat_head("Expect: 100-continue\r\nContent-Length: 99999999\r\n"), 413));
    RequestRow row = served("connection_close", chat_with("Connection: close\r\n"));
    row.statuses = {200};
    row.closes = true;
    row.upstream_saw = {std::string(chat_line)};
    rows.push_back(row);
    row.name = "connection_close_among_others";
    row.bytes = chat_with("Connection: keep-alive\r\nConnection: x, Close\r\n");
    rows.push_back(row);
    row.name = "http10";
    row.bytes = chat_head("Content-Length: " + std::to_string(sound_body().size()) + "\r\n", "HTTP/1.0") +
                sound_body();
    rows.push_back(row);
    rows.push_back(served("http10_keep_alive", chat_head("Connection: keep-alive\r\nContent-Length: " +
                                                             std::to_string(sound_body().size()) + "\r\n",
                                                         "HTTP/1.0") +
                                                   sound_body()));
    return rows;
}

std::vector<RequestRow> stranger_rows() {
    std::vector<RequestRow> rows;
    rows.push_back(refused("tls_client_hello",
                           "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03"s + std::string(150, '\x42')));
    rows.push_back(refused("http2_preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\x04\0"s));
    rows.push_back(refused("ssh", "SSH-2.0-OpenSSH_9.2\r\n"));
    rows.push_back(refused("smtp", "EHLO a\r\nMAIL FROM:<a>\r\nDATA\r\n\r\n"));
    rows.push_back(refused("redis", "*1\r\n$4\r\nPING\r\n\r\n"));
    rows.push_back(refused("proxy_protocol", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"));
    rows.push_back(refused("an_answer", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    rows.push_back(refused("json", "{\"model\":\"x\"}\n"));
    rows.push_back(refused("socks", "\x05\x01\0"s));
    unsigned state = 1;
    for (int i = 0; i < 10; ++i) {
        std::string noise;
        for (int j = 0; j < 3000; ++j) {
            state = state * 1'103'515'245U + 12'345U;
            noise += static_cast<char>(state >> 16);
        }
        rows.push_back(refused("noise_" + std::to_string(i), noise + "\n"));
    }
    return rows;
}

std::vector<RequestRow> anthropic_rows() {
    const std::string line = "POST /v1/messages?beta=true HTTP/1.1\r\nHost: weir.test\r\n";
    std::vector<RequestRow> rows{
        refused("folded", line + "X: a\r\n b\r\n\r\n"),
        refused("bare_lf", line + "X: a\n\r\n"),
        refused("control_byte", line + "X: \x01\r\n\r\n"),
        refused("te_and_length", line + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"),
        refused("version", "POST /v1/messages HTTP/1.2\r\nHost: weir.test\r\n\r\n"),
        refused("absolute", "POST http://evil.test/v1/messages HTTP/1.1\r\nHost: weir.test\r\n\r\n"),
        refused("below", "POST /v1/messages/batches HTTP/1.1\r\nHost: weir.test\r\nHost: a\r\n\r\n"),
        refused("trace", "TRACE /v1/messages HTTP/1.1\r\nHost: weir.test\r\n\r\n", 405),
        refused("target_too_long", "POST /v1/messages?" + std::string(9000, 'a'), 414),
        refused("expect", line + "Expect: x\r\nContent-Length: 2\r\n\r\n{}", 417),
        refused("header_too_large", line + "X: " + std::string(40'000, 'a'), 431),
        refused("body_too_large", line + "Content-Length: 99999999\r\n\r\n", 413),
        refused("chunk", line + "Transfer-Encoding: chunked\r\n\r\n-1\r\n"),
    };
    for (RequestRow& row : rows) row.anthropic = true;
    // OpenAI has messages too, below its threads.
    rows.push_back(refused("openais_messages", "POST /v1/threads/a/messages HTTP/1.1\r\nX: \x01\r\n\r\n"));
    rows.push_back(
        refused("openais_messages_folded", "POST /v1/threads/a/messages HTTP/1.1\r\nX: a\r\n b\r\n\r\n"));
    // The shape follows this request, not the one before it on the connection.
    rows.push_back({.name = "after_another",
                    .bytes = get_head("/v1/models") + line + "X: a\r\n b\r\n\r\n",
                    .statuses = {200, 400},
                    .upstream_saw = {std::string(models)},
                    .anthropic = true});
    return rows;
}

std::vector<RequestRow> path_rows() {
    std::vector<RequestRow> rows;
    int number = 0;
    for (const std::string& path : {"//"s,
                                    "//v1/models"s,
                                    "/v1//chat/completions"s,
                                    "/v1/chat//completions"s,
                                    "/v1/chat/completions//"s,
                                    "/./v1/chat/completions"s,
                                    "/v1/./chat/completions"s,
                                    "/v1/chat/completions/."s,
                                    "/v1/x/../chat/completions"s,
                                    "/../v1/chat/completions"s,
                                    "/v1/chat/completions/.."s,
                                    "/v1/%2e/chat/completions"s,
                                    "/v1/x/%2E%2e/chat/completions"s,
                                    "/v1/chat/completion%73"s,
                                    "/%76%31/chat/completions"s,
                                    "/v1/chat%2Fcompletions"s,
                                    "/v1%2fchat/completions"s,
                                    "/v1/chat%5ccompletions"s,
                                    "/v1\\chat\\completions"s,
                                    "/v1/chat/completions%00"s,
                                    "/v1/chat/completions%0a"s,
                                    "/v1/chat/completions%"s,
                                    "/v1/chat/completions%4"s,
                                    "/v1/%zz"s,
                                    "/v1/%%41"s,
                                    "/%7Ea"s,
                                    "/v1/chat/completions%0d%0aX:y"s}) {
        const std::string line =
            "POST " + path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer test-key\r\n";
        rows.push_back(refused(
            "path_" + std::to_string(number++),
            line + "Content-Length: " + std::to_string(sound_body().size()) + "\r\n\r\n" + sound_body()));
    }
    // Not metered by path, so one request each.
    for (const std::string& path : {"/v1"s, "/v1/nothing"s, "/v1/models/a%20b"s, "/v1/files/%C3%A9"s,
                                    "/a..b/.c/..."s, "/v1/chat/completions/x"s, "/v2x/chat/completions"s,
                                    "/a?b=/../..//%41%zz"s, "/weirdly"s, "/a;b=c"s}) {
        rows.push_back(served("path_sound_" + std::to_string(number++), get_head(path),
                              "GET " + path + " HTTP/1.1", 404));
    }
    // People and health checks look there; no API serves it.
    for (const char* path : {"/", "/?a=b", "/favicon.ico"})
        rows.push_back(answered("front_page_" + std::to_string(number++), get_head(path), 200));
    rows.push_back(answered("path_of_weirs_own", get_head("/weir/nothing"), 404));
    return rows;
}

}  // namespace weir::testing
