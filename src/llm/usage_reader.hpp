// What the usage objects and events of an answer say. Inside the room alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "llm/json_document.hpp"
#include "llm/usage_tap.hpp"

namespace weir::llm {

class UsageReader {
public:
    explicit UsageReader(Api api) noexcept : api_(api) {}

    /// The outermost `usage` of a plain answer.
    void read_answer_usage(const std::string& json);
    /// The data of one event. True: a chunk with usage and nothing else, as include_usage adds one.
    bool read_event(const std::string& data);
    /// A plain answer is complete.
    void end() noexcept { usage_.ended = true; }

    const TappedUsage& usage() const noexcept { return usage_; }

private:
    /// One usage object, in either vocabulary.
    struct Report {
        std::optional<std::int64_t> input;
        std::optional<std::int64_t> output;
        std::optional<std::int64_t> cached;
        std::optional<std::int64_t> cache_creation;
        std::optional<std::int64_t> total;
        bool is_openai = false;

        bool is_all_zero() const noexcept;
    };

    static Report read_report(dom::object usage) noexcept;
    void note_input(const Report& report, bool is_anthropic) noexcept;
    void note_running_output(std::int64_t tokens) noexcept;
    void note_final(const Report& report, bool is_anthropic) noexcept;
    void note_delta() noexcept;
    void read_chunk(dom::object chunk) noexcept;
    void read_typed_event(std::string_view type, dom::object event) noexcept;
    void read_anthropic_event(std::string_view type, dom::object event) noexcept;
    void finish_stream() noexcept;

    Api api_;
    TappedUsage usage_;
    std::int64_t deltas_ = 0;
    std::optional<std::int64_t> last_output_;
    // Anthropic's input is the sum of three numbers that may come apart.
    std::int64_t uncached_ = 0;
    std::int64_t cache_creation_ = 0;
};

}  // namespace weir::llm
