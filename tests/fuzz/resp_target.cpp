// Bytes of a Redis through the reader of replies, and each reply through all that takes replies apart:
// answers of the scripts, stored ledgers and usage, slot maps, redirects, and the sentinels' answer.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/bytes.hpp"
#include "fuzz/fuzz.hpp"
#include "limiter/cluster_map.hpp"
#include "limiter/integers.hpp"
#include "limiter/store_time.hpp"
#include "limiter/stored_ledger.hpp"
#include "limiter/usage_words.hpp"
#include "limiter/window_call.hpp"
#include "redis/error.hpp"
#include "redis/redirect.hpp"
#include "redis/reply.hpp"
#include "redis/sentinel.hpp"
#include "redis/slot_map.hpp"
#include "support/manual_clock.hpp"

namespace {

using namespace weir;
using redis::Reply;
using redis::ReplyReader;
using weir::fuzz::require;

constexpr std::size_t bytes_max = 1 << 20;
constexpr std::size_t few_bytes_max = 4 << 10;

struct Read {
    std::vector<Reply> replies;
    bool is_broken = false;
};

/// Behind each piece all replies are taken out, as the pipeline does it.
Read read(std::string_view bytes, std::size_t piece_bytes, std::size_t reply_bytes_max) {
    ReplyReader reader(reply_bytes_max);
    Read all;
    for (std::size_t at = 0; at < bytes.size() && !all.is_broken; at += piece_bytes) {
        const std::string piece(bytes.substr(at, piece_bytes));  // its own memory
        reader.feed(piece);
        Reply reply;
        for (;;) {
            const ReplyReader::Next next = reader.next(reply);
            all.is_broken = next == ReplyReader::Next::broken;
            if (next != ReplyReader::Next::reply) break;
            all.replies.push_back(std::move(reply));
        }
    }
    if (all.is_broken) require(!reader.failure().empty(), "what is broken says why");
    return all;
}

std::size_t size_of(const Reply& reply) {
    if (const auto* text = reply.text()) return text->size();
    if (const auto* error = reply.error()) return error->text.size();
    std::size_t size = 0;
    if (const auto* array = reply.array()) {
        size = array->size() * sizeof(Reply);
        for (const Reply& element : *array) size += size_of(element);
    }
    return size;
}

void append(std::string& out, const Reply& reply) {
    if (reply.is_nil()) out.append("$-1\r\n");
    if (const auto* number = reply.integer()) out.append(":" + std::to_string(*number) + "\r\n");
    if (const auto* error = reply.error()) out.append("-" + error->text + "\r\n");
    if (const auto* text = reply.text())
        out.append("$" + std::to_string(text->size()) + "\r\n" + *text + "\r\n");
    if (const auto* array = reply.array()) {
        out.append("*" + std::to_string(array->size()) + "\r\n");
        for (const Reply& element : *array) append(out, element);
    }
}

void check_reading(std::string_view bytes, const Read& whole) {
    for (const std::size_t piece_bytes : {std::size_t{1}, std::size_t{7}, std::size_t{64}}) {
        const Read split = read(bytes, piece_bytes, bytes_max);
        require(split.replies == whole.replies, "what is read does not depend on the pieces");
        require(split.is_broken == whole.is_broken, "what is broken does not depend on the pieces");
    }
    const Read bounded = read(bytes, bytes.size(), few_bytes_max);
    require(bounded.replies.size() <= whole.replies.size(), "a bound makes no replies");
    for (std::size_t i = 0; i < bounded.replies.size(); ++i) {
        require(bounded.replies[i] == whole.replies[i], "a bound changes no reply");
        require(size_of(bounded.replies[i]) <= few_bytes_max, "a reply is no larger than it may be");
    }
    if (bounded.replies.size() < whole.replies.size())
        require(bounded.is_broken, "what is too large is told");
    std::string again;
    for (const Reply& reply : whole.replies) append(again, reply);
    require(read(again, again.size() + 1, bytes_max).replies == whole.replies,
            "written anew it reads the same");
}

void check_slots(const Reply& reply, ClusterMap& map) {
    const redis::Server asked{.host = "asked", .port = 7000};
    const auto ranges = redis::read_slots(reply, asked);
    if (!ranges) return;
    for (const redis::SlotRange& range : *ranges) {
        require(range.first <= range.last && range.last < redis::slot_count,
                "a range has slots that there are");
        require(range.master.port != 0 && !range.master.host.empty(), "a master can be reached");
        for (const redis::Server& replica : range.replicas)
            require(replica.port != 0, "a replica can be reached");
    }
    map.update(*ranges);
    std::size_t unserved = 0;
    for (const auto& [first, last] : map.unserved()) {
        require(map.owner_of(first) == ClusterMap::nobody, "what is not served is nobody's");
        unserved += last - first + 1U;
    }
    for (const redis::SlotRange& range : *ranges) {
        for (const std::uint16_t slot : {range.first, range.last}) {
            const std::size_t owner = map.owner_of(slot);
            require(owner < map.size() && map.has_slots(owner), "who owns a slot has slots");
        }
    }
    require(map.has_slots(ClusterMap::nobody) == (unserved > 0), "a slot is served or not");
}

void check_error(const std::string& text, ClusterMap& map) {
    const redis::ErrorKind kind = redis::classify(text);
    (void)redis::action_for(kind);
    require(redis::inner_error_of(text).size() <= text.size(), "an inner error is a part of the error");
    const auto redirect = redis::read_redirect(text, {.host = "asked", .port = 7000});
    if (!redirect) return;
    require(kind == redis::ErrorKind::moved || kind == redis::ErrorKind::ask, "only these two redirect");
    require(redirect->slot < redis::slot_count, "a slot that there is");
    require(redirect->to.port != 0 && !redirect->to.host.empty(), "a server that can be reached");
    if (const auto owner = map.note_moved(redirect->slot, redirect->to)) {
        require(map.owner_of(redirect->slot) == *owner, "who was named owns the slot");
    }
}

void check_window_reply(const WindowCall& call, const std::vector<std::int64_t>& numbers) {
    const auto reply = decode(call, numbers);
    if (!reply || reply->other_store_epoch) return;
    require(reply->ledgers.size() == call.ledgers.size(), "each ledger is answered");
    require(reply->demands.size() == call.demands.size(), "each demand is answered");
    for (std::size_t i = 0; i < call.demands.size(); ++i) {
        const DemandReply& answered = reply->demands[i];
        require(answered.candidate < std::max<std::size_t>(call.demands[i].candidates.size(), 1),
                "a candidate of its own");
        if (answered.kind == DemandReply::Kind::refused)
            require(answered.refusal.ledger_index < call.demands[i].ledgers.size(), "a ledger of its own");
    }
    std::vector<LedgerLimits> ledgers;
    LedgerIndexes indexes;
    for (std::uint16_t i = 0; i < call.ledgers.size(); ++i) {
        ledgers.push_back({.ledger = *call.ledgers[i].name, .limits = call.ledgers[i].limits});
        indexes.push_back(i);
    }
    for (const Level& level : levels_of(ledgers, indexes, *reply)) {
        require(level.reset_us >= 0 && level.remaining() >= 0, "a level has something left, or nothing");
    }
}

/// As lua/window.lua, lua/heartbeat.lua and an operator's question for one ledger answer.
void check_scripts(const Reply& reply) {
    static const LedgerName name("key:a:60000000");
    Limits limits;
    for (const Dimension dimension : all_dimensions) {
        if (dimension != Dimension::in_flight) limits.set(dimension, 10);
    }
    Limits in_flight;
    in_flight.set(Dimension::in_flight, 2);
    const WindowLedger ledger{.name = &name, .window_us = 60'000'000, .limits = limits};
    const WindowLedger slots{.name = &name, .window_us = in_flight_lease_us, .limits = in_flight};
    const LedgerDemand one{.demand = {1, 2, 3}, .ledgers = {0}};
    const LedgerDemand of_candidates{.demand = {1, 2, 3}, .ledgers = {0, 1, 1}, .candidates = {1, 2}};
    WindowCall reading, asking, choosing;
    reading.ledgers = asking.ledgers = {ledger};
    choosing.ledgers = {ledger, slots};
    asking.demands = {one};
    choosing.demands = {of_candidates, one};
    if (const auto numbers = integers_of(reply)) {
        for (const WindowCall* call : {&reading, &asking, &choosing}) check_window_reply(*call, *numbers);
        if (!numbers->empty()) {
            const weir::testing::ManualClock clock;
            StoreTime time(clock);
            time.note(0, numbers->front());
            (void)time.now_us();
            (void)(time.earliest_now_us() + 20'000);
        }
    }
    if (reply.array() == nullptr) return;
    std::vector<std::string> texts;
    for (const Reply& element : *reply.array()) {
        if (element.text() != nullptr) texts.push_back(*element.text());
    }
    for (const std::int64_t window_us : {1'000'000LL, 31 * 86'400'000'000LL}) {
        const auto contents = contents_of(texts, window_us, weir::testing::some_minute_us);
        if (!contents) continue;
        for (const auto& entry : contents->entries)
            require(entry.expires_us > weir::testing::some_minute_us, "what has expired does not count");
    }
    for (std::size_t i = 0; i + 1 < texts.size(); i += 2) {
        if (const auto usage = parse_usage(20'000, texts[i], texts[i + 1]))
            require(usage->key.size() + usage->model.size() < texts[i].size(), "key and model are the field");
        if (const auto hour = parse_hour(4'000, "key", texts[i], texts[i + 1]))
            require(hour_block_of(hour->hour) == 4'000, "an hour is one of its block");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (bytes.empty()) return 0;
    const Read whole = read(bytes, bytes.size(), bytes_max);
    check_reading(bytes, whole);
    constexpr int slot_maps_max = 4;  // each is about 16,384 slots
    int slot_maps = 0;
    ClusterMap map;
    for (const Reply& reply : whole.replies) {
        if (reply.error() != nullptr) check_error(reply.error()->text, map);
        if (reply.array() != nullptr && slot_maps++ < slot_maps_max) check_slots(reply, map);
        check_scripts(reply);
        std::string host;
        std::uint16_t port = 0;
        if (redis::read_master_address(reply, host, port))
            require(!host.empty() && port != 0, "a master has a place");
    }
    return 0;
}
