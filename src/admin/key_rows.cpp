// Ledgers of all rows are read in one call to the store.
#include "admin/key_rows.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <utility>

#include "config/durations.hpp"
#include "config/unexpected.hpp"
#include "text/durations.hpp"

namespace weir::admin {

namespace {

Json amounts_json(const observe::MinuteAmounts& amounts) {
    return {{"requests", amounts.requests},
            {"refused", amounts.refused},
            {"input_tokens", amounts.input_tokens},
            {"output_tokens", amounts.output_tokens}};
}

std::string_view source_of(const KeyIndex& index, const std::string& id) {
    if (index.document("key/" + id) != nullptr) return "runtime";
    return index.find_in_file(id) != nullptr ? "file" : "unknown";
}

Json row_of(Call& call, const KeyIndex& index, const std::string& id, std::int64_t now_us) {
    const config::Key* key = index.find(id);
    const observe::KeyRecent recent = call.control().activity().recent(id, now_us);
    Json row{{"id", id}, {"known", key != nullptr}};
    row["tier"] = key == nullptr ? "default" : key->tier;
    row["group"] = key == nullptr || key->group.empty() ? Json() : Json(key->group);
    row["disabled"] = key != nullptr && key->disabled;
    row["source"] = source_of(index, id);
    row["limits"] = Json::array();
    row["last_minute"] = amounts_json(recent.last_minute);
    row["last_hour"] = amounts_json(recent.last_hour);
    row["last_seen"] = time_json(recent.last_seen_us);
    row["refused_by"] = recent.refused_by.empty()
                            ? Json()
                            : Json{{"limit", recent.refused_by}, {"value", recent.refused_by_limit}};
    row["override"] = override_json(index, "key/" + id, now_us);
    return row;
}

}  // namespace

Json override_json(const KeyIndex& index, std::string_view target, std::int64_t now_us) {
    const std::string* document = index.document("override/" + std::string(target));
    if (document == nullptr) return nullptr;
    std::optional<Json> kept = read_kept(*document);
    if (!kept) return nullptr;
    Json& json = *kept;
    if (json.contains("until") && json["until"].is_string()) {
        try {
            if (config::parse_time_us(json["until"].get<std::string>(), now_us) <= now_us) return nullptr;
        } catch (const config::Unexpected&) {
            return nullptr;  // it is among what the layer ignores
        }
    }
    for (const char* name : {"until", "reason"}) {
        if (!json.contains(name)) json[name] = nullptr;
    }
    return std::move(json);
}

std::vector<LedgerLimits> ledgers_of_key(const KeyIndex& index, const config::Key& key, Ledgers which) {
    const policy::Policy& policy = *index.snapshot().policy;
    std::vector<LedgerLimits> ledgers = policy.ledgers_of(policy.find(key.id).value());
    if (which == Ledgers::own)
        std::erase_if(ledgers, [](const LedgerLimits& ledger) { return ledger.scope != Scope::key; });
    return ledgers;
}

std::string window_text(const LedgerLimits& ledger) {
    return ledger.limits.counts_in_flight() ? std::string() : text::window_text(ledger.window_us);
}

Json level_json(const LedgerLimits& ledger, const Level& level) {
    const std::string_view scope = to_string(ledger.scope);
    const std::string_view dimension = to_string(level.dimension);
    const std::string window = window_text(ledger);
    std::string name(scope);
    name.append("/").append(dimension);
    if (!window.empty()) name.append("/").append(window);
    return {{"name", name},
            {"scope", scope},
            {"owner", policy::owner_name(ledger)},
            {"dimension", dimension},
            {"window", window},
            {"limit", level.limit},
            {"used", level.used},
            {"remaining", level.remaining()},
            {"reset_ms", (level.reset_us + 999) / 1000},
            {"enforced", ledger.enforced}};
}

Refused no_such_key() {
    return {404, "not_found", "No key has this id."};
}

Refused store_unavailable() {
    return {503, "store_unavailable", "The store can't be asked right now. Please try again."};
}

awaitable<std::vector<Json>> key_rows(Call& call, std::shared_ptr<const KeyIndex> index,
                                      std::vector<std::string> ids, Ledgers which) {
    const std::int64_t now_us = call.store_now_us();
    std::vector<Json> rows;
    std::vector<LedgerLimits> ledgers;
    std::vector<std::size_t> row_of_ledger;
    for (const std::string& id : ids) {
        if (const config::Key* key = index->find(id)) {
            for (LedgerLimits& ledger : ledgers_of_key(*index, *key, which)) {
                ledgers.push_back(std::move(ledger));
                row_of_ledger.push_back(rows.size());
            }
        }
        rows.push_back(row_of(call, *index, id, now_us));
    }
    if (ledgers.empty()) co_return rows;
    const result<std::vector<Level>> levels = co_await call.control().peek(std::span(ledgers));
    if (!levels) throw store_unavailable();
    for (const Level& level : *levels) {
        rows[row_of_ledger[level.ledger_index]]["limits"].push_back(
            level_json(ledgers[level.ledger_index], level));
    }
    co_return rows;
}

awaitable<Json> changed_key_row(Call& call, std::string id) {
    const std::shared_ptr<const KeyIndex> index = call.index();
    try {
        std::vector<std::string> ids{id};
        std::vector<Json> rows = co_await key_rows(call, index, std::move(ids), Ledgers::own);
        co_return std::move(rows.front());
    } catch (const Refused&) {
    }
    co_return row_of(call, *index, id, call.store_now_us());
}

}  // namespace weir::admin
