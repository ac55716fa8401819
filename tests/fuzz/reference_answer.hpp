// From the documents of an answer to what it used, as reference_usage.hpp reads each report.
#pragma once

#include <map>
#include <set>

#include "fuzz/reference_usage.hpp"

namespace weir::fuzz {

inline bool is_one_of(const std::string& name, std::initializer_list<const char*> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

inline bool is_blank(const Json& value) {
    if (value.is_string()) return value.get_ref<const std::string&>().empty();
    if (value.is_structured()) return value.empty();
    return !(value.is_boolean() && value.get<bool>());
}

class ReferenceReader {
public:
    ReferenceReader(llm::Api api, bool is_plain) : api_(api), is_plain_(is_plain) {}

    void read(const Json& document);
    void finish() {
        if (!used.output_tokens && last_output_) used.output_tokens = last_output_;
        if (api_ == llm::Api::embeddings && !used.failed) used.output_tokens = 0;
    }

    llm::TappedUsage used;

private:
    struct Document {
        std::optional<Report> usage;
        std::int64_t texts = 0;
        bool has_choices = false, names_choices = false, has_usage = false, is_error = false, is_last = false,
             has_stopped = false, has_counts = false, is_response = false, is_bare_chunk = true,
             names_stop = false, is_several = false, is_running = false, is_running_itself = false;
        std::optional<std::uint64_t> index;
        std::string type, status;
        std::set<std::uint64_t> seen, finished;
    };

    void judge(Document& found, const Json& document) const;
    void note(Document& found);
    void take(Document& found, const std::string& name, const Json& value) const;
    void take_usage(Document& found, const Json& value) const;
    void take_results(Document& found, const std::string& name, const Json& value) const;
    void take_choices(Document& found, const Json& value) const;
    static bool any_text(const Json& object, std::initializer_list<const char*> more);
    void note_usage(const Report& report, bool is_running, bool is_first);

    llm::Api api_;
    bool is_plain_;
    std::int64_t texts_ = 0;
    Count last_output_;
    bool has_final_ = false, is_error_ = false, error_has_usage_ = false;
    std::int64_t uncached_ = 0, creation_ = 0;
    std::set<std::uint64_t> seen_, finished_;
    std::map<std::uint64_t, Report> results_;
};

inline bool is_error_code(const Json& value) {
    if (value.is_number_integer()) return value != 0 && value != 200;
    return value.is_string() && value != "";
}

/// An error by other signs than `error`.
inline bool is_bare_error(const Json& document) {
    bool is_certain = false, has_code = false, has_message = false;
    for (const auto& [name, value] : document.items()) {
        if (is_one_of(name, {"data", "embedding", "embeddings", "images", "result", "results", "output",
                             "outputs", "choices", "candidates"}) &&
            !is_blank(value))
            return false;
        if (is_one_of(name, {"error_code", "error_type"}) && is_error_code(value)) is_certain = true;
        if (name == "error" && is_error_code(value)) is_certain = true;
        if (is_one_of(name, {"code", "errors"}) && is_error_code(value)) has_code = true;
        if (name == "status" && value == "error") has_code = true;
        if (name == "detail" && !is_blank(value)) is_certain = true;
        if (is_one_of(name, {"message", "error_msg", "error_message"}) && value.is_string() && value != "")
            has_message = true;
    }
    return is_certain || (has_code && has_message);
}

/// Members of an object that hold text: those of text's own names, and some more.
inline bool ReferenceReader::any_text(const Json& object, std::initializer_list<const char*> more) {
    for (const auto& [name, value] : object.items()) {
        const bool is_inner = is_one_of(name, {"arguments", "name", "data", "result", "url", "image_url",
                                               "embedding", "embeddings", "images", "generated_text"});
        if (((is_text_name(name) && !is_inner) || is_one_of(name, more)) && holds_text(value)) return true;
    }
    return false;
}

inline void ReferenceReader::take_usage(Document& found, const Json& value) const {
    if (!value.is_object()) return;
    const Report report = read_report(at(value, "usage").is_object() ? at(value, "usage") : value, api_);
    if (report.is_empty()) return;
    if (!found.usage || report.says_something()) found.usage = report;
}

inline void ReferenceReader::take_choices(Document& found, const Json& value) const {
    found.names_choices = true;
    if (!value.is_array()) return;
    std::uint64_t position = 0;
    for (const Json& choice : value) {
        if (!choice.is_object()) continue;
        found.has_choices = true;
        std::uint64_t index = position++;
        bool is_finished = false;
        bool has_text = false;
        for (const auto& [name, member] : choice.items()) {
            if (name == "index" && member.is_number_integer() && member >= 0)
                index = member.get<std::uint64_t>();
            if (is_one_of(name, {"finish_reason", "finishReason"}))
                is_finished = member.is_string() && member != "";
            if (name == "usage") take_usage(found, member);
            if (is_one_of(name, {"error", "errors"}) && !is_blank(member)) found.is_error = true;
        }
        has_text = any_text(choice, {"delta", "message", "content", "tool_calls", "function_call"});
        found.seen.insert(index % 64);
        if (is_finished) found.finished.insert(index % 64);
        if (has_text) ++found.texts;
    }
}

/// Whether text is in an answer within the answer.
inline bool has_text_of_result(const Json& result) {
    for (const auto& [name, value] : result.items()) {
        const bool is_inner = is_one_of(name, {"arguments", "name", "data", "result", "url", "image_url",
                                               "embedding", "embeddings", "images"});
        const bool may_hold =
            (is_text_name(name) && !is_inner) ||
            is_one_of(name, {"response", "message", "choices", "output", "outputs", "tool_calls"});
        if (may_hold && holds_text(value)) return true;
    }
    return false;
}

inline void ReferenceReader::take_results(Document& found, const std::string& name, const Json& value) const {
    if (name == "result" && value.is_object()) {
        if (value.contains("usage")) take_usage(found, value["usage"]);
        if (has_text_of_result(value)) ++found.texts;
    }
    if (name != "results" || !value.is_array()) return;
    Report sum;
    bool all_stopped = !value.empty();
    for (const Json& result : value) {
        if (!result.is_object()) continue;
        sum.add(read_report(result, api_));
        const Json& reason = at(result, "stop_reason");
        all_stopped = all_stopped && reason.is_string() && reason != "not_finished";
        if (has_text_of_result(result)) ++found.texts;
    }
    found.is_last = found.is_last || all_stopped;
    found.is_running = found.is_running || !all_stopped;
    if (!sum.is_empty() && (!found.usage || sum.says_something())) found.usage = sum;
}

inline void ReferenceReader::take(Document& found, const std::string& name, const Json& value) const {
    const std::string text = value.is_string() ? value.get<std::string>() : "";
    if (is_one_of(name, {"choices", "candidates"})) take_choices(found, value);
    if (name == "usage") found.has_usage = value.is_object();
    if (is_one_of(name, {"usage", "usageMetadata", "usage_metadata", "x_groq", "meta", "tokens"}))
        take_usage(found, value);
    if (name == "x_groq" && value.is_object() && value.contains("error") && !is_blank(value["error"]))
        found.is_error = true;
    if (name == "meta_info" && value.is_object()) {
        take_usage(found, value);
        found.is_several = true;
        found.is_running = at(value, "finish_reason").is_null() && at(value, "finishReason").is_null();
    }
    if (name == "index" && value.is_number_integer() && value >= 0) found.index = value.get<std::uint64_t>();
    if (name == "stop") found.names_stop = value.is_boolean();
    if (name == "stop_reason" && !text.empty()) found.is_last = true;
    take_results(found, name, value);
    if (is_one_of(name, {"timings", "prompt_eval_count", "eval_count", "tokens_evaluated", "tokens_predicted",
                         "prompt_token_count", "candidates_token_count", "candidatesTokenCount",
                         "promptTokenCount", "responseTokenCount", "generation_token_count"}))
        found.has_counts = true;
    if (name == "details" && value.is_object() && value.contains("generated_tokens"))
        take_usage(found, value);
    if (is_one_of(name, {"type", "event_type"})) found.type = text;
    if (name == "object" && text == "error") found.is_error = true;
    if (name == "object") found.is_response = found.is_response || text == "response";
    if (name == "status") found.status = text;
    if (is_one_of(name, {"error", "errors"}) && !is_blank(value)) found.is_error = true;
    if (name == "base_resp" && at(value, "status_code").is_number_integer() && at(value, "status_code") != 0)
        found.is_error = true;
    if (is_one_of(name, {"done", "stop", "is_finished"}) && value == true) found.is_last = true;
    if (name == "promptFeedback" && value.is_object() && value.contains("blockReason")) found.is_last = true;
    if (name == "generated_text" && value.is_string()) found.is_last = true;
    const bool is_text = is_text_name(name) && !is_one_of(name, {"content", "arguments", "name", "data",
                                                                 "result", "url", "image_url", "embedding",
                                                                 "embeddings", "images", "generated_text"});
    const bool is_holder = is_one_of(name, {"content", "content_block", "output", "outputs", "generations",
                                            "token", "tool_calls", "function_call", "generated_text"});
    if ((is_text && !text.empty()) || (is_holder && holds_text(value))) ++found.texts;
    if (is_one_of(name, {"delta", "response", "result"}) && !text.empty()) ++found.texts;
    if (!value.is_object()) return;
    if (is_one_of(name, {"message", "delta"})) {
        if (value.contains("usage")) take_usage(found, value["usage"]);
        const bool has_text = name == "message"
                                  ? any_text(value, {"content", "tool_calls", "function_call"})
                                  : any_text(value, {"content", "message", "tool_calls", "function_call"});
        if (has_text) ++found.texts;
    }
    if (name == "delta" && value.contains("stop_reason"))
        found.has_stopped = value["stop_reason"].is_string() && value["stop_reason"] != "";
    if (name != "response") return;
    found.is_response = true;
    for (const auto& [inner, member] : value.items()) {
        if (is_one_of(inner, {"usage", "meta", "usageMetadata", "usage_metadata"})) take_usage(found, member);
        if (inner == "status") found.status = member.is_string() ? member.get<std::string>() : "";
        if (is_one_of(inner, {"error", "errors"}) && !is_blank(member)) found.is_error = true;
    }
}

inline void ReferenceReader::note_usage(const Report& report, bool is_running, bool is_first) {
    if (report.is_by_time && !is_first) {
        used.input_tokens = report.input.value_or(0);
        used.output_tokens = report.output.value_or(0);
        return;
    }
    if (report.cached.value_or(0) > 0) used.cached_input_tokens = *report.cached;
    if (!report.cache_is_apart && report.input.value_or(0) > 0) used.input_tokens = report.input;
    if (report.cache_is_apart) {
        if (report.input.value_or(0) > 0) uncached_ = *report.input;
        if (report.creation.value_or(0) > 0) creation_ = *report.creation;
        const Count all = sum(sum(uncached_, creation_), used.cached_input_tokens);
        if (*all > 0) used.input_tokens = all;
    }
    if (!report.output) return;
    used.output_seen = std::max(used.output_seen, *report.output);
    if (is_first) return;
    if (*report.output == 0) {
        const bool has_none = api_ == llm::Api::embeddings;
        if (has_none || (!is_running && texts_ == 0 && !last_output_)) used.output_tokens = 0;
        return;
    }
    last_output_ = report.output;
    used.output_tokens = is_running ? Count{} : report.output;
    has_final_ = has_final_ || !is_running;
}

inline void ReferenceReader::read(const Json& document) {
    Document found;
    judge(found, document);
    note(found);
}

/// What the document says by itself.
inline void ReferenceReader::judge(Document& found, const Json& document) const {
    for (const auto& [name, value] : document.items()) take(found, name, value);
    if (found.has_counts) {
        const Report own = read_report(document, api_);
        if (!found.usage || !found.usage->says_something()) {
            found.usage = own;
        } else if (!found.usage->cached) {
            found.usage->cached = own.cached;
        }
    }
    if (found.type == "error" || found.type == "response.failed") found.is_error = true;
    if (found.is_response && found.status == "failed") found.is_error = true;
    const bool has_nothing = found.texts == 0 && !found.has_choices && !found.usage;
    if (!found.is_error && has_nothing) found.is_error = is_bare_error(document);
    if (api_ == llm::Api::ollama_chat && found.is_last && !found.is_error) {
        if (!found.usage) found.usage.emplace();
        if (!found.usage->output) found.usage->output = 0;
    }
    const bool may_hold_text =
        found.type.empty() || found.names_choices || found.type.ends_with("delta") ||
        found.type.ends_with(".partial_image") ||
        is_one_of(found.type, {"content_block_start", "text-generation", "message", "completion"});
    if (!may_hold_text && !is_plain_) found.texts = 0;
    if (is_plain_) found.texts = std::min<std::int64_t>(found.texts, 1);
    found.is_running_itself = found.type == "message_start" || found.is_running ||
                              (found.type == "message_delta" && !found.has_stopped) ||
                              (found.has_counts && !found.has_usage && !found.is_last);
    const bool is_llama = found.index && (found.names_stop || (found.has_counts && found.usage));
    if ((found.is_several || is_llama) && !is_plain_ && !found.names_choices) {
        found.is_several = true;
        if (found.index) {
            found.seen.insert(*found.index % 64);
            if (found.is_last || (!is_llama && !found.is_running)) found.finished.insert(*found.index % 64);
            found.is_last = false;
        }
    } else {
        found.is_several = false;
    }
}

/// What it means behind all that came before.
inline void ReferenceReader::note(Document& found) {
    texts_ += found.texts;
    used.output_seen = std::max(used.output_seen, texts_);
    if (found.texts > 0 && used.output_tokens == 0) used.output_tokens.reset();
    seen_.insert(found.seen.begin(), found.seen.end());
    finished_.insert(found.finished.begin(), found.finished.end());
    const bool is_first = found.type == "message_start";
    bool has_open_choices = false;
    for (const std::uint64_t choice : found.seen)
        has_open_choices = has_open_choices || !finished_.contains(choice);
    const bool is_running = has_open_choices || found.is_running_itself;
    const bool says_something = found.usage && found.usage->says_something();
    if (found.is_several && found.usage && !is_first) {
        const auto [place, is_new] = results_.try_emplace(found.index.value_or(0), *found.usage);
        if (!is_new && says_something) place->second = *found.usage;
        found.usage = Report{};
        for (const auto& [index, report] : results_) found.usage->add(report);
    }
    if (found.usage) note_usage(*found.usage, is_running && !is_plain_, is_first);
    if (found.is_error) {
        is_error_ = true;
        error_has_usage_ = says_something;
    }
    if (is_error_) used.failed = texts_ == 0 && !error_has_usage_ && !has_final_;
    if (used.failed && api_ == llm::Api::embeddings) used.output_tokens.reset();
    const bool is_last_type =
        is_one_of(found.type, {"message_stop", "response.completed", "response.incomplete", "response.failed",
                               "response.cancelled", "image_generation.completed", "transcript.text.done",
                               "speech.audio.done", "image_edit.completed", "message-end", "stream-end",
                               "error", "response.done"});
    const bool is_usage_chunk = found.has_usage && !found.has_choices && !found.is_error &&
                                found.texts == 0 && (found.type.empty() || found.names_choices) &&
                                (says_something || texts_ > 0);
    const bool all_finished = !found.finished.empty() && seen_ == finished_;
    if (is_plain_ || is_last_type || found.is_last || found.has_stopped || found.is_error || all_finished ||
        is_usage_chunk) {
        used.ended = true;
        finish();
    }
}

}  // namespace weir::fuzz
