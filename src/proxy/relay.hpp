// Passes one answer on to the client as it arrives, and reads the usage out of it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "llm/usage_tap.hpp"
#include "proxy/answer_reader.hpp"
#include "proxy/attempt_end.hpp"
#include "proxy/client_stream.hpp"
#include "proxy/relay_terms.hpp"

namespace weir::proxy {

struct RelayJob {
    ClientStream& client;
    AnswerReader& reader;
    llm::UsageTap& tap;
    llm::TappedUsage& usage;  ///< kept up to date while the answer passes
    ClientSide to_client;
    std::vector<std::string_view> first;  ///< what of the body came with the upstream's head
    std::int64_t between_bytes_ms = 300'000;
};

struct RelayResult {
    AttemptEnd end = AttemptEnd::whole;
    std::int64_t body_bytes = 0;  ///< sent to the client, framing not counted
};

/// Every upstream read is written at once; the next read waits until the write is done. Never throws for what
/// either side does. Unless the end is `whole` the client's connection is of no more use.
/// `job` must outlive the call.
awaitable<RelayResult> relay(RelayJob& job);

}  // namespace weir::proxy
