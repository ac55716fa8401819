// Beast's words, but for two that RFC 9110 has renamed.
#include "http/reason.hpp"

#include <boost/beast/http/status.hpp>

namespace weir::http {

std::string_view reason_of(int status) noexcept {
    namespace beast = boost::beast::http;
    if (status == 413) return "Content Too Large";
    if (status == 422) return "Unprocessable Content";
    const beast::status known = beast::int_to_status(static_cast<unsigned>(status));
    if (known == beast::status::unknown) return {};
    const auto words = beast::obsolete_reason(known);
    return {words.data(), words.size()};
}

}  // namespace weir::http
