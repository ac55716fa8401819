// How an upstream's answer is passed on: from its head, and from what the request has settled beforehand.
// Pure.
#pragma once

#include <string>
#include <string_view>

#include "config/config.hpp"
#include "llm/dialect.hpp"
#include "llm/usage_tap.hpp"
#include "proxy/answer_rules.hpp"
#include "proxy/http_names.hpp"

namespace weir::proxy {

/// What the request says about its answer, whichever upstream gives it. Views: of the exchange.
struct RelayTerms {
    std::string_view method;
    int client_version = 11;
    bool is_metered = false;
    llm::Api api = llm::Api::unmetered;  ///< in whose vocabulary the answer reports usage
    bool reads_usage = true;
    bool drops_usage_chunk = false;  ///< of a success: weir itself has asked for it
    llm::Dialect dialect = llm::Dialect::openai;
    std::string_view request_id;
    std::string_view rate_limits;  ///< lines in place of the provider's own, of metered requests but for 429
    std::string_view more_lines;   ///< lines beside the provider's own, where these stay
    std::string_view cors;         ///< lines
    bool close = false;            ///< the connection ends after this answer in any case
};

/// One answer as the client gets it.
struct ClientSide {
    std::string head;
    BodyFraming framing = BodyFraming::none;
    llm::Dialect dialect = llm::Dialect::openai;  ///< in which a stream is told that it broke off
    /// Its protocol is known: a stream is whole when its protocol or its framing says so. A body that just
    /// ends with its connection has no framing.
    bool has_protocol = false;
    bool says_broken = false;  ///< where a stream is not whole, it ends with an error event
};

/// What reads the usage out of the answer.
llm::UsageTap make_tap(const RelayTerms& terms, const ResponseHead& head);

/// `framing`: the upstream's. `is_decoded`: the tap decodes the body.
ClientSide make_client_side(const RelayTerms& terms, const config::Url& upstream, const ResponseHead& head,
                            const Framing& framing, bool is_decoded);

}  // namespace weir::proxy
