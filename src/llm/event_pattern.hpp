// Most events of a stream say what the one before them said, but for a piece of text: these need no parsing.
// Inside the room alone.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "llm/answer_facts.hpp"

namespace weir::llm {

/// One document, and which strings in it may have another text without any of its facts being another: all
/// that is asked of them is whether they are empty.
class EventPattern {
public:
    /// `json` is sound, and these are its facts. Without effect where they hold more than text.
    void learn(std::string_view json, const AnswerFacts& facts);
    /// Those that parsing would find; nullptr: it has to be parsed.
    const AnswerFacts* facts_of(std::string_view json) noexcept;

private:
    static constexpr std::size_t bytes_max = 2 << 10;
    static constexpr std::size_t gaps_max = 4;
    /// A stream whose events always differ is not learned over and over.
    static constexpr int vain_lessons_max = 8;

    /// What stands between the quotes of a string.
    struct Gap {
        std::size_t begin = 0;
        std::size_t end = 0;
    };

    void find_gaps() noexcept;

    std::string json_;
    std::array<Gap, gaps_max> gaps_{};
    std::size_t gap_count_ = 0;  ///< 0: nothing is known
    AnswerFacts facts_;
    int vain_lessons_ = 0;  ///< since an event fitted last
};

}  // namespace weir::llm
