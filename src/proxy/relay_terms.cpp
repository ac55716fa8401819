// Whose fields and framing an answer goes on with.
#include "proxy/relay_terms.hpp"

namespace weir::proxy {

namespace {

bool may_drop(const RelayTerms& terms, const ResponseHead& head) noexcept {
    return terms.drops_usage_chunk && is_success(head.status);
}

}  // namespace

llm::UsageTap make_tap(const RelayTerms& terms, const ResponseHead& head) {
    const std::string coding = joined_value(head.fields, "content-encoding");
    return llm::UsageTap({.api = terms.api,
                          .content_type = head.fields.value("content-type"),
                          .content_encoding = coding,
                          .drop_usage_chunk = may_drop(terms, head),
                          .reads_usage = terms.reads_usage});
}

ClientSide make_client_side(const RelayTerms& terms, const config::Url& upstream, const ResponseHead& head,
                            const Framing& framing, bool is_decoded) {
    const bool has_body = answer_has_body(terms.method, head.status);
    const bool length_holds = !may_drop(terms, head) && !is_decoded;
    // An event of weir's own would be no part of what a coding holds.
    const bool is_readable = is_decoded || head.fields.value("content-encoding").empty();
    const bool keep_theirs = !terms.is_metered || head.status == 429;
    ClientSide side;
    side.framing = answer_framing(framing, terms.client_version, has_body, length_holds);
    side.head = make_answer_head({.head = head,
                                  .upstream = upstream,
                                  .upstream_framing = framing,
                                  .framing = side.framing,
                                  .close = terms.close || side.framing == BodyFraming::until_close,
                                  .client_version = terms.client_version,
                                  .request_id = terms.request_id,
                                  .rate_limits = keep_theirs ? terms.more_lines : terms.rate_limits,
                                  .replace_rate_limits = !keep_theirs,
                                  .cors = terms.cors,
                                  .body_is_decoded = is_decoded});
    side.dialect = terms.dialect;
    side.has_protocol = terms.is_metered && is_success(head.status) && is_readable;
    side.says_broken = head.status == 200;
    return side;
}

}  // namespace weir::proxy
