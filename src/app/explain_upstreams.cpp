// Rows by priority, with the policy's reasons in words.
#include "app/explain_upstreams.hpp"

#include <algorithm>

#include "llm/api.hpp"
#include "proxy/served_dialect.hpp"

namespace weir::app {

using Json = nlohmann::ordered_json;

namespace {

const char* why_not(policy::Fit fit) noexcept {
    switch (fit) {
        case policy::Fit::serves:
            break;
        case policy::Fit::other_dialect:
            return "It does not serve the API of this path (serves).";
        case policy::Fit::not_azure:
            return "The path is one of Azure's deployments, and it is another provider.";
        case policy::Fit::other_models:
            return "It does not serve this model (models).";
    }
    return "";
}

Json row_of(const config::Upstream& upstream, const policy::Fitting& fitting) {
    const bool serves = fitting.fit == policy::Fit::serves;
    Json row{{"name", upstream.name}, {"serves", serves}};
    row["sent_as"] = fitting.sent_as.empty() ? Json(nullptr) : Json(fitting.sent_as);
    row["priority"] = upstream.priority;
    row["weight"] = upstream.weight;
    row["why"] = serves ? Json(nullptr) : Json(why_not(fitting.fit));
    return row;
}

}  // namespace

ExplainedUpstreams explain_upstreams(const policy::Policy& policy, std::string_view path,
                                     std::string_view model) {
    const config::Dialect dialect = proxy::served_dialect(llm::dialect_of(path));
    const std::vector<config::Upstream>& upstreams = policy.config().upstreams;
    ExplainedUpstreams explained{.rows = Json::array(), .order = {}, .refusal = {}};
    for (const policy::Route& route : policy.routes_for(dialect, path, model))
        explained.order.push_back(route.upstream);
    std::stable_sort(explained.order.begin(), explained.order.end(),
                     [&](std::size_t left, std::size_t right) {
                         return upstreams[left].priority < upstreams[right].priority;
                     });
    const auto tell = [&](std::size_t index) {
        explained.rows.push_back(row_of(upstreams[index], policy.fit_of(index, dialect, path, model)));
    };
    for (const std::size_t index : explained.order) tell(index);
    for (std::size_t i = 0; i < upstreams.size(); ++i) {
        if (std::find(explained.order.begin(), explained.order.end(), i) == explained.order.end()) tell(i);
    }
    if (explained.order.empty()) {
        explained.refusal = policy.serves_path(dialect, path)
                                ? "No upstream serves the model " + std::string(model) + "."
                                : "No upstream serves this path.";
    }
    return explained;
}

std::optional<std::size_t> candidate_with_room(const LedgerSet& ledgers, const std::vector<Level>& levels,
                                               const Demand& demand) {
    const auto has_room = [&](LedgerSet::Range range) {
        return std::all_of(levels.begin(), levels.end(), [&](const Level& level) {
            if (!range.contains(level.ledger_index) || !ledgers[level.ledger_index].enforced) return true;
            const std::int64_t requested =
                demand_on(ledgers[level.ledger_index].limits, demand).of(level.dimension);
            return requested == 0 || level.used + requested <= level.limit;
        });
    };
    if (!has_room(ledgers.own())) return std::nullopt;
    if (ledgers.candidate_count() == 0) return 0;
    for (std::size_t number = 0; number < ledgers.candidate_count(); ++number) {
        if (has_room(ledgers.candidate(number))) return number;
    }
    return std::nullopt;
}

LedgerSet enforced_only(LedgerSet ledgers) {
    for (std::size_t i = ledgers.size(); i-- > 0;) {
        if (!ledgers[i].enforced) ledgers.remove(i);
    }
    return ledgers;
}

}  // namespace weir::app
