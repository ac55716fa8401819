// Every spelling of a metered path that some server might take for it: refused with nothing sent on, or
// metered. The servers that a rule is there for stand beside it.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <cctype>

#include "hostile/hostile.hpp"
#include "support/metered_paths.hpp"
#include "support/raw_server.hpp"
#include "text/ascii.hpp"

namespace weir::testing {
namespace {

using namespace std::string_literals;

/// Text for whatever API: what is metered finds some of it.
const std::string members =
    R"("model":"m","messages":[{"role":"user","content":"hello there"}],"prompt":"hello there",)"
    R"("input":"hello there","texts":["hello there"],"inputs":"hello there","query":"hello",)"
    R"("documents":["hello","there"],"text_input":"hello there","input_prefix":"hello","input_suffix":"there",)"
    R"("contents":[{"role":"user","parts":[{"text":"hello there"}]}],"content":{"parts":[{"text":"hello"}]},)"
    R"("requests":[{"content":{"parts":[{"text":"hello there"}]}}],)"
    R"("instances":[{"prompt":"hello there","content":"hello there"}],"stream":false)";
const std::string any_body = "{" + members + ",\"request\":{" + members + "}}";

/// `path` with `written` in place of its slashes but the first: of each alone, and of all.
void respell_slashes(const std::string& path, const std::string& written, std::vector<std::string>& out) {
    std::string all = path.substr(0, 1);
    for (std::size_t i = 1; i < path.size(); ++i) {
        all += path[i] == '/' ? written : path.substr(i, 1);
        if (path[i] == '/') out.push_back(path.substr(0, i) + written + path.substr(i + 1));
    }
    out.push_back(all);
}

std::string in_case(std::string path, bool alternating) {
    bool upper = true;
    for (char& c : path) {
        c = static_cast<char>(upper ? std::toupper(static_cast<unsigned char>(c))
                                    : std::tolower(static_cast<unsigned char>(c)));
        if (alternating) upper = !upper;
    }
    return path;
}

/// The last letter of the path as something that is not that letter.
void respell_a_letter(const std::string& path, std::vector<std::string>& out) {
    const std::size_t at = path.find_last_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    const int letter = std::tolower(static_cast<unsigned char>(path[at]));
    const int place = letter - 'a';
    const auto put = [&](const std::string& written) {
        out.push_back(path.substr(0, at) + written + path.substr(at + 1));
    };
    const auto coded = [](int byte) {
        constexpr std::string_view digits = "0123456789abcdef";
        return std::string{digits[static_cast<std::size_t>(byte) / 16],
                           digits[static_cast<std::size_t>(byte) % 16]};
    };
    put("%" + coded(letter));
    put("%25" + coded(letter));
    put("%u00" + coded(letter));                  // IIS
    put("%c1%" + coded(0x80 | (letter & 0x3f)));  // overlong UTF-8
    put("%e0%81%" + coded(0x80 | (letter & 0x3f)));
    put("%ef%bd%" + coded(0x81 + place));     // fullwidth
    put("%f0%9d%90%" + coded(0x9a + place));  // bold
    if (letter == 's') put("%c5%bf");         // a long s, which is an S in capitals
    if (letter == 's') put("%C5%BF");
}

std::vector<std::string> spellings(const std::string& path) {
    std::vector<std::string> all{path, in_case(path, false), in_case(path, true)};
    for (const char* ending : {"/",         "//",           "///",       "/.",
                               "/./",       "/..",          "/../",      ".",
                               "..",        "...",          ".json",     ".xml",
                               ".JSON",     ".json;x",      "%20",       "%20%20",
                               "%20/",      "/%20",         ".%20",      "%20.",
                               ";",         ";x",           ";x=y;z",    ";/",
                               "/;",        "/;x/",         "/.;/",      "/.;x",
                               "/..;/",     "/x/..;/",      "/x/..;",    "/x/..;a=b/",
                               "/x/..%20",  "/x/..",        "/x/../",    "/x/%2e%2e",
                               "/%2e",      "/x/.%2e;x",    "%2f",       "%2F",
                               "%252f",     "%25252f",      "%3b",       "%3bx",
                               "%3fx",      "%23",          "%2523",     "%00",
                               "%00x",      "%2500",        "%09",       "%0a",
                               "%0d%0a",    "%a0",          "%c2%a0",    "%e3%80%80",
                               "%e2%80%8b", "%ef%bb%bf",    "%c0%af",    "%c0%ae",
                               "%e0%80%af", "%f0%80%80%af", "%ef%bc%8f", "%ff",
                               "\\",        "\\x\\..",      "%5c",       "%255c",
                               "?",         "?x",           "?/x",       "?x=/v1/models",
                               "??",        "?%00",         "#",         "#x",
                               "?#",        "\x01",         "\x7f",      "\xc2\xa0"}) {
        all.push_back(path + ending);
    }
    for (const char* before : {"/",
                               "//",
                               "/.",
                               "/x/..",
                               "/x/..;",
                               "/x/..;a=b",
                               "/;x",
                               "/.;x",
                               "/%2e",
                               "/%20",
                               "/%2f",
                               "/%5c",
                               "\\",
                               "http://weir.test",
                               "HTTP://WEIR.TEST",
                               "http://weir.test:80",
                               "http://weir.test/",
                               "https://weir.test",
                               "http:",
                               "//weir.test",
                               "/v1/models/..",
                               "/v1/models/..;"}) {
        all.push_back(before + path);
    }
    for (const char* slash :
         {"//",        "/./",       "/x/../",    "/x/..;/",   "/.;/",      "/;x/",      ";x/",
          "/%2e/",     "%20/",      "/%20",      "./",        "../",       "\\",        "/\\",
          "%2f",       "%2F",       "%252f",     "%5c",       "%255c",     "%c0%af",    "%e0%80%af",
          "%ef%bc%8f", "%ef%bc%bc", "%e2%88%95", "%e2%81%84", "%e2%88%96", "%e2%a7%b8", "%u2215",
          "%3b/",      "%00/",      "\t/"}) {
        respell_slashes(path, slash, all);
    }
    respell_a_letter(path, all);
    return all;
}

/// Does what any server may: answers every request, and reports no usage.
class AnyServer {
public:
    std::uint16_t port() const { return server_.port(); }
    int requests() const { return requests_; }

private:
    void serve(RawPeer& peer) {
        while (const auto head = peer.read_head()) {
            ++requests_;
            const std::string name = "\r\nContent-Length: ";
            const std::size_t at = head->find(name);
            std::string body;
            if (at != std::string::npos &&
                !peer.read_exactly(std::stoul(head->substr(at + name.size())), body))
                return;
            peer.send(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n"
                "{\"id\":\"x\"}");
        }
    }
    std::atomic<int> requests_{0};
    RawServer server_{[this](RawPeer& peer) { serve(peer); }};
};

std::string printable(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const bool is_plain = c >= 0x20 && c < 0x7f;
        out += is_plain ? std::string(1, c) : "<" + std::to_string(static_cast<unsigned char>(c)) + ">";
    }
    return out;
}

class Spellings : public Hostile {
protected:
    /// What became of one request.
    struct Fate {
        int status;
        int seen;             ///< by the upstream
        std::uint64_t input;  ///< tokens that were charged
    };
    Fate send(const std::string& bytes) {
        const int seen_before = server_.requests();
        const std::uint64_t before = weir_->settled_input_tokens();
        RawClient client(weir_->port());
        client.send(bytes);
        const int status = client.read_answer().status;
        EXPECT_TRUE(eventually([&] { return weir_->reservations_in_flight() == 0; }));
        const int seen = server_.requests() - seen_before;
        if (seen > 0) eventually([&] { return weir_->settled_input_tokens() > before; }, 1'000);
        return {status, seen, weir_->settled_input_tokens() - before};
    }

    AnyServer server_;
};

TEST_F(Spellings, OfAMeteredPathAreMeteredOrRefused) {
    start(config_for(server_.port()));
    int metered = 0, refused = 0;
    std::vector<std::string> slipped;
    for (const auto& [metered_path, api] : metered_paths) {
        if (!std::isalnum(static_cast<unsigned char>(metered_path.back()))) continue;  // a spelling itself
        // No server of Google's takes a format behind a verb.
        const bool has_verb = metered_path.find(':') != std::string_view::npos ||
                              metered_path.find("%3A") != std::string_view::npos;
        // A form decides here; the text of this body is found all the same where JSON is sent.
        for (const std::string& path : spellings(std::string(metered_path))) {
            if (has_verb && (text::contains_ignoring_case(path, ".json") || path.ends_with(".xml"))) continue;
            const Fate fate = send("POST " + path + " HTTP/1.1\r\nHost: weir.test\r\nContent-Length: " +
                                   std::to_string(any_body.size()) + "\r\n\r\n" + any_body);
            const bool is_refused = fate.status >= 400 && fate.status < 500 && fate.seen == 0;
            const bool is_metered = fate.seen == 1 && fate.input > 0;
            metered += is_metered ? 1 : 0;
            refused += is_refused ? 1 : 0;
            if (!is_refused && !is_metered) {
                slipped.push_back(printable(path) + " " + std::to_string(fate.status) + " seen " +
                                  std::to_string(fate.seen));
            }
        }
    }
    for (const std::string& one : slipped) ADD_FAILURE() << one;
    EXPECT_GT(metered, 1'000);
    EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace weir::testing
