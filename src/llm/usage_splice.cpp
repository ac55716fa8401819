// Asks for usage with the smallest change of the text; siblings such as include_obfuscation stay.
#include "llm/usage_splice.hpp"

#include "llm/json_scan.hpp"

namespace weir::llm {

namespace {

constexpr std::string_view option = "include_usage";

/// What the client asked for itself; refuses an option that is given twice or is no boolean.
bool asks_already(dom::object options) {
    bool asks = false;
    bool seen = false;
    for (const auto [name, value] : options) {
        if (name != option) continue;
        const Where place{"stream_options", option};
        if (seen) refuse(place, "it to be given once");
        seen = true;
        if (!value.is_null()) asks = want_bool(value, place);
    }
    return asks;
}

}  // namespace

std::optional<Splice> usage_splice(std::string_view body, std::size_t offset, const TopLevel& fields,
                                   bool stream) {
    const auto options = fields.find(Member::stream_options);
    const bool asked = options && asks_already(want_object(*options, {{}, "stream_options"}));
    if (!stream || asked) return std::nullopt;

    const std::size_t object_at = skip_json_space(body, offset);
    const auto extent = find_json_member(body, object_at, "stream_options");
    if (!extent) {
        // The object has members (`stream` is one), so a comma is right.
        return Splice{object_at + 1, 0, R"("stream_options":{"include_usage":true},)"};
    }
    if (body[extent->begin] != '{') {  // null
        return Splice{extent->begin, extent->end - extent->begin, R"({"include_usage":true})"};
    }
    if (const auto value = find_json_member(body, extent->begin, option)) {
        return Splice{value->begin, value->end - value->begin, "true"};
    }
    const bool is_empty = body[skip_json_space(body, extent->begin + 1)] == '}';
    return Splice{extent->begin + 1, 0, is_empty ? R"("include_usage":true)" : R"("include_usage":true,)"};
}

}  // namespace weir::llm
