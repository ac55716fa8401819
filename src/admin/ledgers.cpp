// GET /admin/keys/{id}/ledgers: what the ledgers of a key hold, bucket by bucket. While a master of a Redis
// Cluster is away, what the others hold is told all the same.
#include <nlohmann/json.hpp>
#include <utility>

#include "admin/handlers.hpp"
#include "admin/key_rows.hpp"

namespace weir::admin {

namespace {

/// Those of dimensions without a limit are left out.
Json limits_of(const LedgerLimits& ledger) {
    Json limits = Json::object();
    for (const Dimension dimension : all_dimensions) {
        const std::int64_t limit = ledger.limits.of(dimension);
        if (limit != unlimited) limits[std::string(to_string(dimension))] = limit;
    }
    return limits;
}

/// Requests in flight alone, or all but these.
Json used_json(const LedgerLimits& ledger, const Amounts& amounts) {
    Json used = Json::object();
    for (const Dimension dimension : all_dimensions) {
        const bool is_counted = (dimension == Dimension::in_flight) == ledger.limits.counts_in_flight();
        if (is_counted) used[std::string(to_string(dimension))] = amounts.of(dimension);
    }
    return used;
}

Json entry_json(const LedgerLimits& ledger, const LedgerContents::Entry& entry, std::int64_t now_us) {
    const std::int64_t expires_in_ms = (entry.expires_us - now_us + 999) / 1000;
    if (ledger.limits.counts_in_flight())
        return {{"expires_in_ms", expires_in_ms}, {"in_flight", entry.amounts.of(Dimension::in_flight)}};
    return {{"expires_in_ms", expires_in_ms},
            {"requests", entry.amounts.requests},
            {"input_tokens", entry.amounts.input_tokens},
            {"output_tokens", entry.amounts.output_tokens}};
}

Json ledger_json(const LedgerLimits& ledger, const result<LedgerContents>& contents) {
    const bool is_in_redis = !contents || contents->kept_by == StoreMode::redis;
    Json json{{"redis_key", is_in_redis ? Json(ledger.ledger.key()) : Json()},
              {"scope", to_string(ledger.scope)},
              {"owner", policy::owner_name(ledger)},
              {"window", window_text(ledger)},
              {"window_ms", ledger.window_us / 1000},
              {"enforced", ledger.enforced},
              {"epoch", contents ? contents->epoch : 0},
              {"limits", limits_of(ledger)},
              {"used", contents ? used_json(ledger, contents->sums) : Json()},
              {"entries", Json::array()}};
    if (!contents) return json;
    for (const LedgerContents::Entry& entry : contents->entries) {
        json["entries"].push_back(entry_json(ledger, entry, contents->now_us));
    }
    return json;
}

}  // namespace

awaitable<Answer> show_ledgers(Call& call) {
    const std::shared_ptr<const KeyIndex> index = call.index();
    const std::string& id = call.text("id");
    const config::Key* key = index->find(id);
    if (key == nullptr) throw no_such_key();
    const std::vector<LedgerLimits> ledgers = ledgers_of_key(*index, *key, Ledgers::all);
    Json rows = Json::array();
    bool was_any_read = ledgers.empty();
    for (const LedgerLimits& ledger : ledgers) {
        const result<LedgerContents> contents = co_await call.control().read(ledger);
        was_any_read = was_any_read || contents.has_value();
        rows.push_back(ledger_json(ledger, contents));
    }
    if (!was_any_read) throw store_unavailable();
    co_return json_answer({{"id", id}, {"ledgers", std::move(rows)}});
}

}  // namespace weir::admin
