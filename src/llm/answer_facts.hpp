// What one JSON document of an answer says: a plain answer, an event, a line, an element. Inside the room
// alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "llm/usage_report.hpp"

namespace weir::llm {

/// Choices beyond this many share their places.
inline constexpr std::size_t choice_places = 64;

struct AnswerFacts {
    std::optional<UsageReport>
        usage;  ///< of all places where it may stand, one that says something before others
    bool usage_is_running =
        false;  ///< more output follows; so it does, too, where a choice in it has not ended yet
    bool usage_is_first = false;  ///< hardly any output came before it: message_start
    /// It is one of several results that are used up each for itself, this one of them where that is said.
    bool is_one_of_several = false;
    std::optional<std::uint64_t> index;
    std::int64_t texts = 0;  ///< pieces of new output in it: at least one token each

    std::uint64_t choices = 0;           ///< those that occur, a bit each
    std::uint64_t finished_choices = 0;  ///< those of them that are at their end
    bool ends = false;  ///< the protocol says that this is the last, or that nothing of substance follows
    bool is_error = false;
    /// Usage, no choices, and nothing that a client could miss: what include_usage adds.
    bool is_usage_chunk = false;
    bool is_usage_alone = false;  ///< the same, whatever else may be in it that is no output

    // Responses API.
    bool is_response = false;
    std::string_view response_id;
    std::string_view response_status;
};

/// `is_plain`: the document is the whole answer. `has_more_text`: the document is a digest, and there was
/// text in what it leaves out.
AnswerFacts read_answer_facts(dom::object document, Api api, bool is_plain, bool has_more_text) noexcept;

}  // namespace weir::llm
