// The words of http/ that all of proxy speaks.
#pragma once

#include "http/head_scanner.hpp"
#include "http/http_guard.hpp"
#include "http/http_message.hpp"
#include "http/http_parser.hpp"

namespace weir::proxy {

using http::begins_with;
using http::check_framing;
using http::check_raw_head;
using http::check_request;
using http::check_request_line;
using http::equals_ignoring_case;
using http::Field;
using http::Fields;
using http::Framing;
using http::HeadLimits;
using http::HeadScanner;
using http::joined_value;
using http::MessageParser;
using http::Objection;
using http::RequestHead;
using http::ResponseHead;

}  // namespace weir::proxy
