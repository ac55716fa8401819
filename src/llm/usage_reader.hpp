// What the documents of an answer say, one after another, becomes what it used. Inside the room alone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "llm/answer_facts.hpp"
#include "llm/event_pattern.hpp"
#include "llm/usage_tap.hpp"

namespace weir::llm {

class UsageReader {
public:
    explicit UsageReader(Api api) noexcept : api_(api) {}

    enum class Read : std::uint8_t {
        nothing,  ///< no JSON object
        something,
        usage_chunk  ///< one with usage and nothing else, as include_usage adds it
    };
    /// An event's data, a line or an element, as it came.
    Read read_piece(std::string& json);
    /// A plain answer that is short. False: it is no JSON object.
    bool read_whole(std::string_view json);
    enum class Place : std::uint8_t {
        whole,   ///< the document is the answer
        piece,   ///< an event's data or a line
        element  ///< of an outermost array
    };
    /// Any of them, reduced by JsonDigest.
    Read read_digest(std::string& json, bool has_text, Place place);
    /// A plain answer is complete, by its last bracket.
    void end_document() noexcept;
    /// It was none: another document follows it.
    void reopen() noexcept;
    /// An event that calls itself an error, whatever its data is.
    void note_error() noexcept;
    /// Before `finish`, of a document that was not closed, reduced by JsonDigest.
    void read_cut(std::string_view digest);
    /// The body has ended; `whole`: nothing is missing, as its framing says.
    void finish(bool whole) noexcept;

    const TappedUsage& usage() const noexcept { return usage_; }

private:
    void end() noexcept;
    Read take(const AnswerFacts& facts, bool is_plain);
    UsageReport sum_of_results(const AnswerFacts& facts);
    void note_texts(std::int64_t texts) noexcept;
    void note_usage(const UsageReport& report, bool is_running) noexcept;
    void note_input(const UsageReport& report) noexcept;
    void note_output(std::int64_t tokens, bool is_running) noexcept;
    void note_response(const AnswerFacts& facts);
    void judge_failure() noexcept;

    Api api_;
    TappedUsage usage_;
    std::int64_t texts_ = 0;
    std::optional<std::int64_t> last_output_;
    std::uint64_t choices_ = 0;
    std::uint64_t finished_choices_ = 0;
    bool is_error_ = false;
    bool error_has_usage_ = false;
    bool has_final_output_ = false;
    bool is_ended_by_protocol_ = false;
    // Anthropic's input is the sum of three numbers that may come apart.
    std::int64_t uncached_ = 0;
    std::int64_t cache_creation_ = 0;
    // Of several results in one answer: what each said last.
    struct Result {
        std::uint64_t index;
        UsageReport report;
    };
    std::vector<Result> results_;
    UsageReport more_results_;               ///< the sum of those beyond that many
    std::uint64_t elements_ = 0;             ///< of the outermost array, which may be such results
    std::unique_ptr<EventPattern> pattern_;  ///< of the pieces, once one had text
};

}  // namespace weir::llm
