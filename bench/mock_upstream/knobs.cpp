// The table of knobs: one row each, from its name and a text to the field of Knobs.
#include "mock_upstream/knobs.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "mock_upstream/coding.hpp"

namespace weir::mock {
namespace {

struct KindName {
    std::string_view name;
    Malformed kind;
};

constexpr std::array malformed_names{
    KindName{"none", Malformed::none},
    KindName{"bad-json", Malformed::bad_json},
    KindName{"bad-chunk", Malformed::bad_chunk},
    KindName{"duplicate-content-length", Malformed::duplicate_content_length},
    KindName{"te-and-cl", Malformed::te_and_cl},
    KindName{"unknown-te", Malformed::unknown_te},
    KindName{"short-body", Malformed::short_body},
    KindName{"extra-bytes", Malformed::extra_bytes},
    KindName{"garbage", Malformed::garbage},
    KindName{"huge-header", Malformed::huge_header},
    KindName{"http10-close", Malformed::http10_close},
    KindName{"status-1xx", Malformed::status_1xx},
    KindName{"compressed", Malformed::compressed},
};

constexpr std::uint64_t no_bound = std::numeric_limits<std::uint64_t>::max();

bool read_number(std::string_view text, std::uint64_t least, std::uint64_t most, std::uint64_t& out) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
        return false;
    out = value;
    return true;
}

template <std::uint64_t Knobs::*field, std::uint64_t least, std::uint64_t most>
bool set_number(Knobs& knobs, std::string_view text) {
    return read_number(text, least, most, knobs.*field);
}

template <std::optional<std::uint64_t> Knobs::*field>
bool set_optional(Knobs& knobs, std::string_view text) {
    std::uint64_t value = 0;
    if (!read_number(text, 0, no_bound, value)) return false;
    knobs.*field = value;
    return true;
}

template <bool Knobs::*field>
bool set_switch(Knobs& knobs, std::string_view text) {
    if (text != "1" && text != "0" && text != "true" && text != "false") return false;
    knobs.*field = text == "1" || text == "true";
    return true;
}

bool set_status(Knobs& knobs, std::string_view text) {
    std::uint64_t value = 0;
    if (!read_number(text, 200, 599, value)) return false;
    knobs.status = static_cast<unsigned>(value);
    return true;
}

bool set_retry_after(Knobs& knobs, std::string_view text) {
    knobs.retry_after = text;
    return true;
}

bool set_malformed(Knobs& knobs, std::string_view text) {
    for (const KindName& entry : malformed_names) {
        if (entry.name != text) continue;
        knobs.malformed = entry.kind;
        return true;
    }
    return false;
}

bool set_die(Knobs& knobs, std::string_view text) {
    if (text == "no") knobs.die = Die::no;
    if (text == "before-header") knobs.die = Die::before_header;
    if (text == "after-answer") knobs.die = Die::after_answer;
    return text == "no" || text == "before-header" || text == "after-answer";
}

template <typename Value>
struct Name {
    std::string_view name;
    Value value;
};

constexpr std::array usage_form_names{
    Name<UsageForm>{"openai", UsageForm::usual},
    Name<UsageForm>{"total-only", UsageForm::total_only},
    Name<UsageForm>{"zero", UsageForm::zero},
    Name<UsageForm>{"floats", UsageForm::floats},
    Name<UsageForm>{"strings", UsageForm::strings},
    Name<UsageForm>{"reasoning-apart", UsageForm::reasoning_apart},
    Name<UsageForm>{"cached-on-top", UsageForm::cached_on_top},
    Name<UsageForm>{"in-choice", UsageForm::in_choice},
    Name<UsageForm>{"null", UsageForm::null},
};
constexpr std::array ending_names{
    Name<Ending>{"done", Ending::done},
    Name<Ending>{"finish-only", Ending::finish_only},
    Name<Ending>{"none", Ending::none},
    Name<Ending>{"error-first", Ending::error_first},
    Name<Ending>{"error-last", Ending::error_last},
};

/// Underscores are as good as hyphens.
template <typename Names, typename Value>
bool read_name(const Names& names, std::string_view text, Value& out) {
    std::string spelt(text);
    std::replace(spelt.begin(), spelt.end(), '_', '-');
    for (const auto& known : names) {
        if (known.name != spelt) continue;
        out = known.value;
        return true;
    }
    return false;
}

bool set_usage_form(Knobs& knobs, std::string_view text) {
    return read_name(usage_form_names, text, knobs.usage_form);
}

bool set_ending(Knobs& knobs, std::string_view text) {
    if (text == "usage-null" || text == "usage_null") {
        knobs.usage_form = UsageForm::null;
        return true;
    }
    return read_name(ending_names, text, knobs.ending);
}

bool set_answer_coding(Knobs& knobs, std::string_view text) {
    knobs.answer_coding = text;
    return is_coding(text);
}

bool set_refuse_fields(Knobs& knobs, std::string_view text) {
    knobs.refuse_fields = text;
    return true;
}

bool set_answer_header(Knobs& knobs, std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    std::string_view value = text.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    knobs.answer_headers.emplace_back(text.substr(0, colon), value);
    return true;
}

struct Knob {
    KnobName name;
    bool (*set)(Knobs&, std::string_view);
};

// A million tokens a choice is far more than any provider gives, and small enough to hold as text.
constexpr std::array knobs_table{
    Knob{{"latency-ms", "wait so long before the first byte of an answer", false},
         set_number<&Knobs::latency_ms, 0, 3'600'000>},
    Knob{{"chunk-delay-ms", "wait so long between the token events of a stream", false},
         set_number<&Knobs::chunk_delay_ms, 0, 3'600'000>},
    Knob{{"tokens", "output tokens per choice, bounded by what the request allows (16)", false},
         set_number<&Knobs::tokens, 0, 1'000'000>},
    Knob{{"tokens-per-chunk", "tokens in one event of a stream (1)", false},
         set_number<&Knobs::tokens_per_chunk, 1, 1'000'000>},
    Knob{{"answer-bytes", "pad the body of an answer to so many bytes", false},
         set_number<&Knobs::answer_bytes, 0, 1ULL << 40>},
    Knob{{"split-bytes", "write bodies in pieces of so many bytes, each a write of its own", false},
         set_number<&Knobs::split_bytes, 0, no_bound>},
    Knob{{"embedding-size", "numbers in an embedding where the request gives no dimensions (16)", false},
         set_number<&Knobs::embedding_size, 1, 4096>},
    Knob{{"input-tokens", "report so many input tokens instead of the number of words", false},
         set_optional<&Knobs::input_tokens>},
    Knob{{"die-after-chunks", "cut the connection after so many token events; 0: right after the header",
          false},
         set_optional<&Knobs::die_after_chunks>},
    Knob{{"die", "before-header: cut instead of answering; after-answer: cut after a keep-alive answer",
          false},
         set_die},
    Knob{{"status", "answer with this status; an error in the provider's shape from 300 on", false},
         set_status},
    Knob{{"retry-after", "Retry-After of error answers", false}, set_retry_after},
    Knob{{"malformed",
          "bad-json, bad-chunk, duplicate-content-length, te-and-cl, unknown-te, short-body, extra-bytes, "
          "garbage, huge-header, http10-close, status-1xx or compressed",
          false},
         set_malformed},
    Knob{{"answer-header", "\"name: value\" to add to the answer's header", false}, set_answer_header},
    Knob{{"usage-form",
          "openai, total-only, zero, floats, strings, reasoning-apart, cached-on-top, in-choice or null",
          false},
         set_usage_form},
    Knob{{"ending", "of streams: done, finish-only, none, error-first, error-last or usage-null", false},
         set_ending},
    Knob{{"answer-coding", "compress answers: gzip, deflate, raw-deflate, zstd or br", false},
         set_answer_coding},
    Knob{{"refuse-fields", "refuse bodies that have one of these members: a,b", false}, set_refuse_fields},
    Knob{{"refuse-status", "the status of these refusals (422)", false},
         set_number<&Knobs::refuse_status, 400, 599>},
    Knob{{"polls", "a background response is asked for so often before it is done (1)", false},
         set_number<&Knobs::polls, 0, 1'000'000>},
    Knob{{"until-close", "delimit streams by the connection's end", true}, set_switch<&Knobs::until_close>},
    Knob{{"early-answer", "answer the status (or 413) before the body is read, and read no more", true},
         set_switch<&Knobs::early_answer>},
    Knob{{"omit-usage", "leave usage out of answers", true}, set_switch<&Knobs::omit_usage>},
    Knob{{"tool-calls", "call the first tool of requests that bring tools", true},
         set_switch<&Knobs::tool_calls>},
    Knob{{"stop-reading", "read no request body, and wait until the client leaves", true},
         set_switch<&Knobs::stop_reading>},
    Knob{{"close", "answer with Connection: close", true}, set_switch<&Knobs::close>},
};

constexpr auto names = [] {
    std::array<KnobName, knobs_table.size()> result{};
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = knobs_table[i].name;
    return result;
}();

}  // namespace

std::span<const KnobName> knob_names() {
    return names;
}

std::string set_knob(Knobs& knobs, std::string_view name, std::string_view value) {
    for (const Knob& knob : knobs_table) {
        if (knob.name.name != name) continue;
        if (knob.set(knobs, value)) return {};
        return std::string(name) + ": unusable value: " + std::string(value) + " (" +
               std::string(knob.name.help) + ")";
    }
    return "no such knob: " + std::string(name);
}

}  // namespace weir::mock
