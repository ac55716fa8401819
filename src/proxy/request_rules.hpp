// Which of the client's fields reach the upstream, and which weir adds. Pure.
#pragma once

#include <string>
#include <string_view>

#include "config/config.hpp"
#include "llm/api.hpp"
#include "proxy/http_names.hpp"

namespace weir::proxy {

/// Fields that belong to one connection (RFC 9110 7.6.1): the known ones, Proxy-*, and those that Connection
/// names.
bool is_hop_by_hop(const Fields& fields, std::string_view name) noexcept;

/// A request id of the client's own that is fit for logs and headers; empty otherwise.
std::string_view usable_request_id(const Fields& fields) noexcept;

struct UpstreamRequest {
    const RequestHead& head;
    std::string_view path_and_query;
    const config::Upstream& upstream;
    llm::Dialect dialect = llm::Dialect::openai;
    /// Of the client's keys the one that the request is charged to; empty: none.
    std::string_view credential;
    bool injects_key = true;       ///< send the upstream's own key where one is configured
    bool readable_answer = false;  ///< narrow Accept-Encoding, so that usage can be read
    bool body_is_decoded = false;  ///< the body goes on without the client's Content-Encoding
    bool body_is_changed = false;  ///< the client's digests of it fit no more
    bool has_body = false;
    std::size_t body_bytes = 0;
    std::string_view client_address;
    bool client_tls = false;
    std::string_view request_id;
    std::int64_t decided_at_us =
        0;  ///< told to the upstream where the client asked with `x-weir-trace: 1`; 0: not decided
};

/// The whole head, ready to be sent, one Content-Length where there is a body. Of the client's keys only
/// `credential` passes, in every place where it stands: whose the request is and who pays for it would
/// differ.
std::string make_upstream_head(const UpstreamRequest& request);

}  // namespace weir::proxy
