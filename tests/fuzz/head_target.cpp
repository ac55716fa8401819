// A connection's bytes through scanner, guard and parser, as session.cpp and request_body.cpp put them
// together, request by request; split differently they must mean the same. A reader of nothing but the RFC
// must find the same requests there, and exactly one in what goes to the upstream.
#include <string>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "fuzz/strict_reader.hpp"
#include "http/body_parser.hpp"
#include "http/error.hpp"
#include "http/head_parser.hpp"
#include "http/head_scanner.hpp"
#include "http/http_guard.hpp"
#include "proxy/credentials.hpp"
#include "proxy/request_rules.hpp"

namespace {

using namespace weir::http;
using weir::fuzz::require;
using weir::fuzz::StrictMessage;

enum class Head { unfinished, refused, accepted };

/// What was made of the bytes of one request.
struct Outcome {
    Head head = Head::unfinished;
    weir::http_errc error = weir::http_errc::ok;
    std::string path_and_query;
    std::string body;
    bool done = false;
    std::size_t consumed = 0;
    bool operator==(const Outcome&) const = default;
};

/// Offers so many more bytes each time.
struct Pace {
    std::size_t step;
    std::size_t next(std::size_t offered, std::size_t size) const { return std::min(offered + step, size); }
};

void read_body(BodyParser& parser, std::string_view bytes, Pace pace, Outcome& outcome) {
    std::size_t offered = outcome.consumed;
    for (;;) {
        std::vector<std::string_view> pieces;
        bool is_sound = true;
        outcome.consumed +=
            parser.parse(bytes.substr(outcome.consumed, offered - outcome.consumed), pieces, is_sound);
        for (const std::string_view piece : pieces) outcome.body.append(piece);
        if (!is_sound) outcome.error = weir::http_errc::bad_request;
        if (!is_sound || parser.done() || offered == bytes.size()) break;
        offered = pace.next(offered, bytes.size());
    }
    outcome.done = parser.done();
    require(outcome.consumed <= offered, "no more is consumed than was offered");
}

void check_head(std::string_view head_bytes, const RequestHead& head, const Framing& framing) {
    require(head.version == 10 || head.version == 11, "the version is 1.0 or 1.1");
    require(!(framing.chunked && framing.content_length), "a body has one length");
    require(head.fields.count("host") == 1 || (head.version == 10 && head.fields.count("host") == 0),
            "there is one Host");
    require(head_bytes.find('\0') == std::string_view::npos, "no NUL passes");
    for (const Field& field : head.fields) {
        require(!field.name.empty(), "a field has a name");
        require(field.value.find_first_of("\r\n") == std::string_view::npos, "a value is one line");
        require(field.name.data() >= head_bytes.data() &&
                    field.name.data() + field.name.size() <= head_bytes.data() + head_bytes.size(),
                "names are views into the head");
    }
}

/// The body goes on byte for byte under the only length that weir says.
void check_forwarded(const RequestHead& head, const Framing& framing, std::string_view path_and_query,
                     const std::string& body) {
    weir::config::Upstream upstream;
    upstream.url = {.tls = true, .host = "api.example.com", .port = 443, .base_path = "/base"};
    for (const auto dialect : {weir::llm::Dialect::openai, weir::llm::Dialect::gemini}) {
        const weir::proxy::Credentials credentials(head.fields, path_and_query, dialect);
        const std::string made =
            weir::proxy::make_upstream_head(
                {.head = head,
                 .path_and_query = path_and_query,
                 .upstream = upstream,
                 .dialect = dialect,
                 .credential = credentials.keys().empty() ? "" : credentials.keys().front(),
                 .readable_answer = true,
                 .has_body = framing.chunked || framing.content_length,
                 .body_bytes = body.size(),
                 .client_address = "192.0.2.1",
                 .request_id = "req_1"}) +
            body;
        const StrictMessage sent = weir::fuzz::read_strict_request(made);
        require(sent.read == StrictMessage::Read::whole, "what goes to the upstream is a request");
        require(sent.size == made.size(), "and nothing else");
        require(sent.body == body, "with the client's body");
        require(!sent.is_chunked && sent.count("content-length") <= 1, "of one length");
        require(sent.count("host") == 1 && sent.value("host") == "api.example.com", "for the upstream");
        require(sent.first_line.starts_with(std::string(head.method) + " /base/"), "below its base path");
        for (const char* own :
             {"connection", "keep-alive", "upgrade", "te", "trailer", "transfer-encoding", "expect"})
            require(sent.count(own) == 0, "and what belongs to the connection stays there");
    }
}

/// Where one request ends and the next begins is where the RFC says so.
void check_by_the_book(std::string_view bytes, const Outcome& outcome) {
    const StrictMessage message = weir::fuzz::read_strict_request(bytes);
    if (!outcome.done || outcome.error != weir::http_errc::ok) return;
    require(message.read == StrictMessage::Read::whole, "what is accepted is a request by the RFC");
    require(message.size == outcome.consumed, "it ends where the RFC ends it");
    require(message.body == outcome.body, "it has the body that the RFC finds");
}

Outcome read(std::string_view bytes, Pace pace) {
    Outcome outcome;
    HeadScanner scanner({.bytes_max = 4096, .fields_max = 50, .target_bytes_max = 1024});
    std::size_t offered = 0;
    HeadScanner::State state = HeadScanner::State::need_more;
    while (state == HeadScanner::State::need_more && offered < bytes.size()) {
        offered = pace.next(offered, bytes.size());
        state = scanner.scan(bytes.substr(0, offered));
    }
    if (state == HeadScanner::State::failed) {
        outcome.head = Head::refused;
        outcome.error = scanner.error();
    }
    if (state != HeadScanner::State::complete) return outcome;
    const std::string head_bytes(
        bytes.substr(scanner.head_begin(), scanner.head_end() - scanner.head_begin()));
    outcome.consumed = scanner.head_end();

    RequestHead head;
    Objection objection = parse_head(head_bytes, 1024, head);
    std::string_view path_and_query;
    Framing framing;
    if (!objection) objection = check_request(head, path_and_query);
    if (!objection) objection = check_framing(head.version, head.fields, framing);
    outcome.error = objection.code;
    outcome.head = objection ? Head::refused : Head::accepted;
    if (objection) return outcome;
    check_head(head_bytes, head, framing);
    outcome.path_and_query = path_and_query;
    require(is_normal_path(path_and_query.substr(0, path_and_query.find('?')), head.method == "POST"),
            "the path is normal");
    BodyParser parser;
    parser.start_request(framing);
    read_body(parser, bytes, pace, outcome);
    if (outcome.error != weir::http_errc::ok) return outcome;
    const std::size_t body_bytes = outcome.consumed - scanner.head_end();
    if (!framing.chunked) {
        const std::uint64_t length = framing.content_length.value_or(0);
        require(outcome.body.size() == body_bytes && body_bytes <= length,
                "a body is no longer than announced");
        require(outcome.done == (body_bytes == length), "a body is done when it is as long as announced");
    } else {
        require(outcome.body.size() <= body_bytes, "chunks hold no more than was sent");
    }
    if (outcome.done && pace.step > bytes.size())
        check_forwarded(head, framing, path_and_query, outcome.body);
    return outcome;
}

/// All that comes on the connection; behind what is refused or not whole nothing is read.
std::vector<Outcome> read_all(std::string_view bytes, std::size_t step) {
    std::vector<Outcome> all;
    for (bool goes_on = true; goes_on && !bytes.empty();) {
        all.push_back(read(bytes, {std::min(step, bytes.size() + 1)}));
        const Outcome& last = all.back();
        if (step > bytes.size()) check_by_the_book(bytes, last);
        goes_on = last.head == Head::accepted && last.error == weir::http_errc::ok && last.done;
        bytes.remove_prefix(last.consumed);
    }
    return all;
}

void require_same(const Outcome& whole, const Outcome& split) {
    // What can never become a head may be noticed early, or only when all of it is there.
    const bool early = (whole.head == Head::unfinished && split.head == Head::refused) ||
                       (whole.head == Head::refused && split.head == Head::unfinished);
    require(early || whole.head == split.head, "what is refused does not depend on how it is split");
    if (whole.head != Head::accepted) return;
    require((whole.error == weir::http_errc::ok) == (split.error == weir::http_errc::ok),
            "whether a body is sound does not depend on how it is split");
    if (whole.error == weir::http_errc::ok)
        require(whole == split, "what is read does not depend on how it is split");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const std::vector<Outcome> whole = read_all(bytes, size + 1);
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}}) {
        const std::vector<Outcome> split = read_all(bytes, step);
        require(whole.size() == split.size(), "there are as many requests, however they are split");
        for (std::size_t i = 0; i < whole.size(); ++i) require_same(whole[i], split[i]);
    }
    return 0;
}
