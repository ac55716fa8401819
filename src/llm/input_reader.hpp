// Walks the parts of a body that become input tokens and sums up their size. Nothing is refused: what has no
// shape that weir knows is the provider's to judge, and its text counts wherever it stands.
// Inside the room alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "llm/call.hpp"
#include "llm/json_document.hpp"
#include "llm/media_cost.hpp"
#include "llm/member_names.hpp"

namespace weir::llm {

/// Every member is looked at, so that one given twice counts twice: the safe side.
class InputReader {
public:
    InputReader(Api api, std::string_view model, InputSize& size) noexcept
        : api_(api), model_(model), size_(size) {}

    /// One outermost member of the body. Those that are no input count in the bound alone.
    void member(Member member, std::string_view name, dom::element value);
    /// How many texts the prompts were, each of which is completed: at least 1.
    std::int64_t prompts() const noexcept { return std::max<std::int64_t>(prompts_ + embedded_prompts_, 1); }
    /// How many lists of messages there were, each of which is answered: at least 1.
    std::int64_t conversations() const noexcept { return std::max<std::int64_t>(conversations_, 1); }
    /// A reranker reads the query once with each document.
    void repeat_query(dom::object body);

private:
    // input_reader.cpp
    void messages(dom::element value);
    void count_conversations(dom::element value) noexcept;
    void message(dom::object members);
    void items(dom::element value);
    void item(dom::object members);
    void tools(dom::element value);
    void documents(dom::element value);
    /// A text, texts, tokens, arrays of tokens, objects that hold a text, and mixtures. How many texts.
    std::int64_t texts(dom::element value);
    /// JSON that the model gets to see: arguments, schemas.
    void json(dom::element value);
    void generation_config(dom::element value);
    /// JSON that is sent along, but hardly as tokens: the bound alone counts it.
    void unread(dom::element value) noexcept;
    void unread_member(std::string_view name, dom::element value) noexcept;
    void text(std::string_view text) noexcept { size_.text.add(text); }

    // input_parts.cpp
    /// A text, a part, or parts.
    void content(dom::element value);
    void part(dom::object members);
    void part_member(std::string_view type, std::string_view name, dom::element value);
    /// Of a message, an item or a part, known by no name: its texts count, but for ids, URLs and what is
    /// encoded.
    void other_member(std::string_view name, dom::element value);
    bool media_member(std::string_view type, std::string_view name, dom::element value);
    void image_url(dom::object part, dom::element value);
    void images(dom::element value);
    void image(std::string_view text);
    void audio(dom::element value);
    void file(dom::element value);
    void file_data(std::string_view data);
    void inline_data(dom::element value);
    void anthropic_source(std::string_view type, dom::object source);
    void add(const MediaCost& cost) noexcept;

    Api api_;
    std::string_view model_;
    InputSize& size_;
    std::int64_t prompts_ = 0;
    std::int64_t embedded_prompts_ = 0;
    std::int64_t conversations_ = 0;
    std::int64_t documents_ = 0;
};

}  // namespace weir::llm
