// Three words: the kind, the slot, and the server as HOST:PORT.
#include "redis/redirect.hpp"

#include <algorithm>

#include "redis/error.hpp"
#include "redis/slots.hpp"
#include "text/numbers.hpp"

namespace weir::redis {

namespace {

/// What stands before the next blank; the text keeps what comes after it.
std::string_view take_word(std::string_view& text) noexcept {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

}  // namespace

std::optional<Redirect> read_redirect(std::string_view error, const Server& asked) {
    std::string_view rest = inner_error_of(error);
    const ErrorKind kind = classify(rest);
    if (kind != ErrorKind::moved && kind != ErrorKind::ask) return std::nullopt;
    take_word(rest);
    const auto slot = text::number_in<std::uint16_t>(take_word(rest));
    const std::string_view place = take_word(rest);  // behind it Redis 7 says which script it was
    const auto colon = place.rfind(':');             // IPv6 has more of them, and no brackets
    if (!slot || *slot >= slot_count || colon == std::string_view::npos) return std::nullopt;
    const auto port = text::number_in<std::uint16_t>(place.substr(colon + 1));
    if (!port || *port == 0) return std::nullopt;
    return Redirect{.kind = kind == ErrorKind::moved ? Redirect::Kind::moved : Redirect::Kind::ask,
                    .slot = *slot,
                    .to = server_named(place.substr(0, colon), *port, asked)};
}

}  // namespace weir::redis
