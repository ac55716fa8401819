// Bodies of every metered API. Whatever the splice makes must be the client's own document, with usage asked
// for.
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz/fuzz.hpp"
#include "llm/call.hpp"
#include "llm/estimate.hpp"
#include "llm/json_repair.hpp"

namespace {

using namespace weir::llm;
using nlohmann::json;
using weir::fuzz::require;

void check_splice(const std::string& body, const Splice& splice) {
    require(splice.offset + splice.erase <= body.size(), "a splice lies inside of the body");
    std::string changed = body;
    changed.replace(splice.offset, splice.erase, splice.insert);
    // nlohmann keeps the last of repeated keys, in either document. It takes no lone surrogates and no
    // numbers beyond a double: they are repaired in either document.
    json original = json::parse(repaired_json(body), nullptr, false);
    const json result = json::parse(repaired_json(changed), nullptr, false);
    require(!original.is_discarded(), "what was read is JSON");
    require(!result.is_discarded(), "what is sent is JSON");
    json& options = original["stream_options"];
    if (options.is_null()) options = json::object();
    options["include_usage"] = true;
    require(result == original, "the splice changes nothing but include_usage");
}

void check(const CallText& text) {
    const auto outcome = read_call(text);
    if (const auto* error = std::get_if<CallError>(&outcome)) {
        require(!error->message.empty(), "an error says why");
        require(error->param.size() < 1000, "an error names a field, not the body");
        return;
    }
    const Call& call = std::get<Call>(outcome);
    require(call.model.size() <= 256, "a model's name is bounded");
    require(!call.output_bound || *call.output_bound >= 0, "a bound is not negative");
    for (const EstimateMode mode : {EstimateMode::fitted, EstimateMode::bound}) {
        require(estimate_input(call, mode) >= 0, "an estimate is not negative");
        require(reserve_output(call, mode, 1024) >= 0, "a reservation is not negative");
    }
    require(estimate_input_least(call) <= estimate_input(call, EstimateMode::fitted),
            "what is certain is no more than what is likely");
    if (call.ask_for_usage) check_splice(text.body, *call.ask_for_usage);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string body(reinterpret_cast<const char*>(data), size);
    for (auto number = 0; number < static_cast<int>(Api::unmetered); ++number) {
        const auto api = static_cast<Api>(number);
        body.shrink_to_fit();
        check({.api = api, .body = body});
        body.reserve(size + 64);  // parsed in place
        check({.api = api, .body = body});
        const bool may_be_form = api == Api::audio_transcription || api == Api::images;
        if (may_be_form) check({.api = api, .body = body, .content_type = "multipart/form-data; boundary=X"});
    }
    // The body as a path, too: whatever it is, it is judged.
    const std::string_view path(body);
    require(model_in_path(path).size() <= path.size(), "a model in a path is a part of it");
    api_of("POST", path);
    dialect_of(path);
    takes_stream_options(path);
    is_stream_path(path);
    return 0;
}
