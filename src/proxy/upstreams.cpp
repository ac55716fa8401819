// Locks are held for a look-up or a few numbers.
#include "proxy/upstreams.hpp"

#include <algorithm>

namespace weir::proxy {

Readiness KnownUpstream::readiness(std::int64_t steady_us) const {
    if (is_untroubled_.load(std::memory_order_acquire)) return Readiness::ready;
    const std::lock_guard lock(mutex_);
    return health_.may_ask(steady_us) ? Readiness::ready : Readiness::ejected;
}

UpstreamHealth::Ask KnownUpstream::begin(std::int64_t steady_us) {
    if (is_untroubled_.load(std::memory_order_acquire))
        return {.period = period_.load(std::memory_order_relaxed)};
    const std::lock_guard lock(mutex_);
    return health_.begin(steady_us);
}

std::optional<UpstreamHealth::Ask> KnownUpstream::take_probe(std::int64_t steady_us) {
    const std::lock_guard lock(mutex_);
    if (health_.state(steady_us) != UpstreamHealth::State::half_open) return std::nullopt;
    return health_.begin(steady_us);
}

bool KnownUpstream::note(UpstreamHealth::Ask ask, Sign sign, std::int64_t steady_us, double jitter) {
    if (sign != Sign::failing && is_untroubled_.load(std::memory_order_acquire)) return false;
    const std::lock_guard lock(mutex_);
    const bool was_well = health_.is_well();
    switch (sign) {
        case Sign::well:
            health_.note_success(ask);
            break;
        case Sign::failing:
            health_.note_failure(ask, steady_us, jitter);
            break;
        case Sign::nothing:
            health_.note_abandoned(ask);
            break;
    }
    period_.store(health_.period(), std::memory_order_relaxed);
    is_untroubled_.store(health_.is_untroubled(), std::memory_order_release);
    return was_well != health_.is_well();
}

bool KnownUpstream::is_well() const {
    const std::lock_guard lock(mutex_);
    return health_.is_well();
}

double KnownUpstream::headroom(const Demand& demand, std::int64_t steady_us) const noexcept {
    double least = 1.0;
    for (const Dimension dimension : all_dimensions) {
        const auto index = static_cast<std::size_t>(dimension);
        if (demand.of(dimension) <= 0) continue;
        if (steady_us - seen_us_[index].load(std::memory_order_relaxed) > headroom_age_us_max) continue;
        least = std::min(least, static_cast<double>(left_[index].load(std::memory_order_relaxed)));
    }
    return least;
}

void KnownUpstream::note_level(const Level& level, std::int64_t steady_us) noexcept {
    const auto index = static_cast<std::size_t>(level.dimension);
    if (level.limit <= 0) return;
    auto left = static_cast<float>(static_cast<double>(level.remaining()) / static_cast<double>(level.limit));
    // Several windows of one decision: the fullest counts.
    if (seen_us_[index].load(std::memory_order_relaxed) == steady_us)
        left = std::min(left, left_[index].load(std::memory_order_relaxed));
    left_[index].store(left, std::memory_order_relaxed);
    seen_us_[index].store(steady_us, std::memory_order_relaxed);
}

Amounts KnownUpstream::in_flight() const noexcept {
    return {requests_in_flight_.load(std::memory_order_relaxed),
            input_in_flight_.load(std::memory_order_relaxed),
            output_in_flight_.load(std::memory_order_relaxed)};
}

void KnownUpstream::add_in_flight(const Amounts& amounts) noexcept {
    requests_in_flight_.fetch_add(amounts.requests, std::memory_order_relaxed);
    input_in_flight_.fetch_add(amounts.input_tokens, std::memory_order_relaxed);
    output_in_flight_.fetch_add(amounts.output_tokens, std::memory_order_relaxed);
}

void KnownUpstream::take_in_flight(const Amounts& amounts) noexcept {
    requests_in_flight_.fetch_sub(amounts.requests, std::memory_order_relaxed);
    input_in_flight_.fetch_sub(amounts.input_tokens, std::memory_order_relaxed);
    output_in_flight_.fetch_sub(amounts.output_tokens, std::memory_order_relaxed);
}

std::shared_ptr<KnownUpstream> Upstreams::of(std::string_view name) {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(name);
    if (found != known_.end()) return found->second;
    std::array<bool, observe::upstreams_max> is_taken{};
    for (const auto& [other, known] : known_) is_taken.at(known->slot()) = true;
    const auto free = std::find(is_taken.begin(), is_taken.end() - 1, false);
    const auto slot = static_cast<std::size_t>(free - is_taken.begin());
    return known_.emplace(name, std::make_shared<KnownUpstream>(slot)).first->second;
}

void Upstreams::keep(const std::vector<std::string>& names) {
    const std::lock_guard lock(mutex_);
    std::erase_if(known_, [&](const auto& known) {
        return std::find(names.begin(), names.end(), known.first) == names.end();
    });
}

std::int64_t Upstreams::sleeps_until_us(std::string_view upstream, std::string_view model,
                                        std::int64_t steady_us) const {
    if (sleeping_.load(std::memory_order_relaxed) == 0) return 0;
    const std::lock_guard lock(sleep_mutex_);
    return sleep_.sleeps_until_us(upstream, model, steady_us);
}

bool Upstreams::is_asleep(std::string_view upstream, std::int64_t steady_us) const {
    if (sleeping_.load(std::memory_order_relaxed) == 0) return false;
    const std::lock_guard lock(sleep_mutex_);
    return sleep_.is_asleep(upstream, steady_us);
}

void Upstreams::put_to_sleep(std::string_view upstream, std::string_view model, std::int64_t sleep_us,
                             std::int64_t steady_us) {
    const std::lock_guard lock(sleep_mutex_);
    sleep_.put_to_sleep(upstream, model, steady_us + sleep_us, steady_us);
    sleeping_.store(sleep_.size(), std::memory_order_relaxed);
}

std::string Upstreams::sleep_text(std::int64_t steady_us, std::size_t bytes_max) const {
    const std::lock_guard lock(sleep_mutex_);
    return sleep_.text(steady_us, bytes_max);
}

bool Upstreams::merge_sleep(std::string_view text, std::int64_t age_us, std::int64_t steady_us) {
    const std::lock_guard lock(sleep_mutex_);
    const bool is_understood = sleep_.merge(text, age_us, steady_us);
    sleeping_.store(sleep_.size(), std::memory_order_relaxed);
    return is_understood;
}

}  // namespace weir::proxy
