// The words of http/, and of text/ for header names, that all of proxy speaks.
#pragma once

#include "http/body_parser.hpp"
#include "http/head_parser.hpp"
#include "http/head_scanner.hpp"
#include "http/http_guard.hpp"
#include "http/http_message.hpp"
#include "http/name_set.hpp"
#include "http/reason.hpp"
#include "text/ascii.hpp"

namespace weir::proxy {

using http::BodyParser;
using http::check_framing;
using http::check_request;
using http::Field;
using http::Fields;
using http::Framing;
using http::HeadLimits;
using http::HeadScanner;
using http::is_success;
using http::joined_value;
using http::NameSet;
using http::Objection;
using http::parse_head;
using http::RequestHead;
using http::ResponseHead;
using text::equals_ignoring_case;
using text::starts_with_ignoring_case;

/// Anthropic's: https://docs.anthropic.com/en/api/errors
inline constexpr int overloaded_status = 529;

}  // namespace weir::proxy
