// Which parser a text gets, and for how long.
#include "llm/json_document.hpp"

namespace weir::llm {

namespace {

constexpr std::size_t kept_text_bytes_max = 1 << 20;

}  // namespace

simdjson::error_code JsonDocument::parse(const std::string& text, std::size_t offset) {
    const bool must_copy = text.capacity() - text.size() < simdjson::SIMDJSON_PADDING;
    return parse_view(std::string_view(text).substr(offset), must_copy);
}

simdjson::error_code JsonDocument::parse_copy(std::string_view text) {
    return parse_view(text, true);
}

simdjson::error_code JsonDocument::parse_view(std::string_view text, bool must_copy) {
    thread_local dom::parser kept;
    dom::parser* parser = &kept;
    if (text.size() > kept_text_bytes_max) {
        own_ = std::make_unique<dom::parser>();
        parser = own_.get();
    }
    return parser->parse(text.data(), text.size(), must_copy).get(root_);
}

}  // namespace weir::llm
