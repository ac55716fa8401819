// CLUSTER SLOTS: ranges, each an array of its first slot, its last, its master, and its replicas.
#include "redis/slot_map.hpp"

#include <limits>
#include <utility>

#include "redis/slots.hpp"

namespace weir::redis {

namespace {

constexpr std::size_t ranges_max = slot_count;
constexpr std::size_t servers_at = 2;  // in a range: behind first and last

std::optional<std::uint16_t> number_from(const Reply& reply, std::int64_t min, std::int64_t max) {
    const std::int64_t* const number = reply.integer();
    if (number == nullptr || *number < min || *number > max) return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

/// Host and port; what follows (the node's id, further names) is not needed.
std::optional<Server> server_from(const Reply& reply, const Server& asked) {
    const Reply::Array* const parts = reply.array();
    if (parts == nullptr || parts->size() < 2) return std::nullopt;
    const Reply& name = (*parts)[0];
    const std::string* const host = name.text();
    if (host == nullptr && !name.is_nil()) return std::nullopt;
    const auto port = number_from((*parts)[1], 1, std::numeric_limits<std::uint16_t>::max());
    if (!port) return std::nullopt;
    return server_named(host == nullptr ? std::string_view() : *host, *port, asked);
}

std::optional<SlotRange> range_from(const Reply& reply, const Server& asked) {
    const Reply::Array* const parts = reply.array();
    if (parts == nullptr || parts->size() <= servers_at) return std::nullopt;
    const auto first = number_from((*parts)[0], 0, slot_count - 1);
    const auto last = number_from((*parts)[1], 0, slot_count - 1);
    if (!first || !last || *first > *last) return std::nullopt;
    SlotRange range{.first = *first, .last = *last, .master = {}, .replicas = {}};
    for (std::size_t i = servers_at; i < parts->size(); ++i) {
        auto server = server_from((*parts)[i], asked);
        if (!server) return std::nullopt;
        if (i == servers_at) {
            range.master = *std::move(server);
        } else {
            range.replicas.push_back(*std::move(server));
        }
    }
    return range;
}

}  // namespace

Command ask_for_slots() {
    return {"CLUSTER", "SLOTS"};
}

std::optional<std::vector<SlotRange>> read_slots(const Reply& reply, const Server& asked) {
    const Reply::Array* const elements = reply.array();
    if (elements == nullptr || elements->size() > ranges_max) return std::nullopt;
    std::vector<SlotRange> ranges;
    ranges.reserve(elements->size());
    for (const Reply& element : *elements) {
        auto range = range_from(element, asked);
        if (!range) return std::nullopt;
        ranges.push_back(*std::move(range));
    }
    return ranges;
}

}  // namespace weir::redis
