// An upstream's bytes through scanner, guard and parser, as proxy/answer_reader puts them together, and the
// head that the client gets of it. Split differently they must mean the same; a reader of nothing but the RFC
// must find the same answer there, and exactly one in what goes to the client.
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/bytes.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/strict_reader.hpp"
#include "http/body_parser.hpp"
#include "http/head_parser.hpp"
#include "http/head_scanner.hpp"
#include "http/http_guard.hpp"
#include "proxy/answer_rules.hpp"

namespace {

using namespace weir::proxy;
using weir::fuzz::require;
using weir::fuzz::StrictMessage;

constexpr HeadLimits limits{.bytes_max = 4096, .fields_max = 50, .target_bytes_max = 1024};

/// What was asked, and how.
struct Asked {
    bool head_only = false;  ///< by HEAD
    int client_version = 11;
    bool body_is_decoded = false;
    bool replaces_rate_limits = false;
    bool close = false;
};

struct Answer {
    enum class Head { unfinished, refused, accepted };
    Head head = Head::unfinished;
    int status = 0;
    std::size_t interim = 0;  ///< answers before it
    std::size_t begin = 0;    ///< of the final one
    std::size_t body_begin = 0;
    std::string body;
    bool is_sound = true;
    bool done = false;
    bool until_close = false;
    std::size_t consumed = 0;
    bool operator==(const Answer&) const = default;
};

/// Of the final answer, with what its views point into.
struct FinalHead {
    std::string bytes;
    ResponseHead head;
    Framing framing;
};

/// As AnswerReader::accept_head.
bool accept(const Asked& asked, FinalHead& final_head, BodyParser& parser) {
    if (parse_head(final_head.bytes, final_head.head)) return false;
    if (final_head.head.status < 100 || final_head.head.status > 599) return false;
    if (check_framing(final_head.head.version, final_head.head.fields, final_head.framing)) return false;
    parser.start_response(final_head.framing, final_head.head.status, asked.head_only);
    return true;
}

class Reading {
public:
    Reading(std::string_view bytes, std::size_t step, const Asked& asked)
        : bytes_(bytes), step_(step), asked_(asked) {}

    Answer run(FinalHead& final_head) {
        BodyParser parser;
        while (answer_.head == Answer::Head::unfinished) {
            if (!read_head(final_head, parser)) return answer_;
        }
        if (answer_.head == Answer::Head::accepted) read_body(parser);
        return answer_;
    }

private:
    void offer_more() { offered_ = std::min(offered_ + step_, bytes_.size()); }

    /// False: there is no whole one.
    bool read_head(FinalHead& final_head, BodyParser& parser) {
        HeadScanner scanner(limits);
        const std::size_t begin = answer_.consumed;
        HeadScanner::State state = HeadScanner::State::need_more;
        for (;;) {
            if (offered_ > begin) state = scanner.scan(bytes_.substr(begin, offered_ - begin));
            if (state != HeadScanner::State::need_more || offered_ == bytes_.size()) break;
            offer_more();
        }
        if (state == HeadScanner::State::failed) answer_.head = Answer::Head::refused;
        if (state != HeadScanner::State::complete) return false;
        final_head.bytes =
            bytes_.substr(begin + scanner.head_begin(), scanner.head_end() - scanner.head_begin());
        answer_.begin = begin + scanner.head_begin();
        answer_.consumed = answer_.body_begin = begin + scanner.head_end();
        const bool accepted = accept(asked_, final_head, parser) && final_head.head.status != 101;
        if (!accepted) {
            answer_.head = Answer::Head::refused;
            return false;
        }
        answer_.status = final_head.head.status;
        if (answer_.status < 200) {
            ++answer_.interim;
        } else {
            answer_.head = Answer::Head::accepted;
            answer_.until_close = parser.ends_with_connection();
        }
        return true;
    }

    void read_body(BodyParser& parser) {
        while (!parser.done()) {
            std::vector<std::string_view> pieces;
            answer_.consumed += parser.parse(bytes_.substr(answer_.consumed, offered_ - answer_.consumed),
                                             pieces, answer_.is_sound);
            for (const std::string_view piece : pieces) answer_.body.append(piece);
            if (!answer_.is_sound || parser.done()) break;
            if (offered_ == bytes_.size()) {
                parser.end();
                break;
            }
            offer_more();
        }
        answer_.done = parser.done();
        require(answer_.consumed <= offered_, "no more is consumed than was offered");
    }

    std::string_view bytes_;
    std::size_t step_;
    const Asked& asked_;
    Answer answer_;
    std::size_t offered_ = 0;
};

void check_by_the_book(std::string_view bytes, const Answer& answer, const Asked& asked) {
    const StrictMessage message = weir::fuzz::read_strict_answer(bytes.substr(answer.begin), asked.head_only);
    require(message.read == StrictMessage::Read::whole, "what is accepted is an answer by the RFC");
    require(message.status == answer.status, "of the same status");
    require(message.size == answer.consumed - answer.begin, "it ends where the RFC ends it");
    require(message.body == answer.body, "it has the body that the RFC finds");
    require(message.ends_with_connection == answer.until_close,
            "it ends with the connection where it should");
}

/// As proxy/relay writes it.
std::string framed(BodyFraming framing, const std::string& body) {
    if (framing == BodyFraming::none) return {};
    if (framing != BodyFraming::chunked) return body;
    std::array<char, 24> size{};
    char* const end = std::to_chars(size.begin(), size.end(), body.size(), 16).ptr;
    const std::string chunk = body.empty() ? "" : std::string(size.begin(), end) + "\r\n" + body + "\r\n";
    return chunk + "0\r\n\r\n";
}

void check_relayed(const FinalHead& from, const Answer& answer, const Asked& asked) {
    const weir::config::Url upstream{
        .tls = true, .host = "api.example.com", .port = 443, .base_path = "/base"};
    const bool has_body = answer_has_body(asked.head_only ? "HEAD" : "POST", answer.status);
    const bool length_holds = !asked.body_is_decoded && from.framing.content_length == answer.body.size();
    const BodyFraming framing = answer_framing(from.framing, asked.client_version, has_body, length_holds);
    const std::string bytes = make_answer_head({.head = from.head,
                                                .upstream = upstream,
                                                .upstream_framing = from.framing,
                                                .framing = framing,
                                                .close = asked.close || framing == BodyFraming::until_close,
                                                .client_version = asked.client_version,
                                                .request_id = "req_1",
                                                .rate_limits = "x-ratelimit-limit-requests: 3\r\n",
                                                .replace_rate_limits = asked.replaces_rate_limits,
                                                .body_is_decoded = asked.body_is_decoded}) +
                              framed(framing, answer.body);
    const StrictMessage told = weir::fuzz::read_strict_answer(bytes, asked.head_only);
    require(told.read == StrictMessage::Read::whole, "what goes to the client is an answer");
    require(told.size == bytes.size(), "and nothing else");
    require(told.status == answer.status, "of the upstream's status");
    require(told.body == (has_body ? answer.body : ""), "with the upstream's body");
    require(told.count("content-length") <= 1 && told.count("transfer-encoding") <= 1, "of one length");
    require(told.count("connection") <= 1, "Connection is weir's own");
    for (const char* own : {"keep-alive", "upgrade", "te", "trailer", "proxy-authenticate"})
        require(told.count(own) == 0, "and what belongs to the connection stays there");
}

}  // namespace

/// The first line says what was asked: H by HEAD, 0 by HTTP/1.0, d its body is decoded, r rate limits are
/// replaced, c the connection closes. Behind it comes what the upstream sends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    weir::fuzz::Bytes input(data, size);
    const std::string_view letters = input.line();
    const auto has = [&](char letter) { return letters.find(letter) != std::string_view::npos; };
    const Asked asked{.head_only = has('H'),
                      .client_version = has('0') ? 10 : 11,
                      .body_is_decoded = has('d'),
                      .replaces_rate_limits = has('r'),
                      .close = has('c')};
    const std::string_view bytes = input.rest();
    FinalHead whole_head;
    const Answer whole = Reading(bytes, bytes.size() + 1, asked).run(whole_head);
    const bool is_whole = whole.head == Answer::Head::accepted && whole.is_sound && whole.done;
    if (is_whole) {
        check_by_the_book(bytes, whole, asked);
        check_relayed(whole_head, whole, asked);
    }
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}}) {
        FinalHead split_head;
        const Answer split = Reading(bytes, step, asked).run(split_head);
        require((whole.head == Answer::Head::accepted) == (split.head == Answer::Head::accepted),
                "what is refused does not depend on how it is split");
        if (whole.head != Answer::Head::accepted) continue;
        require(whole.is_sound == split.is_sound,
                "whether a body is sound does not depend on how it is split");
        if (whole.is_sound) require(whole == split, "what is read does not depend on how it is split");
    }
    return 0;
}
