// Where a client may put its key, and which of several it means. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "llm/api.hpp"
#include "proxy/http_names.hpp"

namespace weir::proxy {

/// Header fields that may carry a client's key.
bool is_credential_field(std::string_view name) noexcept;

/// The key in a field's value: what follows `Bearer`, which may be nothing and in any of the fields; another
/// scheme counts as a whole.
std::string_view key_in_field(std::string_view value) noexcept;

/// The distinct keys of one request, the first at the place that its dialect prefers; at most eight. Views
/// into the head.
class Credentials {
public:
    /// Authorization, x-api-key, api-key, x-goog-api-key; on Anthropic's paths x-api-key comes first, on
    /// Gemini's x-goog-api-key and then `key` in the query (https://ai.google.dev/api).
    Credentials(const Fields& fields, std::string_view path_and_query, llm::Dialect dialect) noexcept;

    std::span<const std::string_view> keys() const noexcept { return {keys_.data(), count_}; }

private:
    void add(std::string_view key) noexcept;
    void add_all(const Fields& fields, std::string_view place) noexcept;

    std::array<std::string_view, 8> keys_;
    std::size_t count_ = 0;
};

/// Gemini's clients may put their key into the query, on its OpenAI-like paths too.
bool may_hold_key_in_query(std::string_view path_and_query, llm::Dialect dialect) noexcept;
/// The same target without the keys in its query, but for `kept`; an empty one: without any.
std::string without_other_keys(std::string_view path_and_query, std::string_view kept);

}  // namespace weir::proxy
