// Asynchronous within, so that every step has a deadline.
#include "cli/client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

#include "config/unexpected.hpp"
#include "config/url.hpp"

namespace weir::cli {

namespace http = boost::beast::http;
using boost::system::error_code;
using Tcp = boost::asio::ip::tcp;

namespace {

constexpr std::uint64_t answer_bytes_max = 256ULL << 20;

[[noreturn]] void fail(const Place& place, const error_code& error) {
    std::string text;
    if (error == boost::asio::error::connection_refused) {
        text = "nothing listens at " + place.url +
               ". Start weir, or say where its admin port is: --admin URL, or WEIR_ADMIN_URL.";
    } else if (error == boost::beast::error::timeout) {
        text = place.url + " did not answer in time. Is it weir's admin port?";
    } else {
        text = "no answer from " + place.url + ": " + error.message() +
               ". Is it weir's admin port? --admin URL or WEIR_ADMIN_URL says where that is.";
    }
    throw Unreachable(text);
}

http::request<http::string_body> message_of(const Place& place, const Question& question) {
    http::request<http::string_body> message;
    message.version(11);
    message.method_string(question.method);
    message.target(question.target);
    message.set(http::field::host, place.url.substr(place.url.find("//") + 2));
    message.set(http::field::user_agent, "weir");
    message.set(http::field::accept, "application/json, text/csv");
    message.set(http::field::connection, "close");
    if (!place.token.empty()) message.set(http::field::authorization, "Bearer " + place.token);
    if (!question.body.empty()) message.set(http::field::content_type, "application/json");
    if (!question.if_match.empty()) message.set(http::field::if_match, "\"" + question.if_match + "\"");
    message.body() = question.body;
    // Where there is no body, a change still says so.
    if (question.method != "GET" || !question.body.empty()) message.prepare_payload();
    return message;
}

/// Runs what was just begun to its end.
void finish(boost::asio::io_context& context, const Place& place, const error_code& error) {
    context.restart();
    context.run();
    if (error) fail(place, error);
}

}  // namespace

Place parse_place(const std::string& url) {
    const bool has_scheme = url.find("://") != std::string::npos;
    const config::Url parsed = config::parse_url(has_scheme ? url : "http://" + url);
    if (parsed.tls) throw config::Unexpected("expected http://: the admin port speaks no TLS");
    if (!parsed.base_path.empty()) throw config::Unexpected("expected http://HOST:PORT without a path");
    return {.host = parsed.host, .port = parsed.port, .url = config::to_string(parsed), .token = {}};
}

Answer ask(const Place& place, const Question& question, std::int64_t timeout_ms) {
    boost::asio::io_context context{1};
    error_code error;
    const auto note = [&error](const error_code& outcome, auto&&...) { error = outcome; };
    Tcp::resolver resolver(context);
    const auto endpoints = resolver.resolve(place.host, std::to_string(place.port), error);
    if (error) fail(place, error);

    boost::beast::tcp_stream stream(context);
    stream.expires_after(std::chrono::milliseconds(timeout_ms));
    stream.async_connect(endpoints, note);
    finish(context, place, error);
    const auto message = message_of(place, question);
    http::async_write(stream, message, note);
    finish(context, place, error);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(answer_bytes_max);
    http::async_read(stream, buffer, parser, note);
    finish(context, place, error);
    http::response<http::string_body> response = parser.release();
    return {.status = static_cast<int>(response.result_int()),
            .content_type = std::string(response[http::field::content_type]),
            .body = std::move(response.body())};
}

}  // namespace weir::cli
