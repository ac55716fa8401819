// Which parser a text gets, and for how long.
#include "llm/json_document.hpp"

namespace weir::llm {

namespace {

constexpr std::size_t kept_text_bytes_max = 1 << 20;

}  // namespace

simdjson::error_code JsonDocument::parse(const std::string& text, std::size_t offset) {
    thread_local dom::parser kept;
    dom::parser* parser = &kept;
    if (text.size() > kept_text_bytes_max) {
        own_ = std::make_unique<dom::parser>();
        parser = own_.get();
    }
    const bool must_copy = text.capacity() - text.size() < simdjson::SIMDJSON_PADDING;
    return parser->parse(text.data() + offset, text.size() - offset, must_copy).get(root_);
}

}  // namespace weir::llm
