// Browsers that call from a page of another origin (https://fetch.spec.whatwg.org/#http-cors-protocol). Pure.
#pragma once

#include <string>

#include "config/config.hpp"
#include "llm/dialect.hpp"
#include "proxy/http_names.hpp"

namespace weir::proxy {

/// A browser asks whether it may send a request. It never carries a key.
bool is_preflight(const RequestHead& head) noexcept;

/// The page's origin, where the settings allow it; empty otherwise, and where no browser asks.
std::string_view allowed_origin(const config::Cors& cors, const Fields& fields) noexcept;

/// What the browser is told with every answer: that the page may read it, and which of its fields. Empty
/// where the origin is not allowed.
llm::HeaderLines cors_lines(const config::Cors& cors, const Fields& fields);

/// 204 with what is allowed, or, for an origin that is not, 204 without: the browser then refuses the page.
llm::Answer preflight_answer(const config::Cors& cors, const Fields& fields);

/// Fields by which an upstream tells browsers its own rules.
bool is_cors_field(std::string_view name) noexcept;

}  // namespace weir::proxy
