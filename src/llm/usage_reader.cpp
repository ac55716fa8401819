// Chunks of chat completions and completions; events of Responses, Anthropic messages and others.
#include "llm/usage_reader.hpp"

#include <algorithm>
#include <array>

#include "weir/limit.hpp"

namespace weir::llm {

namespace {

std::optional<dom::object> find_object(dom::object parent, std::string_view name) noexcept {
    dom::object object;
    if (parent.at_key(name).get(object)) return std::nullopt;
    return object;
}

std::string_view find_text(dom::object parent, std::string_view name) noexcept {
    std::string_view text;
    if (parent.at_key(name).get(text)) return {};
    return text;
}

/// A provider's numbers are not trusted beyond amount_max; what is negative or no integer is no number.
std::optional<std::int64_t> find_count(dom::object parent, std::string_view name) noexcept {
    std::uint64_t count = 0;
    if (parent.at_key(name).get(count)) return std::nullopt;
    return static_cast<std::int64_t>(std::min(count, static_cast<std::uint64_t>(amount_max)));
}

template <typename... Rest>
std::optional<std::int64_t> find_count(dom::object parent, std::string_view name, Rest... others) noexcept {
    const auto count = find_count(parent, name);
    return count ? count : find_count(parent, others...);
}

std::int64_t clamped_sum(std::int64_t a, std::int64_t b) noexcept {
    return std::min(a + b, amount_max);
}

bool has_tool_text(dom::object function) noexcept {
    return !find_text(function, "arguments").empty() || !find_text(function, "name").empty();
}

/// Something was generated in this delta: at least one token of it.
bool is_delta_of_substance(dom::object delta) noexcept {
    for (const std::string_view name : {"content", "reasoning_content", "reasoning", "refusal"}) {
        if (!find_text(delta, name).empty()) return true;
    }
    if (const auto function = find_object(delta, "function_call"); function && has_tool_text(*function))
        return true;
    dom::array calls;
    if (delta.at_key("tool_calls").get(calls)) return false;
    for (const dom::element call : calls) {
        dom::object members;
        if (call.get(members)) continue;
        const auto function = find_object(members, "function");
        if (function && has_tool_text(*function)) return true;
    }
    return false;
}

bool is_choice_of_substance(dom::object choice) noexcept {
    if (!find_text(choice, "text").empty()) return true;
    const auto delta = find_object(choice, "delta");
    return delta && is_delta_of_substance(*delta);
}

bool is_empty(dom::element value) noexcept {
    dom::array array;
    dom::object object;
    if (!value.get(array)) return array.begin() == array.end();
    if (!value.get(object)) return object.begin() == object.end();
    return value.is_null();
}

/// `choices` empty, `usage` there, and nothing that a client could miss.
bool is_bare_usage_chunk(dom::object chunk) noexcept {
    dom::array choices;
    if (chunk.at_key("choices").get(choices) || choices.begin() != choices.end()) return false;
    if (!find_object(chunk, "usage")) return false;
    for (const std::string_view name : {"moderation", "prompt_filter_results", "error"}) {
        dom::element value;
        if (!chunk.at_key(name).get(value) && !is_empty(value)) return false;
    }
    return true;
}

}  // namespace

bool UsageReader::Report::is_all_zero() const noexcept {
    return input.value_or(0) == 0 && output.value_or(0) == 0 && cached.value_or(0) == 0 &&
           cache_creation.value_or(0) == 0;
}

UsageReader::Report UsageReader::read_report(dom::object usage) noexcept {
    Report report;
    report.input = find_count(usage, "prompt_tokens", "input_tokens");
    report.output = find_count(usage, "completion_tokens", "output_tokens");
    report.total = find_count(usage, "total_tokens");
    report.cache_creation = find_count(usage, "cache_creation_input_tokens");
    report.cached = find_count(usage, "cache_read_input_tokens");
    for (const std::string_view name : {"prompt_tokens_details", "input_tokens_details"}) {
        const auto details = find_object(usage, name);
        if (!details) continue;
        report.is_openai = true;
        if (const auto cached = find_count(*details, "cached_tokens")) report.cached = cached;
    }
    report.is_openai =
        report.is_openai || find_count(usage, "prompt_tokens").has_value() || report.total.has_value();
    return report;
}

void UsageReader::note_input(const Report& report, bool is_anthropic) noexcept {
    if (report.cached) usage_.cached_input_tokens = *report.cached;
    if (!is_anthropic) {
        if (report.input) usage_.input_tokens = report.input;
        return;
    }
    // Anthropic's input_tokens leave out what was read from or written to the cache.
    if (report.input) uncached_ = *report.input;
    if (report.cache_creation) cache_creation_ = *report.cache_creation;
    if (!report.input && !usage_.input_tokens) return;
    usage_.input_tokens = clamped_sum(clamped_sum(uncached_, cache_creation_), usage_.cached_input_tokens);
}

void UsageReader::note_running_output(std::int64_t tokens) noexcept {
    last_output_ = tokens;
    usage_.output_seen = std::max(usage_.output_seen, tokens);
}

void UsageReader::note_final(const Report& report, bool is_anthropic) noexcept {
    note_input(report, is_anthropic);
    std::optional<std::int64_t> output = report.output;
    // Embeddings report no output; their total says that there was none.
    if (!output && report.input && report.total)
        output = std::max<std::int64_t>(*report.total - *report.input, 0);
    if (!output && report.input && api_ == Api::embeddings) output = 0;
    if (!output) return;
    note_running_output(*output);
    usage_.output_tokens = output;
}

void UsageReader::note_delta() noexcept {
    ++deltas_;
    usage_.output_seen = std::max(usage_.output_seen, deltas_);
}

void UsageReader::read_answer_usage(const std::string& json) {
    JsonDocument document;
    dom::object usage;
    if (document.parse(json) != simdjson::SUCCESS || document.root().get(usage)) return;
    const Report report = read_report(usage);
    const bool is_anthropic =
        api_ == Api::anthropic_messages || (api_ == Api::unmetered && !report.is_openai);
    note_final(report, is_anthropic);
}

bool UsageReader::read_event(const std::string& data) {
    if (data == "[DONE]") {
        finish_stream();
        return false;
    }
    JsonDocument document;
    dom::object event;
    if (document.parse(data) != simdjson::SUCCESS || document.root().get(event)) return false;
    const std::string_view type = find_text(event, "type");
    if (!type.empty()) {
        read_typed_event(type, event);
        return false;
    }
    read_chunk(event);
    return is_bare_usage_chunk(event);
}

void UsageReader::read_chunk(dom::object chunk) noexcept {
    dom::array choices;
    bool has_choices = false;
    bool all_finished = true;
    if (!chunk.at_key("choices").get(choices)) {
        for (const dom::element entry : choices) {
            has_choices = true;
            dom::object choice;
            if (entry.get(choice)) continue;
            if (is_choice_of_substance(choice)) note_delta();
            all_finished = all_finished && !find_text(choice, "finish_reason").empty();
        }
    }
    const auto usage = find_object(chunk, "usage");
    if (!usage) return;
    const Report report = read_report(*usage);
    if (has_choices && report.is_all_zero()) return;  // Ollama, before its last chunk
    if (all_finished) return note_final(report, false);
    // A running count: final only if it turns out to be the last.
    note_input(report, false);
    if (report.output) note_running_output(*report.output);
    usage_.output_tokens.reset();
}

void UsageReader::read_typed_event(std::string_view type, dom::object event) noexcept {
    const bool is_anthropic = type.starts_with("message_") || type.starts_with("content_block_");
    if (is_anthropic) return read_anthropic_event(type, event);
    if (type.ends_with(".delta") && !find_text(event, "delta").empty()) note_delta();
    if (const auto usage = find_object(event, "usage")) note_final(read_report(*usage), false);
    if (const auto response = find_object(event, "response")) {
        // Null until the end, and even there sometimes.
        if (const auto usage = find_object(*response, "usage")) note_final(read_report(*usage), false);
    }
    constexpr std::array<std::string_view, 3> ends{"response.completed", "response.incomplete",
                                                   "response.failed"};
    if (std::find(ends.begin(), ends.end(), type) != ends.end()) usage_.ended = true;
}

void UsageReader::read_anthropic_event(std::string_view type, dom::object event) noexcept {
    if (type == "message_stop") return finish_stream();
    const auto delta = find_object(event, "delta");
    if (type == "content_block_delta" && delta) {
        for (const std::string_view name : {"text", "thinking", "partial_json"}) {
            if (!find_text(*delta, name).empty()) return note_delta();
        }
        return;
    }
    auto usage = find_object(event, "usage");
    if (const auto message = find_object(event, "message"); message && !usage)
        usage = find_object(*message, "usage");
    if (!usage) return;
    const Report report = read_report(*usage);
    note_input(report, true);
    if (!report.output) return;
    note_running_output(*report.output);
    // Counts are cumulative; the one that comes with the reason to stop is the last.
    const bool has_stopped = delta && !find_text(*delta, "stop_reason").empty();
    if (has_stopped) usage_.output_tokens = report.output;
}

void UsageReader::finish_stream() noexcept {
    usage_.ended = true;
    if (last_output_) usage_.output_tokens = last_output_;
}

}  // namespace weir::llm
