// Connections that die, answers that come too early, interim answers, odd status lines, redirects.
#include <array>

#include "wire/answer_rows.hpp"
#include "wire/answers.hpp"
#include "wire/requests.hpp"
#include "wire/wire_config.hpp"

namespace weir::testing {

namespace {

const char* const usage = R"({"prompt_tokens":12,"completion_tokens":34,"total_tokens":46})";
constexpr Charge charge{.input = 12, .output = 34};

/// A POST that was read is never sent again, whether its connection was new or kept.
WireRows deaths() {
    WireRows rows;
    const std::array<std::pair<const char*, Reply>, 5> endings{{
        {"closed", {.bytes = "", .end = End::close}},
        {"reset", {.bytes = "", .end = End::reset}},
        {"closed_in_the_status_line", {.bytes = "HTTP/1.1 2", .end = End::close}},
        {"closed_in_the_head", {.bytes = "HTTP/1.1 200 OK\r\nContent-Type: a", .end = End::close}},
        {"closed_after_an_interim_answer", {.bytes = "HTTP/1.1 102 Processing\r\n\r\n", .end = End::close}},
    }};
    for (const std::string& asked : {plain_chat(), streamed_chat()}) {
        const std::string kind = asked == plain_chat() ? "_plain" : "_streamed";
        for (const auto& [name, ending] : endings) {
            rows.push_back({.name = std::string("post_on_a_new_connection_") + name + kind,
                            .asks = {{.bytes = asked, .status = 502}},
                            .replies = {ending},
                            .charge = Charge{.input = estimated(), .output = 0},
                            .reached = 1});
            // The first request leaves a connection behind.
            rows.push_back(
                {.name = std::string("post_on_a_kept_connection_") + name + kind,
                 .asks = {{.bytes = plain_chat(), .charge = charge}, {.bytes = asked, .status = 502}},
                 .replies = {chat_reply(usage), ending},
                 .charge = Charge{.requests = 2, .input = {13, 72}, .output = 34},
                 .reached = 2});
        }
    }
    return rows;
}

/// The idle-close race stays invisible: the upstream closes right behind each answer that promised to stay.
WireRow idle_closes() {
    WireRow row{.name = "closes_behind_each_kept_answer", .replies = {chat_reply(usage)}};
    row.replies[0].end = End::drop;
    constexpr int asks = 20;
    for (int i = 0; i < asks; ++i) row.asks.push_back({.bytes = plain_chat()});
    row.charge = Charge{.requests = asks, .input = 12 * asks, .output = 34 * asks};
    return row;
}

/// Answers while a body of 20 MB is on its way, and never reads on.
WireRows early_answers() {
    WireRows rows;
    const std::string large =
        request({.body = body_of(R"("max_tokens":500,"messages":[{"role":"user","content":")" +
                                 std::string(20'000'000, 'x') + "\"}]")});
    const std::string error = R"({"error":{"message":"m"}})";
    for (const int status : {400, 401, 413, 429, 503}) {
        for (const End end : {End::hold, End::close}) {
            Reply early = reply({.body = error, .status = status});
            early.reads_body = false;
            early.end = end;
            rows.push_back(
                {.name = "early_" + std::to_string(status) + (end == End::hold ? "_held" : "_closed"),
                 .asks = {{.bytes = large, .status = status, .body = error}},
                 .replies = {early},
                 .charge = Charge{.input = 0, .output = 0}});
        }
    }
    return rows;
}

std::string many(const std::string& text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
}

WireRows odd_heads() {
    const std::string body = chat_completion(usage);
    const std::string rest =
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
        body;
    const auto served = [&](std::string name, std::string before, std::string line) {
        return WireRow{.name = std::move(name),
                       .asks = {{.bytes = plain_chat(), .body = body}},
                       .replies = {{.bytes = std::move(before) + std::move(line) + "\r\n" + rest}},
                       .charge = charge};
    };
    const std::string processing = "HTTP/1.1 102 Processing\r\n\r\n";
    const std::string hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n";
    return {
        served("twenty_times_102", many(processing, 20), "HTTP/1.1 200 OK"),
        served("two_hundred_times_102", many(processing, 200), "HTTP/1.1 200 OK"),
        served("hints_first", hints + processing, "HTTP/1.1 200 OK"),
        served("continue_unasked", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK"),
        served("interim_without_a_reason", "HTTP/1.1 102\r\n\r\n", "HTTP/1.1 200 OK"),
        served("no_reason", "", "HTTP/1.1 200"),
        served("no_reason_but_a_space", "", "HTTP/1.1 200 "),
        served("a_long_reason", "", "HTTP/1.1 200 " + std::string(200, 'y')),
        served("http_1_0", "", "HTTP/1.0 200 OK"),
    };
}

/// The upstream's own origin becomes a path; every other stays as it is.
WireRows redirects() {
    const auto redirect = [](std::string name, int status, const std::string& location,
                             const std::string& seen, const std::string& base = {}) {
        return WireRow{.name = "redirect_" + std::move(name),
                       .asks = {{.bytes = get_of("/v1/files/f/content"),
                                 .status = status,
                                 .fields = {"location= " + seen}}},
                       .replies = {reply({.status = status, .fields = "Location: " + location + "\r\n"})},
                       .config = R"({"upstreams": [{"name": "mock", "url": "$URL)" + base + "\"}]}"};
    };
    const std::string own = "http://127.0.0.1:$PORT";
    WireRow created{.name = "redirect_created_by_a_post",
                    .asks = {{.bytes = request({.path = "/v1/files", .body = "x"}),
                              .status = 201,
                              .fields = {"location= /v1/files/f", "content-location= /v1/files/f"}}},
                    .replies = {reply({.status = 201,
                                       .fields = "Location: " + own + "/v1/files/f\r\nContent-Location: " +
                                                 own + "/v1/files/f\r\n"})}};
    return {
        redirect("elsewhere", 302, "https://cdn.example/f?sig=1", "https://cdn.example/f?sig=1"),
        redirect("a_path", 307, "/v1/files/f/data", "/v1/files/f/data"),
        redirect("a_relative_path", 308, "../data", "../data"),
        redirect("another_port", 302, "http://127.0.0.1:1/x", "http://127.0.0.1:1/x"),
        redirect("a_name_that_begins_like_it", 302, "http://127.0.0.1.example/x",
                 "http://127.0.0.1.example/x"),
        redirect("own_origin", 302, own + "/v1/x?y=1", "/v1/x?y=1"),
        redirect("own_origin_301", 301, own + "/v1/x", "/v1/x"),
        redirect("own_origin_in_capitals", 303, "HTTP://127.0.0.1:$PORT/v1/x", "/v1/x"),
        redirect("own_origin_with_fragment", 302, own + "/v1/x#part", "/v1/x#part"),
        redirect("own_origin_alone", 302, own, "/"),
        redirect("own_origin_with_query_alone", 302, own + "?a=1", "/?a=1"),
        redirect("own_origin_without_scheme", 302, "//127.0.0.1:$PORT/v1/x", "/v1/x"),
        redirect("below_its_base_path", 302, own + "/base/v1/x", "/v1/x", "/base"),
        created,
    };
}

}  // namespace

WireRows upstream_fault_rows() {
    WireRows rows = deaths() + early_answers() + odd_heads() + redirects();
    rows.push_back(idle_closes());
    return rows;
}

}  // namespace weir::testing
