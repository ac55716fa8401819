// One peek, and one charge for each ledger that the provider has counted more of.
#include "proxy/foreign_use.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "llm/provider_counts.hpp"
#include "proxy/worker.hpp"

namespace weir::proxy {

bool ForeignUse::begin(bool urgent, std::int64_t steady_us) {
    const std::lock_guard lock(mutex_);
    if (is_under_way_ || (!urgent && steady_us - began_us_ < apart_us)) return false;
    is_under_way_ = true;
    began_us_ = steady_us;
    return true;
}

void ForeignUse::end() noexcept {
    const std::lock_guard lock(mutex_);
    is_under_way_ = false;
}

std::int64_t ForeignUse::about_to_end(Dimension dimension, std::int64_t window_us, std::int64_t steady_us) {
    constexpr std::int64_t part_of_window = 20;
    const std::lock_guard lock(mutex_);
    std::deque<Charge>& charges = charges_[static_cast<std::size_t>(dimension)];
    while (!charges.empty() && charges.front().ends_us <= steady_us) charges.pop_front();
    std::int64_t sum = 0;
    for (const Charge& charge : charges) {
        if (charge.ends_us <= steady_us + window_us / part_of_window) sum += charge.amount;
    }
    return sum;
}

void ForeignUse::note(Dimension dimension, std::int64_t amount, std::int64_t window_us,
                      std::int64_t steady_us) {
    const std::lock_guard lock(mutex_);
    std::deque<Charge>& charges = charges_[static_cast<std::size_t>(dimension)];
    if (charges.size() >= charges_max) charges.pop_front();
    charges.push_back({amount, steady_us + window_us});
}

bool ForeignUse::is_news(Dimension dimension, std::int64_t announced) {
    const std::lock_guard lock(mutex_);
    return std::exchange(announced_[static_cast<std::size_t>(dimension)], announced) != announced;
}

namespace {

/// One dimension that the provider has told of, and the ledger that counts it.
struct Compared {
    Dimension dimension = Dimension::requests;
    std::size_t ledger = 0;
};

/// Of each dimension the shortest window, or the one that the provider names.
std::vector<Compared> compared_of(std::span<const LedgerLimits> ledgers, const llm::ProviderLimits& told) {
    std::vector<Compared> compared;
    for (const Dimension dimension : all_dimensions) {
        const llm::ProviderDimension& announced = told.of(dimension);
        if (!announced.remaining) continue;
        std::optional<std::size_t> best;
        for (std::size_t i = 0; i < ledgers.size(); ++i) {
            const LedgerLimits& ledger = ledgers[i];
            if (!ledger.enforced || ledger.limits.of(dimension) == unlimited) continue;
            if (announced.window_us && *announced.window_us != ledger.window_us) continue;
            if (!best || ledger.window_us < ledgers[*best].window_us) best = i;
        }
        if (best) compared.push_back({dimension, *best});
    }
    return compared;
}

/// `amount` of that dimension; of input and output together it is all input.
Amounts amounts_of(Dimension dimension, std::int64_t amount) noexcept {
    Amounts amounts;
    if (dimension == Dimension::requests) {
        amounts.requests = amount;
    } else if (dimension == Dimension::output_tokens) {
        amounts.output_tokens = amount;
    } else {
        amounts.input_tokens = amount;
    }
    return amounts;
}

struct Lesson {
    std::shared_ptr<const policy::Policy> policy;
    std::size_t upstream = 0;
    std::shared_ptr<ForeignUse> use;
    llm::ProviderLimits told;
    bool is_refused = false;
    Amounts in_flight;
};

awaitable<void> learn(Worker& worker, Lesson lesson) {
    const std::string& name = lesson.policy->config().upstreams[lesson.upstream].name;
    const std::span<const LedgerLimits> ledgers = lesson.policy->upstream_ledgers(lesson.upstream);
    const auto levels = co_await worker.limiter.peek(LedgerSet(ledgers));
    const std::int64_t steady_us = worker.clock.steady_us();
    for (const Compared& each : compared_of(ledgers, lesson.told)) {
        if (!levels) break;
        const auto level = std::find_if(levels->begin(), levels->end(), [&](const Level& candidate) {
            return candidate.ledger_index == each.ledger && candidate.dimension == each.dimension;
        });
        if (level == levels->end()) continue;
        const LedgerLimits& ledger = ledgers[each.ledger];
        const std::int64_t ending = lesson.use->about_to_end(each.dimension, ledger.window_us, steady_us);
        const bool is_refused =
            lesson.is_refused && lesson.told.of(each.dimension).remaining == std::int64_t{0};
        const llm::CountCorrection correction =
            llm::compare_counts({.configured_limit = level->limit,
                                 .window_us = ledger.window_us,
                                 .ledger_sum = std::max<std::int64_t>(level->used - ending, 0),
                                 .in_flight = is_refused ? 0 : lesson.in_flight.of(each.dimension),
                                 .announced = lesson.told.of(each.dimension),
                                 .is_certain = is_refused || ending > 0});
        const bool is_lower = correction.effective_limit < level->limit;
        if (is_lower && lesson.use->is_news(each.dimension, correction.effective_limit))
            spdlog::warn("upstream {} announces {} for {}, less than the configured {}: the lower one holds",
                         name, correction.effective_limit, to_string(each.dimension), level->limit);
        const std::int64_t amount = std::min(correction.foreign_charge, amount_max);
        if (amount <= 0) continue;
        const auto counted =
            co_await worker.limiter.count_foreign(ledger, amounts_of(each.dimension, amount));
        if (!counted) continue;
        lesson.use->note(each.dimension, amount, ledger.window_us, steady_us);
        worker.metrics.foreign_charges.add();
    }
    lesson.use->end();
}

}  // namespace

void learn_from(Worker& worker, std::shared_ptr<const policy::Policy> policy, std::size_t upstream,
                std::shared_ptr<ForeignUse> use, const llm::ProviderLimits& told, int status,
                const Amounts& in_flight) {
    const bool tells = std::any_of(told.by_dimension.begin(), told.by_dimension.end(),
                                   [](const auto& dimension) { return dimension.remaining.has_value(); });
    const bool is_refused = status == 429;
    if (!tells || policy->upstream_ledgers(upstream).empty()) return;
    if (!use->begin(is_refused, worker.clock.steady_us())) return;
    Lesson lesson{.policy = std::move(policy),
                  .upstream = upstream,
                  .use = std::move(use),
                  .told = told,
                  .is_refused = is_refused,
                  .in_flight = in_flight};
    boost::asio::co_spawn(worker.context, learn(worker, std::move(lesson)), boost::asio::detached);
}

}  // namespace weir::proxy
