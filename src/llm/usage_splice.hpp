// The change to a streamed request that makes the provider report its usage. Inside the room alone.
#pragma once

#include <optional>
#include <string_view>

#include "llm/call.hpp"
#include "llm/call_fields.hpp"

namespace weir::llm {

/// nullopt where nothing streams or usage was asked for already. Refuses stream_options of a wrong type
/// (throws CallError). `body` is the text that `fields` were read from, from `offset` on.
std::optional<Splice> usage_splice(std::string_view body, std::size_t offset, const TopLevel& fields,
                                   bool stream);

}  // namespace weir::llm
