// The request as it goes to the upstream.
#include "proxy/exchange.hpp"
#include "proxy/request_rules.hpp"

namespace weir::proxy {

UpstreamMessage Exchange::make_message() const {
    // Only what is spliced goes on decoded: its coding would have to be made anew.
    const bool is_spliced = call_.ask_for_usage.has_value();
    const std::string_view body = is_spliced ? body_.text() : body_.bytes();
    UpstreamMessage message;
    message.body = {body, {}, {}};
    if (is_spliced) {
        const llm::Splice& splice = *call_.ask_for_usage;
        message.body = {body.substr(0, splice.offset), splice.insert,
                        body.substr(splice.offset + splice.erase)};
    }
    std::size_t body_bytes = 0;
    for (const std::string_view piece : message.body) body_bytes += piece.size();
    message.head = make_upstream_head(
        {.head = request_.head,
         .path_and_query = request_.path_and_query,
         .upstream = upstream(),
         .dialect = dialect_,
         .credential = credential_,
         .injects_key = subject_.has_value(),
         .readable_answer = is_metered() || request_.head.method == "POST",
         .body_is_decoded = is_spliced && body_.is_decoded(),
         .body_is_changed = is_spliced,
         .has_body = request_.framing.chunked || request_.framing.content_length.has_value(),
         .body_bytes = body_bytes,
         .client_address = request_.client_address,
         .client_tls = client_.transport().is_tls(),
         .request_id = record_.request_id,
         .decided_at_us = record_.decided_at_us});
    return message;
}

}  // namespace weir::proxy
