// The counterpart of what JsonDigest watches for, on a parsed document.
#include "llm/generated_text.hpp"

#include "llm/answer_key.hpp"

namespace weir::llm {

namespace {

/// simdjson bounds the depth.
bool has_text(dom::element value, bool string_is_text) noexcept {
    std::string_view text;
    dom::object object;
    dom::array array;
    if (!value.get(text)) return string_is_text && !text.empty();
    if (!value.get(object)) {
        for (const dom::key_value_pair field : object) {
            if (has_text(field.value, is_text_within(answer_key(field.key)))) return true;
        }
        return false;
    }
    if (value.get(array)) return false;
    for (const dom::element element : array) {
        if (has_text(element, false)) return true;
    }
    return false;
}

}  // namespace

bool has_generated_text(dom::element value) noexcept {
    return has_text(value, true);
}

}  // namespace weir::llm
