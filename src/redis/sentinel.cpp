// SENTINEL get-master-addr-by-name: an array of host and port.
#include "redis/sentinel.hpp"

#include <charconv>

namespace weir::redis {

Command ask_for_master(const std::string& name) {
    return {"SENTINEL", "get-master-addr-by-name", name};
}

bool read_master_address(const Reply& reply, std::string& host, std::uint16_t& port) {
    const Reply::Array* const parts = reply.array();
    if (parts == nullptr || parts->size() != 2) return false;
    const std::string* const name = (*parts)[0].text();
    const std::string* const number = (*parts)[1].text();
    if (name == nullptr || name->empty() || number == nullptr) return false;
    const char* const end = number->data() + number->size();
    const auto [stopped_at, error] = std::from_chars(number->data(), end, port);
    if (error != std::errc() || stopped_at != end || port == 0) return false;
    host = *name;
    return true;
}

}  // namespace weir::redis
