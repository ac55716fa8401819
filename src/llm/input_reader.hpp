// Walks the parts of a body that become input tokens, checks their types, and sums up their size.
// Inside the room alone.
#pragma once

#include <string_view>

#include "llm/call_fields.hpp"
#include "llm/media_cost.hpp"

namespace weir::llm {

/// Errors are thrown as CallError. Every member of a message or part is looked at, so that a member given
/// twice counts twice: the safe side.
class InputReader {
public:
    InputReader(Api api, std::string_view model, InputSize& size) noexcept
        : api_(api), model_(model), size_(size) {}

    /// chat completions, Anthropic messages: a non-empty array of messages.
    void messages(dom::element value, const Where& where);
    /// Responses: a string or an array of items.
    void items(dom::element value, const Where& where);
    /// A string, or an array of parts.
    void content(dom::element value, const Where& where);
    /// An array of tool or function definitions, shown to the model as a rendering of their JSON.
    void tools(dom::element value, const Where& where);
    /// JSON that the model gets to see: arguments, schemas.
    void json(dom::element value);
    void text(std::string_view text) noexcept { size_.text.add(text); }
    /// completions' prompt and embeddings' input: a string, strings, tokens, or arrays of tokens. How many
    /// texts.
    std::int64_t texts_or_tokens(dom::element value, const Where& where);

private:
    void message(dom::element value, const Where& where);
    void part(dom::element value, const Where& where);
    void part_member(std::string_view type, std::string_view name, dom::element value, const Where& where);
    void image_url(dom::object part, dom::element value, const Where& where);
    void input_audio(dom::element value, const Where& where);
    void file(dom::element value, const Where& where);
    void file_data(std::string_view data);
    void anthropic_source(std::string_view type, dom::element value, const Where& where);
    std::int64_t token_array(dom::array values, const Where& where);
    /// JSON that is sent along, but hardly as tokens: the bound alone counts it.
    void unread(dom::element value) noexcept;
    void add(const MediaCost& cost) noexcept;

    Api api_;
    std::string_view model_;
    InputSize& size_;
};

}  // namespace weir::llm
