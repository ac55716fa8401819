// Each form says the same truth, as far as it can.
#include "mock_upstream/usage_text.hpp"

#include "mock_upstream/json_text.hpp"

namespace weir::mock {
namespace {

struct Counts {
    std::uint64_t input;
    std::uint64_t output;
    std::uint64_t total;
};

void append_member(std::string& out, std::string_view name, std::uint64_t value, std::string_view before,
                   std::string_view behind) {
    if (out.back() != '{') out += ',';
    append(out, "\"", name, "\":", before, value, behind);
}

void append_counts(const Counts& counts, const UsageNames& names, std::string& out,
                   std::string_view before = {}, std::string_view behind = {}) {
    append_member(out, names.input, counts.input, before, behind);
    if (!names.output.empty()) append_member(out, names.output, counts.output, before, behind);
    append_member(out, "total_tokens", counts.total, before, behind);
}

}  // namespace

void append_usage_value(const Reply& reply, const UsageNames& names, std::string& out) {
    const std::uint64_t output = names.output.empty() ? 0 : reply.output_tokens();
    const Counts counts{reply.input_tokens, output, reply.input_tokens + output};
    if (reply.usage_form == UsageForm::null) {
        out += "null";
        return;
    }
    out += '{';
    switch (reply.usage_form) {
        case UsageForm::total_only:
            append_member(out, "total_tokens", counts.total, {}, {});
            break;
        case UsageForm::zero:
            append_counts({0, 0, 0}, names, out);
            break;
        case UsageForm::floats:
            append_counts(counts, names, out, {}, ".0");
            break;
        case UsageForm::strings:
            append_counts(counts, names, out, "\"", "\"");
            break;
        case UsageForm::reasoning_apart:
            append_counts({counts.input, output - output / 2, counts.total}, names, out);
            append(out, R"(,"completion_tokens_details":{"reasoning_tokens":)", output / 2, "}");
            break;
        case UsageForm::cached_on_top:
            append_counts(counts, names, out);
            append_member(out, "cached_tokens", counts.input / 2, {}, {});
            break;
        default:
            append_counts(counts, names, out);
            out += names.details;
            break;
    }
    out += '}';
}

bool reports_on_top(const Reply& reply) {
    return reply.reports_usage && reply.usage_form != UsageForm::in_choice;
}

}  // namespace weir::mock
