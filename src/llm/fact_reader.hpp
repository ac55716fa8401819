// Collects the facts of one document from its members, one by one. Inside the room alone.
#pragma once

#include "llm/answer_facts.hpp"
#include "llm/answer_key.hpp"

namespace weir::llm {

/// The members that occur, by their keys.
class FactReader {
public:
    FactReader(dom::object document, Api api, AnswerFacts& facts) noexcept
        : document_(document), api_(api), facts_(facts) {}
    void read(bool is_plain, bool has_more_text) noexcept;

private:
    void take(AnswerKey key, dom::element value) noexcept;
    void take_sign(AnswerKey key, dom::element value) noexcept;
    void take_choices(dom::element value) noexcept;
    void take_usage(dom::element value) noexcept;
    void take_message(dom::element value) noexcept;
    void take_delta(dom::element value) noexcept;
    void take_response(dom::element value) noexcept;
    void take_details(dom::element value) noexcept;
    void take_result(dom::element value) noexcept;
    void take_results(dom::element value) noexcept;
    void take_meta_info(dom::element value) noexcept;
    void note_text(dom::element value) noexcept;
    void judge(bool is_plain) noexcept;
    void judge_error() noexcept;
    void judge_index(bool is_plain) noexcept;

    dom::object document_;
    Api api_;
    AnswerFacts& facts_;
    std::string_view type_;
    bool has_counts_ = false;  ///< among its own members: Ollama, llama.cpp
    bool names_choices_ = false;
    bool has_choices_ = false;   ///< at least one
    bool has_usage_ = false;     ///< `usage` is an object
    bool may_be_error_ = false;  ///< some member is like those of bare errors
    bool names_stop_ = false;    ///< llama.cpp
    bool is_running_ = false;    ///< SGLang: not finished yet
    bool is_object_response_ = false;
    bool is_last_ = false;
    bool has_stopped_ = false;
};

}  // namespace weir::llm
