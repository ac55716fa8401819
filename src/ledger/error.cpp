// The category of weir's own errors.
#include "weir/error.hpp"

#include <string>

namespace weir {

namespace {

class WeirCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "weir"; }

    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
            case errc::ok:
                return "no error";
            case errc::store_unavailable:
                return "the store can't be asked";
            case errc::store_timeout:
                return "the store did not answer in time";
            case errc::bad_request:
                return "malformed request";
            case errc::header_too_large:
                return "header too large";
            case errc::target_too_long:
                return "target too long";
            case errc::method_not_allowed:
                return "method not allowed";
            case errc::expectation_failed:
                return "unknown expectation";
            case errc::body_too_large:
                return "body too large";
            case errc::request_timeout:
                return "request came too slowly";
            case errc::too_many_buffered_bytes:
                return "too many buffered bytes";
            case errc::too_many_connections:
                return "too many connections";
            case errc::upstream_unreachable:
                return "unreachable";
            case errc::upstream_timeout:
                return "no answer in time";
            case errc::upstream_broken:
                return "connection broken before the answer was complete";
            case errc::upstream_bad_answer:
                return "malformed answer";
            case errc::client_gone:
                return "client gone";
        }
        return "unknown error";
    }
};

}  // namespace

const boost::system::error_category& weir_category() noexcept {
    static const WeirCategory category;
    return category;
}

}  // namespace weir
