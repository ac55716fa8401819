// Three small tables.
#include "proxy/attempt_end.hpp"

namespace weir::proxy {

AttemptEnd end_of(boost::system::error_code error) noexcept {
    if (error == http_errc::client_gone) return AttemptEnd::client_gone;
    if (error == http_errc::upstream_timeout) return AttemptEnd::silent;
    if (error == http_errc::upstream_bad_answer) return AttemptEnd::bad_answer;
    return AttemptEnd::broken;
}

http_errc error_of(AttemptEnd end) noexcept {
    switch (end) {
        case AttemptEnd::unreachable:
            return http_errc::upstream_unreachable;
        case AttemptEnd::silent:
            return http_errc::upstream_timeout;
        case AttemptEnd::stale:
        case AttemptEnd::broken:
            return http_errc::upstream_broken;
        case AttemptEnd::bad_answer:
            return http_errc::upstream_bad_answer;
        case AttemptEnd::client_gone:
            return http_errc::client_gone;
        case AttemptEnd::answered:
        case AttemptEnd::whole:
            return http_errc::ok;
    }
    return http_errc::ok;
}

Ending ending_of(AttemptEnd end, bool was_sent) noexcept {
    if (!was_sent) return Ending::never_sent;
    switch (end) {
        case AttemptEnd::silent:
            return Ending::upstream_silent;
        case AttemptEnd::client_gone:
            return Ending::client_gone;
        case AttemptEnd::whole:
            return Ending::whole;
        case AttemptEnd::unreachable:
        case AttemptEnd::stale:
        case AttemptEnd::broken:
        case AttemptEnd::bad_answer:
        case AttemptEnd::answered:
            return Ending::upstream_broken;
    }
    return Ending::upstream_broken;
}

}  // namespace weir::proxy
