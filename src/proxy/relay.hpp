// Passes one answer on to the client as it arrives, and reads the usage out of it.
#pragma once

#include <cstdint>
#include <string>

#include "llm/dialect.hpp"
#include "llm/usage_tap.hpp"
#include "proxy/answer_reader.hpp"
#include "proxy/answer_rules.hpp"
#include "proxy/client_stream.hpp"
#include "proxy/settlement.hpp"

namespace weir::proxy {

struct RelayJob {
    ClientStream& client;
    AnswerReader& reader;
    llm::UsageTap& tap;
    llm::TappedUsage& usage;  ///< kept up to date while the answer passes
    std::string head;         ///< toward the client
    BodyFraming framing = BodyFraming::none;
    std::vector<std::string_view> first;  ///< what of the body came with the upstream's head
    std::int64_t between_bytes_ms = 300'000;
    llm::Dialect dialect = llm::Dialect::openai;  ///< in which a stream is told that it broke off
    /// Its protocol is known: a stream is whole when its protocol or its framing says so. A body that just
    /// ends with its connection has no framing.
    bool has_protocol = false;
    bool says_broken = false;  ///< where a stream is not whole, it ends with an error event
};

struct RelayResult {
    Ending ending = Ending::whole;
    boost::system::error_code error;  ///< why it is not whole
    std::int64_t body_bytes = 0;      ///< sent to the client, framing not counted
};

/// Every upstream read is written at once; the next read waits until the write is done. Never throws for what
/// either side does. Unless the ending is `whole` the client's connection is of no more use.
/// `job` must outlive the call.
awaitable<RelayResult> relay(RelayJob& job);

}  // namespace weir::proxy
