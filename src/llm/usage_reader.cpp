// The last that says something counts. A zero is no report where something was plainly sent or received.
#include "llm/usage_reader.hpp"

#include <algorithm>
#include <charconv>

#include "llm/cut_answer.hpp"
#include "llm/json_digest.hpp"
#include "weir/limit.hpp"

namespace weir::llm {

namespace {

constexpr std::size_t response_id_bytes_max = 256;
constexpr std::size_t results_max = 1024;

std::int64_t clamped_sum(std::int64_t a, std::int64_t b) noexcept {
    return std::min(a + b, amount_max);
}

/// true, false, null or a number that the parser takes.
bool is_sound_word(std::string_view word) noexcept {
    if (word == "true" || word == "false" || word == "null") return true;
    std::string_view digits = word;
    if (digits.starts_with('-')) digits.remove_prefix(1);
    if (digits.empty() || digits.front() < '0' || digits.front() > '9') return false;
    if (digits.size() > 1 && digits.front() == '0' && digits[1] >= '0' && digits[1] <= '9') return false;
    const char* const last = word.data() + word.size();
    if (digits.find_first_not_of("0123456789") == std::string_view::npos) {
        std::int64_t count = 0;
        return std::from_chars(word.data(), last, count).ec == std::errc{};
    }
    double number = 0;
    const auto [end, error] = std::from_chars(word.data(), last, number);
    return error == std::errc{} && end == last && word.back() != '.' && word.find(".e") == word.npos &&
           word.find(".E") == word.npos;
}

/// What simdjson refuses and no count depends on: bytes that are no UTF-8, lone surrogates, control
/// characters; and numbers that are none, or too large, become null.
std::string repaired(std::string_view json) {
    constexpr std::string_view word_ends = " \t\r\n,:]}[{\"";
    std::string text;
    text.reserve(json.size() + simdjson::SIMDJSON_PADDING);
    bool in_string = false;
    for (std::size_t i = 0; i < json.size();) {
        const char c = json[i];
        if (!in_string && word_ends.find(c) == std::string_view::npos) {
            const std::size_t end = std::min(json.find_first_of(word_ends, i), json.size());
            const std::string_view word = json.substr(i, end - i);
            text.append(is_sound_word(word) ? word : "null");
            i = end;
            continue;
        }
        ++i;
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"') in_string = !in_string;
        if (c == '\\' && in_string && i < json.size()) {
            const bool is_kept = json[i] == '\\' || json[i] == '"';
            text.append(is_kept ? json.substr(i - 1, 2) : "??");
            ++i;
        } else {
            text.push_back(byte < 0x20 ? ' ' : byte >= 0x80 ? '?' : c);
        }
    }
    return text;
}

/// With white space around it or without.
bool is_done_marker(std::string_view data) noexcept {
    constexpr std::string_view marker = "[DONE]";
    constexpr std::string_view white_space = " \t\r\n";
    if (data.starts_with('{')) return false;
    const std::size_t first = std::min(data.find_first_not_of(white_space), data.size());
    data.remove_prefix(first);
    return data.starts_with(marker) &&
           data.find_first_not_of(white_space, marker.size()) == std::string_view::npos;
}

bool parse(JsonDocument& document, std::string& json, dom::object& object) {
    json.reserve(json.size() + simdjson::SIMDJSON_PADDING);
    return document.parse(json) == simdjson::SUCCESS && !document.root().get(object);
}

}  // namespace

UsageReader::Read UsageReader::read_piece(std::string& json) {
    const AnswerFacts* const known = pattern_ ? pattern_->facts_of(json) : nullptr;
    if (known != nullptr) return take(*known, false);
    if (is_done_marker(json)) {
        end();
        return Read::something;
    }
    JsonDocument document;
    dom::object object;
    if (!parse(document, json, object)) return Read::nothing;
    const AnswerFacts facts = read_answer_facts(object, api_, false, false);
    if (facts.texts > 0 && !pattern_) pattern_ = std::make_unique<EventPattern>();
    if (pattern_) pattern_->learn(json, facts);
    return take(facts, false);
}

bool UsageReader::read_whole(std::string_view json) {
    JsonDocument document;
    dom::object object;
    if (document.parse_copy(json) != simdjson::SUCCESS || document.root().get(object)) return false;
    (void)take(read_answer_facts(object, api_, true, false), true);
    return true;
}

UsageReader::Read UsageReader::read_digest(std::string& json, bool has_text, Place place) {
    JsonDocument document;
    dom::object object;
    if (!parse(document, json, object)) {
        json = repaired(json);
        if (!parse(document, json, object)) return Read::nothing;
    }
    const bool is_plain = place == Place::whole;
    AnswerFacts facts = read_answer_facts(object, api_, is_plain, has_text);
    if (place == Place::element && !facts.index) facts.index = elements_++;
    return take(facts, is_plain);
}

UsageReader::Read UsageReader::take(const AnswerFacts& facts, bool is_plain) {
    if (facts.texts > 0) note_texts(facts.texts);
    choices_ |= facts.choices;
    finished_choices_ |= facts.finished_choices;
    const bool says_something = facts.usage && facts.usage->says_something();
    if (facts.usage && facts.usage_is_first) {
        note_input(*facts.usage);
        usage_.output_seen = std::max(usage_.output_seen, facts.usage->output.value_or(0));
    } else if (facts.usage) {
        const bool has_open_choices = (facts.choices & ~finished_choices_) != 0;
        note_usage(facts.is_one_of_several ? sum_of_results(facts) : *facts.usage,
                   (facts.usage_is_running || has_open_choices) && !is_plain);
    }
    note_response(facts);
    if (facts.is_error) {
        is_error_ = true;
        error_has_usage_ = says_something;
    }
    if (is_error_) judge_failure();
    if (is_plain) return Read::something;
    const bool all_finished = facts.finished_choices != 0 && choices_ == finished_choices_;
    const bool is_last_chunk = facts.is_usage_alone && (says_something || texts_ > 0);
    if (facts.ends || all_finished || is_last_chunk) end();
    return facts.is_usage_chunk ? Read::usage_chunk : Read::something;
}

UsageReport UsageReader::sum_of_results(const AnswerFacts& facts) {
    const std::uint64_t index = facts.index.value_or(0);
    bool is_known = false;
    for (Result& result : results_) {
        if (result.index != index) continue;
        if (facts.usage->says_something()) result.report = *facts.usage;
        is_known = true;
    }
    if (!is_known && results_.size() < results_max) {
        results_.push_back({index, *facts.usage});
    } else if (!is_known && !facts.usage_is_running) {
        more_results_.add(*facts.usage);
    }
    UsageReport sum = more_results_;
    for (const Result& result : results_) sum.add(result.report);
    return sum;
}

void UsageReader::note_texts(std::int64_t texts) noexcept {
    texts_ += texts;
    usage_.output_seen = std::max(usage_.output_seen, texts_);
    if (usage_.output_tokens == 0) usage_.output_tokens.reset();
}

void UsageReader::note_usage(const UsageReport& report, bool is_running) noexcept {
    if (report.is_by_time) {
        // Nothing is counted in tokens: neither is charged more than what was seen.
        usage_.input_tokens = report.input.value_or(0);
        usage_.output_tokens = report.output.value_or(0);
        return;
    }
    note_input(report);
    if (report.output) note_output(*report.output, is_running);
}

void UsageReader::note_input(const UsageReport& report) noexcept {
    if (report.cached.value_or(0) > 0) usage_.cached_input_tokens = *report.cached;
    if (!report.cache_is_apart) {
        if (report.input.value_or(0) > 0) usage_.input_tokens = report.input;
        return;
    }
    if (report.input.value_or(0) > 0) uncached_ = *report.input;
    if (report.cache_creation.value_or(0) > 0) cache_creation_ = *report.cache_creation;
    const std::int64_t all = clamped_sum(clamped_sum(uncached_, cache_creation_), usage_.cached_input_tokens);
    if (all > 0) usage_.input_tokens = all;
}

void UsageReader::note_output(std::int64_t tokens, bool is_running) noexcept {
    if (tokens == 0) {
        const bool is_believed = !is_running && texts_ == 0 && !last_output_ && !has_no_output(api_);
        if (is_believed || has_no_output(api_)) usage_.output_tokens = 0;
        return;
    }
    last_output_ = tokens;
    usage_.output_seen = std::max(usage_.output_seen, tokens);
    if (is_running) {
        usage_.output_tokens.reset();
    } else {
        usage_.output_tokens = tokens;
        has_final_output_ = true;
    }
}

void UsageReader::note_response(const AnswerFacts& facts) {
    const bool may_be = api_ == Api::responses || api_ == Api::unmetered;
    if (!may_be || !facts.is_response) return;
    const bool is_kept =
        facts.response_id.size() <= response_id_bytes_max && facts.response_id != JsonDigest::shortened;
    if (is_kept && !facts.response_id.empty()) usage_.response_id = facts.response_id;
    if (!facts.response_status.empty())
        usage_.unfinished = facts.response_status == "queued" || facts.response_status == "in_progress";
}

void UsageReader::read_cut(std::string_view digest) {
    if (api_ != Api::responses || !usage_.response_id.empty()) return;
    const std::string_view id = id_of_cut_response(digest);
    if (id.size() <= response_id_bytes_max && id != JsonDigest::shortened) usage_.response_id = id;
}

void UsageReader::note_error() noexcept {
    is_error_ = true;
    judge_failure();
    end();
}

/// An error that came with usage, or behind output, is charged for that.
void UsageReader::judge_failure() noexcept {
    usage_.has_error = true;
    usage_.failed = texts_ == 0 && !error_has_usage_ && !has_final_output_;
    if (usage_.failed && has_no_output(api_)) usage_.output_tokens.reset();
}

void UsageReader::end() noexcept {
    is_ended_by_protocol_ = true;
    end_document();
}

void UsageReader::end_document() noexcept {
    usage_.ended = true;
    finish(true);
}

void UsageReader::reopen() noexcept {
    usage_.ended = is_ended_by_protocol_;
}

void UsageReader::finish(bool whole) noexcept {
    if (!whole) return;
    if (!usage_.output_tokens && last_output_) usage_.output_tokens = last_output_;
    if (has_no_output(api_) && !usage_.failed) usage_.output_tokens = 0;
}

}  // namespace weir::llm
