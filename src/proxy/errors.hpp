// The one table from errors to what HTTP clients are told.
#pragma once

#include "llm/dialect.hpp"
#include "observe/request_record.hpp"
#include "weir/error.hpp"

namespace weir::proxy {

/// Status, OpenAI type and code, and a message for the client. `detail` replaces the message where it says
/// more.
llm::ErrorDescription describe_error(boost::system::error_code code, std::string_view detail = {});

/// How the request is counted and logged.
observe::Outcome outcome_of(boost::system::error_code code) noexcept;

}  // namespace weir::proxy
