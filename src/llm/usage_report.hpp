// One report of usage, in whichever words it is given. Inside the room alone.
#pragma once

#include <cstdint>
#include <optional>

#include "llm/api.hpp"
#include "llm/json_document.hpp"

namespace weir::llm {

/// Nothing but embeddings, scores or verdicts comes out of it.
bool has_no_output(Api api) noexcept;

struct UsageReport {
    std::optional<std::int64_t> input;   ///< Anthropic's leaves out what was read from or written to a cache
    std::optional<std::int64_t> output;  ///< with all reasoning
    std::optional<std::int64_t> cached;
    std::optional<std::int64_t> cache_creation;
    bool cache_is_apart = false;  ///< cached and cache_creation are no part of `input`
    bool is_by_time = false;      ///< what is billed are seconds: there are no tokens

    bool is_empty() const noexcept { return !input && !output && !cached && !cache_creation && !is_by_time; }
    /// Some of it is not zero.
    bool says_something() const noexcept;
    /// What another one of several results says of itself.
    void add(const UsageReport& other) noexcept;
};

/// `usage`: an object of that or a like name, or the whole of an answer that gives its counts among its
/// members.
UsageReport read_usage_report(dom::object usage, Api api) noexcept;

}  // namespace weir::llm
