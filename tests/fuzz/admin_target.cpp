// What the admin API is asked and what becomes of it, by what is pure of admin and config: bodies, queries,
// and changes of the runtime layer. What is accepted passes the validation, is in force, and says the same
// when it is read anew: from its documents, from the state file, and from what the API shows of it.
#include <unistd.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "admin/answer.hpp"
#include "admin/arguments.hpp"
#include "admin/documents.hpp"
#include "admin/json_text.hpp"
#include "admin/router.hpp"
#include "config/runtime.hpp"
#include "fuzz/bytes.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace weir::config;
using weir::admin::Json;
using weir::fuzz::require;
using Documents = std::map<std::string, std::string, std::less<>>;

constexpr std::int64_t noon_us = 1'795'694'400'000'000;  // 2026-11-26T12:00:00Z
constexpr const char* file = R"({
  "upstreams": [{"name": "mock", "url": "http://127.0.0.1:1", "limits": {"rpm": 1000}}],
  "tiers": {"default": {"limits": {"rpm": 100, "otpm": 5000}},
            "trial": {"limits": {"rpm": 20, "more": [{"dimension": "requests", "limit": 500, "window": "1d"}]},
                      "models": {"gpt-4o*": {"otpm": 2000}}}},
  "groups": {"acme": {"limits": {"itpm": 9000}}},
  "keys": [{"id": "acme-web", "tier": "trial", "group": "acme",
            "secret_sha256": "1111111111111111111111111111111111111111111111111111111111111111"},
           {"id": "acme-batch", "limits": {"otpm": 700},
            "secret_sha256": "2222222222222222222222222222222222222222222222222222222222222222"}]
})";

const Outcome& base() {
    static const Outcome outcome = [] {
        Sources sources;
        sources.file_text = file;
        Outcome built = build_config(sources);
        require(built.mistakes.empty(), "the file is right");
        return built;
    }();
    return outcome;
}

/// The configuration in force.
Config laid(const RuntimeLayer& layer, std::vector<Mistake>& left_out) {
    Outcome outcome = base();
    left_out = layer.lay_over(outcome, noon_us);
    return std::move(outcome.config);
}
std::string hash_with(const Documents& documents) {
    std::vector<Mistake> ignored;
    return config_hash(laid({{.version = 1, .documents = documents}, nullptr}, ignored));
}

void check_file(const RuntimeDocuments& documents) {
    static const std::string path = "/dev/shm/weir_fuzz_admin." + std::to_string(::getpid());
    require(save_runtime_file(path, documents).empty(), "the state file can be written");
    const RuntimeFile read = read_runtime_file(path);
    ::unlink(path.c_str());
    require(read.documents.has_value(), "the state file can be read");
    require(read.documents->version == documents.version, "with its version");
    for (const auto& [name, document] : documents.documents) {
        // Names that are no UTF-8 may become the same one.
        if (std::any_of(name.begin(), name.end(), [](char c) { return c < 0; })) return;
    }
    require(read.documents->documents.size() == documents.documents.size(), "with all its documents");
    for (const auto& [name, document] : documents.documents) {
        // What is no JSON becomes a string.
        const auto found = read.documents->documents.find(name);
        if (nlohmann::json::accept(document) && found != read.documents->documents.end())
            require(found->second == document ||
                        hash_with({{name, document}}) == hash_with({{name, found->second}}),
                    "documents come back as they were");
    }
}

void check_masked(const Json& key) {
    const Json shown = weir::admin::masked(key);
    if (key.contains("secret_sha256"))
        require(shown.at("secret_sha256") != key.at("secret_sha256"), "no hash of a secret is shown");
    if (!key.contains("former_secrets")) return;
    for (const Json& former : shown.at("former_secrets"))
        require(!former.contains("secret_sha256"), "nor is one of a former secret");
}

/// What the API shows of tiers and groups can be put in their place.
void check_shown(const Documents& documents, const Config& config) {
    Documents shown = documents;
    for (auto& [path, document] : shown) {
        const auto kind = parse_runtime_path(path);
        require(kind.has_value(), "a path of what is accepted is one");
        if (kind->kind == RuntimePath::Kind::key) check_masked(weir::admin::parse_kept(document));
        if (documents.contains("override/" + path)) continue;  // shows in what is in force
        if (kind->kind == RuntimePath::Kind::tier)
            document = weir::admin::to_text(weir::admin::tier_json(config.tiers.find(kind->name)->second));
        if (kind->kind == RuntimePath::Kind::group)
            document = weir::admin::to_text(weir::admin::group_json(config.groups.find(kind->name)->second));
    }
    require(shown == documents || hash_with(shown) == config_hash(config), "what is shown says the same");
    for (const Key& key : base().config.keys) {
        const auto found = documents.find("key/" + key.id);
        const Json merged =
            weir::admin::key_document(&key, found == documents.end() ? nullptr : &found->second);
        require(merged.contains("tier") && merged.contains("limits"), "a key is shown whole");
    }
}

class Layer {
public:
    void change(RuntimeChange change) {
        change.expected_version = layer_.version();
        const std::vector<Mistake> mistakes = mistakes_of_change(base(), layer_, change, noon_us);
        for (const Mistake& mistake : mistakes) {
            require(mistake.where.find('$') != std::string::npos, "a mistake says where it is");
            require(!mistake.message.empty(), "a mistake says what was expected");
        }
        if (!mistakes.empty()) return;
        layer_ = RuntimeLayer(apply(layer_.documents(), change), &layer_);
        if (has_others_documents_) return;
        require(layer_.mistakes().empty(), "what is accepted has no mistakes");
        std::vector<Mistake> left_out;
        const Config config = laid(layer_, left_out);
        require(left_out.empty(), "what is accepted fits");
        const Documents& documents = layer_.documents().documents;
        require(hash_with(documents) == config_hash(config), "documents say what is in force");
        check_shown(documents, config);
        (void)layer_.next_end_us(noon_us);
    }
    /// Another program has written it to the store.
    void write(const std::string& path, const std::string& document) {
        has_others_documents_ = true;
        RuntimeDocuments documents = layer_.documents();
        documents.documents[path] = document;
        layer_ = RuntimeLayer(documents, &layer_);
        std::vector<Mistake> left_out;
        (void)config_hash(laid(layer_, left_out));
    }
    /// As PATCH /admin/keys/{id} does it.
    void patch(const std::string& path, const Json& body) {
        const auto found = layer_.documents().documents.find(path);
        Json document = found == layer_.documents().documents.end() ? Json::object()
                                                                    : weir::admin::parse_kept(found->second);
        document.merge_patch(body);
        RuntimeChange made;
        if (document.empty()) {
            made.erase.push_back(path);
        } else {
            made.set.emplace(path, weir::admin::to_text(document));
        }
        change(std::move(made));
    }
    const RuntimeDocuments& documents() const { return layer_.documents(); }

private:
    RuntimeLayer layer_;
    bool has_others_documents_ = false;
};

void check_query(std::string_view method, std::string_view target) {
    using weir::admin::Endpoint;
    using weir::admin::Parameter;
    using weir::admin::Place;
    using weir::admin::Type;
    static constexpr Parameter parameters[] = {
        {.name = "id", .place = Place::path, .type = Type::name, .about = ""},
        {.name = "limit", .type = Type::integer, .about = "", .usual = "50", .min = 1, .max = 500},
        {.name = "sort", .type = Type::choice, .about = "", .choices = "id|used|refused", .usual = "id"},
        {.name = "by", .type = Type::choices, .about = "", .choices = "key|model|day"},
        {.name = "from", .type = Type::day, .about = ""},
        {.name = "q", .about = "", .max = 16},
    };
    static constexpr Endpoint table[] = {
        {.method = "GET", .path = "/admin/keys", .summary = ""},
        {.method = "GET", .path = "/admin/keys/{id}", .summary = "", .parameters = parameters},
        {.method = "PATCH", .path = "/admin/keys/{id}", .summary = "", .parameters = parameters},
    };
    const std::size_t question = std::min(target.find('?'), target.size());
    const auto route = weir::admin::find_route(table, method, target.substr(0, question));
    const auto arguments = weir::admin::read_arguments(*route.endpoint, route.parameters,
                                                       target.substr(std::min(question + 1, target.size())));
    if (route.endpoint->parameters.empty()) return;
    const std::int64_t limit = arguments.integer("limit");
    require(limit >= 1 && limit <= 500, "a number is within its bounds");
    require(arguments.text("q").size() <= 16, "a text is within its bounds");
    require(!arguments.text("id").empty(), "a part of the path is there");
    require(arguments.text("id").find_first_of("/\n\x7f") == std::string::npos, "and is a name");
}

/// `set PATH`, `patch PATH`, `written PATH`: a document in the lines behind it; `erase PATH`; `query METHOD
/// TARGET`.
void perform(Layer& layer, std::string_view line, const std::string& body) {
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string_view verb = line.substr(0, blank);
    const std::string operand(line.substr(std::min(blank + 1, line.size())));
    if (verb == "query") {
        const std::size_t end = std::min(operand.find(' '), operand.size());
        const std::string target = operand.substr(std::min(end + 1, operand.size()));
        if (target.starts_with('/')) check_query(operand.substr(0, end), target);
        return;
    }
    if (verb == "written") return layer.write(operand, body);
    RuntimeChange change;
    if (verb == "erase") {
        change.erase.push_back(operand);
        return layer.change(std::move(change));
    }
    const Json document = weir::admin::parse_object(body);
    const std::string text = weir::admin::to_text(document);
    require(weir::admin::to_text(weir::admin::parse_object(text)) == text, "what is written reads the same");
    if (verb == "patch") return layer.patch(operand, document);
    change.set.emplace(operand, text);
    layer.change(std::move(change));
}

}  // namespace

/// Operations with empty lines between them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t operations_max = 16;
    weir::fuzz::Bytes bytes(data, size);
    Layer layer;
    for (std::size_t i = 0; i < operations_max && !bytes.empty(); ++i) {
        const std::string_view line = bytes.line();
        std::string body;
        for (std::string_view next = bytes.line(); !next.empty(); next = bytes.line())
            body.append(next).append("\n");
        try {
            perform(layer, line, body);
        } catch (const weir::admin::Refused& refused) {
            const weir::admin::Answer answer = refused.answer();
            require(answer.status >= 400 && answer.status < 500, "what is wrong is the client's");
            require(nlohmann::json::accept(answer.body), "and told in JSON");
        }
    }
    check_file(layer.documents());
    return 0;
}
