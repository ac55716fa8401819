// What nodes tell each other and the page of themselves, twice a second.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "app/operations.hpp"
#include "config/url.hpp"
#include "llm/dialect.hpp"
#include "observe/totals.hpp"
#include "usage/printable.hpp"

namespace weir::app {

namespace {

constexpr std::size_t keys_with_levels = 20;

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
    return name.data();
}

}  // namespace

void Operations::take_figures(const std::vector<ExchangeReply::Node>& nodes) {
    const std::int64_t now_us = parts_.clock.now_us();
    std::vector<std::string> calibrations;
    for (const ExchangeReply::Node& node : nodes) {
        if (node.name == name_) continue;
        auto figures = observe::parse_node_figures(node.figures);
        if (!figures) {
            tell_of_unreadable(node.name);
            continue;
        }
        others_[node.name] = {.version = figures->runtime_version,
                              .heard_us = parts_.clock.steady_us() - node.age_us};
        observe::take_minutes(*figures, now_us, activity_);
        (void)parts_.upstreams.merge_sleep(figures->sleep, node.age_us, parts_.clock.steady_us());
        calibrations.push_back(std::move(figures->calibration));
        cluster_.take(std::move(*figures), now_us);
    }
    parts_.learned.calibration.replace_others(calibrations, now_us);
}

/// Once for each, that is, for each process.
void Operations::tell_of_unreadable(const std::string& node) {
    constexpr std::size_t nodes_max = 64;
    if (unreadable_.size() == nodes_max) unreadable_.clear();
    if (!unreadable_.insert(node).second) return;
    usage::NameBuffer buffer;
    spdlog::warn(
        "cluster: the figures of node {} can't be read; is it of another version? This node shows none of "
        "them, and learns nothing from it",
        usage::printable(node, buffer));
}

std::int64_t Operations::newest_of_others() {
    const std::int64_t now_us = parts_.clock.steady_us();
    std::erase_if(others_, [&](const auto& other) {
        return now_us - other.second.heard_us > observe::ClusterFigures::silent_us_max;
    });
    std::int64_t newest = 0;
    for (const auto& [name, other] : others_) newest = std::max(newest, other.version);
    return newest;
}

observe::NodeFigures Operations::own_figures() {
    const std::int64_t now_us = parts_.clock.now_us();
    const std::shared_ptr<const config::Config> config = parts_.config.current();
    observe::StoreFigures store;
    parts_.store.report(store);
    if (std::exchange(data_losses_, store.data_losses) != store.data_losses) parts_.usage.doubt_store();
    if (mode_ != store.mode) {
        mode_ = store.mode;
        mode_since_us_ = now_us;
    }
    std::vector<const observe::WorkerMetrics*> workers;
    for (const auto& worker : parts_.workers) workers.push_back(&worker->metrics());
    const admin::Readiness readiness = parts_.store.readiness();
    observe::NodeFigures figures;
    figures.name = name_;
    figures.host = host_name();
    figures.listen = listen_;
    figures.version = WEIR_VERSION;
    figures.started_us = started_us_;
    figures.made_us = now_us;
    figures.mode = to_string(mode_.value_or(store.mode));
    figures.mode_since_us = mode_since_us_;
    figures.store_server = parts_.store.server();
    figures.store_remark = readiness.remark;
    figures.ready = readiness.ready && !draining_;
    figures.remark = draining_ ? "this node is draining" : readiness.remark;
    figures.draining = draining_;
    figures.config_hash = parts_.config.hash();
    figures.runtime_version = layer_.version();
    figures.waiting = static_cast<std::int64_t>(parts_.waiting_room.size());
    figures.totals = observe::totals_of(workers);
    figures.minutes = activity_.own_minutes(now_us, observe::NodeFigures::keys_max);
    figures.limits = levels_;
    figures.recent = parts_.recent.newest();
    upstreams_.clear();
    for (const config::Upstream& upstream : config->upstreams)
        upstreams_.push_back(upstream_figures(upstream, workers));
    figures.upstreams = upstreams_;
    figures.sleep =
        parts_.upstreams.sleep_text(parts_.clock.steady_us(), observe::NodeFigures::sleep_bytes_max);
    figures.calibration =
        parts_.learned.calibration.text(now_us, observe::NodeFigures::calibration_bytes_max);
    return figures;
}

observe::UpstreamFigures Operations::upstream_figures(
    const config::Upstream& upstream, const std::vector<const observe::WorkerMetrics*>& workers) {
    const std::int64_t now_us = parts_.clock.now_us();
    const std::int64_t steady_us = parts_.clock.steady_us();
    const auto known = parts_.upstreams.of(upstream.name);
    const auto totals = observe::upstream_totals_of(workers, known->slot());
    observe::UpstreamHealth& health = health_.try_emplace(upstream.name, now_us).first->second;
    health.update(totals.answers, totals.errors + totals.moved, now_us);
    return {.name = upstream.name,
            .url = config::to_string(upstream.url),
            .healthy = health.healthy(),
            .since_us = health.since_us(),
            .answers = totals.answers,
            .errors = totals.errors,
            .ejected = !known->is_well(),
            .asleep = parts_.upstreams.is_asleep(upstream.name, steady_us)};
}

awaitable<void> Operations::read_levels() {
    const std::shared_ptr<const policy::Policy> current = parts_.policy();
    const config::Config& config = current->config();
    std::vector<LedgerLimits> ledgers;
    for (const config::Upstream& upstream : config.upstreams) {
        policy::append_ledgers(ledgers,
                               {.scope = Scope::upstream, .id = upstream.name, .tenant = upstream.name},
                               upstream.limits);
    }
    for (const auto& [name, group] : config.groups) {
        if (ledgers.size() >= observe::NodeFigures::limits_max) break;
        policy::append_ledgers(ledgers, {.scope = Scope::group, .id = name, .tenant = name}, group.limits);
    }
    for (const auto& recent :
         activity_.ranked(observe::KeyOrder::requests, parts_.clock.now_us(), keys_with_levels)) {
        const auto subject = current->find(recent.id);
        if (!subject) continue;
        for (LedgerLimits& ledger : current->ledgers_of(*subject)) {
            if (ledger.scope == Scope::key) ledgers.push_back(std::move(ledger));
        }
    }
    const auto read = co_await peek(ledgers);
    if (!read) co_return;
    std::vector<observe::LimitLevel> levels;
    for (const Level& level : *read) {
        const LedgerLimits& ledger = ledgers[level.ledger_index];
        levels.push_back({.name = llm::limit_name(ledger.scope, level.dimension, ledger.window_us),
                          .owner = std::string(policy::owner_name(ledger)),
                          .limit = level.limit,
                          .used = level.used,
                          .reset_us = level.reset_us,
                          .enforced = ledger.enforced});
    }
    const auto share = [](const observe::LimitLevel& level) {
        return static_cast<double>(level.used) / static_cast<double>(std::max<std::int64_t>(level.limit, 1));
    };
    std::stable_sort(levels.begin(), levels.end(),
                     [&](const auto& left, const auto& right) { return share(left) > share(right); });
    if (levels.size() > observe::NodeFigures::limits_max) levels.resize(observe::NodeFigures::limits_max);
    levels_ = std::move(levels);
}

}  // namespace weir::app
