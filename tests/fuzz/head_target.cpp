// A connection's bytes through scanner, guard and parser, as session.cpp and request_body.cpp put them
// together; split differently they must mean the same.
#include <string>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "http/body_parser.hpp"
#include "http/error.hpp"
#include "http/head_parser.hpp"
#include "http/head_scanner.hpp"
#include "http/http_guard.hpp"

namespace {

using namespace weir::http;
using weir::fuzz::require;

enum class Head { unfinished, refused, accepted };

/// What was made of the bytes.
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
    require(head.fields.count("host") == 1, "there is one Host");
    require(head_bytes.find('\0') == std::string_view::npos, "no NUL passes");
    for (const Field& field : head.fields) {
        require(!field.name.empty(), "a field has a name");
        require(field.value.find_first_of("\r\n") == std::string_view::npos, "a value is one line");
        require(field.name.data() >= head_bytes.data() &&
                    field.name.data() + field.name.size() <= head_bytes.data() + head_bytes.size(),
                "names are views into the head");
    }
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
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const Outcome whole = read(bytes, {size + 1});
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}}) {
        const Outcome split = read(bytes, {step});
        // What can never become a head may be noticed early, or only when all of it is there.
        const bool early = (whole.head == Head::unfinished && split.head == Head::refused) ||
                           (whole.head == Head::refused && split.head == Head::unfinished);
        require(early || whole.head == split.head, "what is refused does not depend on how it is split");
        if (whole.head != Head::accepted) continue;
        require((whole.error == weir::http_errc::ok) == (split.error == weir::http_errc::ok),
                "whether a body is sound does not depend on how it is split");
        if (whole.error == weir::http_errc::ok)
            require(whole == split, "what is read does not depend on how it is split");
    }
    return 0;
}
