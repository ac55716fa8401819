// From a request to its answer: what is asked of a head before its body is read, and then the handler.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "admin/call.hpp"
#include "admin/endpoint.hpp"
#include "admin/page_files.hpp"
#include "http/http_guard.hpp"
#include "http/http_message.hpp"
#include "weir/awaitable.hpp"

namespace weir::admin {

inline constexpr std::uint64_t body_bytes_max = 1 << 20;

/// A head that http_guard has passed.
struct Incoming {
    const http::RequestHead& head;
    std::string_view path_and_query;
    const http::Framing& framing;
    const std::string& address;  ///< the client's
};

/// What may be served once its body is there.
struct Admitted {
    const Endpoint* endpoint = nullptr;
    const PageFile* page = nullptr;  ///< instead of an endpoint
    bool takes_gzip = false;
    Arguments arguments;
    Actor actor;
    std::optional<std::int64_t> if_match;
};

/// Throws Refused.
Admitted admit(Services& services, const Incoming& incoming);

/// Never throws: what nobody foresaw is a 500, and logged.
awaitable<Answer> answer(Services& services, const Admitted& admitted, const std::string& body);

}  // namespace weir::admin
