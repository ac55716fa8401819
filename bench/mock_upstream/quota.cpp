// A deque for each dimension: new entries at one end, those that have left the window out at the other.
#include "mock_upstream/quota.hpp"

#include <algorithm>

namespace weir::mock {
namespace {

constexpr std::int64_t minute_us = 60'000'000;
constexpr std::array all_counted{Counted::requests, Counted::tokens, Counted::input_tokens,
                                 Counted::output_tokens};

}  // namespace

std::string_view name_of(Counted what) {
    constexpr std::array<std::string_view, counted_count> names{"requests", "tokens", "input-tokens",
                                                                "output-tokens"};
    return names[static_cast<std::size_t>(what)];
}

std::optional<std::uint64_t> QuotaLimits::of(Counted what) const {
    return std::array{requests, tokens, input_tokens, output_tokens}[static_cast<std::size_t>(what)];
}

Quota::Quota(const QuotaLimits& limits) : limits_(limits) {
    if (limits_.window_us == 0 && limits_.any()) limits_.window_us = minute_us;
}

QuotaState Quota::admit(std::uint64_t input_tokens, std::uint64_t output_tokens, std::int64_t now_us) {
    const std::array<std::uint64_t, counted_count> amounts{1, input_tokens + output_tokens, input_tokens,
                                                           output_tokens};
    QuotaState state{.dimensions = {}, .window_us = limits_.window_us};
    if (!counts()) return state;
    const std::lock_guard lock(mutex_);
    now_us_ = std::max(now_us_, now_us);
    forget_old();
    for (const Counted what : all_counted) {
        const std::uint64_t amount = amounts[static_cast<std::size_t>(what)];
        const std::int64_t wait_us = room_in_us(what, amount);
        if (wait_us <= state.retry_after_us) continue;
        state.retry_after_us = wait_us;
        state.refused_by = what;
        state.asked = amount;
    }
    for (std::size_t i = 0; !state.refused_by && i < counted_count; ++i) {
        if (amounts[i] == 0) continue;
        logs_[i].entries.push_back({now_us_, amounts[i]});
        logs_[i].sum += amounts[i];
        logs_[i].most = std::max(logs_[i].most, logs_[i].sum);
    }
    describe(state);
    return state;
}

QuotaState Quota::look(std::int64_t now_us) {
    QuotaState state{.dimensions = {}, .window_us = limits_.window_us};
    const std::lock_guard lock(mutex_);
    now_us_ = std::max(now_us_, now_us);
    forget_old();
    describe(state);
    return state;
}

std::array<std::uint64_t, counted_count> Quota::most_in_a_window() const {
    const std::lock_guard lock(mutex_);
    std::array<std::uint64_t, counted_count> most{};
    for (std::size_t i = 0; i < counted_count; ++i) most[i] = logs_[i].most;
    return most;
}

void Quota::forget_old() {
    for (Log& log : logs_) {
        while (!log.entries.empty() && log.entries.front().at_us + limits_.window_us <= now_us_) {
            log.sum -= log.entries.front().amount;
            log.entries.pop_front();
        }
    }
}

/// 0: there is room now.
std::int64_t Quota::room_in_us(Counted what, std::uint64_t amount) const {
    const std::optional<std::uint64_t> limit = limits_.of(what);
    if (!limit) return 0;
    if (amount > *limit) return limits_.window_us;
    std::uint64_t used = log(what).sum;
    std::int64_t wait_us = 0;
    for (auto entry = log(what).entries.begin(); used + amount > *limit; ++entry) {
        used -= entry->amount;
        wait_us = entry->at_us + limits_.window_us - now_us_;
    }
    return wait_us;
}

void Quota::describe(QuotaState& state) const {
    for (const Counted what : all_counted) {
        const std::optional<std::uint64_t> limit = limits_.of(what);
        if (!limit) continue;
        const Log& of_it = log(what);
        const std::int64_t reset_us =
            of_it.entries.empty() ? 0 : of_it.entries.back().at_us + limits_.window_us - now_us_;
        state.dimensions.push_back({what, *limit, of_it.sum, reset_us});
    }
}

}  // namespace weir::mock
