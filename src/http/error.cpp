// The category of what can go wrong on a connection.
#include "http/error.hpp"

#include <string>

namespace weir {

namespace {

class HttpCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "http"; }

    std::string message(int value) const override {
        switch (static_cast<http_errc>(value)) {
            case http_errc::ok:
                return "no error";
            case http_errc::bad_request:
                return "malformed request";
            case http_errc::header_too_large:
                return "header too large";
            case http_errc::target_too_long:
                return "target too long";
            case http_errc::method_not_allowed:
                return "method not allowed";
            case http_errc::expectation_failed:
                return "unknown expectation";
            case http_errc::body_too_large:
                return "body too large";
            case http_errc::request_timeout:
                return "request came too slowly";
            case http_errc::too_many_buffered_bytes:
                return "too many buffered bytes";
            case http_errc::too_many_connections:
                return "too many connections";
            case http_errc::overloaded:
                return "overloaded";
            case http_errc::draining:
                return "shutting down";
            case http_errc::upstream_unreachable:
                return "unreachable";
            case http_errc::upstream_timeout:
                return "no answer in time";
            case http_errc::upstream_broken:
                return "connection broken before the answer was complete";
            case http_errc::upstream_bad_answer:
                return "malformed answer";
            case http_errc::client_gone:
                return "client gone";
        }
        return "unknown error";
    }
};

}  // namespace

const boost::system::error_category& http_category() noexcept {
    static const HttpCategory category;
    return category;
}

}  // namespace weir
