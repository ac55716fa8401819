// Two small tables.
#include "proxy/failover.hpp"

#include "proxy/http_names.hpp"

namespace weir::proxy {

namespace {

bool is_failure(int status) noexcept {
    return status == 500 || status == 502 || status == 503 || status == 504 || status == overloaded_status;
}

}  // namespace

bool may_ask_another(const Failed& failed, bool after_send) noexcept {
    switch (failed.end) {
        case AttemptEnd::unreachable:
        case AttemptEnd::stale:
            return true;
        case AttemptEnd::silent:
        case AttemptEnd::broken:
        case AttemptEnd::bad_answer:
            return !failed.is_sent_whole || failed.is_safe || after_send;
        case AttemptEnd::answered:
            return failed.status == 429 || is_failure(failed.status);
        case AttemptEnd::client_gone:
        case AttemptEnd::whole:
            return false;
    }
    return false;
}

Sign sign_of(AttemptEnd end, int status) noexcept {
    switch (end) {
        case AttemptEnd::unreachable:
        case AttemptEnd::stale:
        case AttemptEnd::silent:
        case AttemptEnd::broken:
        case AttemptEnd::bad_answer:
            return Sign::failing;
        case AttemptEnd::client_gone:
            if (status == 0) return Sign::nothing;
            break;
        case AttemptEnd::answered:
        case AttemptEnd::whole:
            break;
    }
    return is_failure(status) ? Sign::failing : Sign::well;
}

}  // namespace weir::proxy
