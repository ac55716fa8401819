// Entries sorted by bucket with running sums: a decision reads the sums, only a refusal walks the entries.
#include "weir/window.hpp"

#include <algorithm>

namespace weir {

namespace {

bool is_zero(const Amounts& amounts) noexcept {
    return amounts == Amounts{};
}

Amounts at_most(const Amounts& wanted, const Amounts& there) noexcept {
    return {std::min(wanted.requests, there.requests), std::min(wanted.input_tokens, there.input_tokens),
            std::min(wanted.output_tokens, there.output_tokens)};
}

}  // namespace

void Window::trim(std::int64_t now_us) {
    const std::int64_t width = bucket_width_us(window_us_);
    auto first_alive = entries_.begin();
    while (first_alive != entries_.end() && first_alive->bucket * width <= now_us) {
        sum_ -= first_alive->amounts;
        ++first_alive;
    }
    entries_.erase(entries_.begin(), first_alive);

    const std::int64_t current = bucket_of(now_us, window_us_);
    Amounts folded;
    while (!entries_.empty() && entries_.back().bucket > current) {
        folded += entries_.back().amounts;
        sum_ -= entries_.back().amounts;
        entries_.pop_back();
    }
    if (!is_zero(folded)) add(current, folded);
}

std::optional<NoRoom> Window::find_no_room(const Demand& demand, const Limits& limits,
                                           std::int64_t now_us) const {
    std::optional<NoRoom> longest;
    for (const Dimension dimension : all_dimensions) {
        const std::int64_t wanted = demand.of(dimension);
        const std::int64_t limit = limits.of(dimension);
        if (wanted <= 0 || limit == unlimited) continue;
        const std::int64_t excess = sum_.of(dimension) + wanted - limit;
        if (excess <= 0) continue;
        const std::int64_t retry_after_us =
            dimension == Dimension::in_flight ? in_flight_retry_us : expiry_of(dimension, excess) - now_us;
        if (!longest || retry_after_us > longest->retry_after_us) {
            longest = NoRoom{dimension, sum_.of(dimension), retry_after_us};
        }
    }
    return longest;
}

std::int64_t Window::expiry_of(Dimension dimension, std::int64_t amount) const noexcept {
    std::int64_t expires_us = 0;
    for (const Entry& entry : entries_) {
        if (amount <= 0) break;
        amount -= entry.amounts.of(dimension);
        expires_us = entry.bucket * bucket_width_us(window_us_);
    }
    return expires_us;
}

void Window::add(std::int64_t bucket, const Amounts& amounts) {
    if (is_zero(amounts)) return;
    sum_ += amounts;
    auto position = entries_.end();
    while (position != entries_.begin() && std::prev(position)->bucket > bucket) --position;
    if (position != entries_.begin() && std::prev(position)->bucket == bucket) {
        std::prev(position)->amounts += amounts;
    } else {
        entries_.insert(position, Entry{bucket, amounts});
    }
}

void Window::remove(std::int64_t bucket, const Amounts& amounts) {
    const auto position =
        std::lower_bound(entries_.begin(), entries_.end(), bucket,
                         [](const Entry& entry, std::int64_t wanted) { return entry.bucket < wanted; });
    if (position == entries_.end() || position->bucket != bucket) return;
    const Amounts taken = at_most(amounts, position->amounts);
    position->amounts -= taken;
    sum_ -= taken;
    if (is_zero(position->amounts)) entries_.erase(position);
}

std::int64_t Window::reset_us(Dimension dimension, std::int64_t now_us) const noexcept {
    if (dimension == Dimension::in_flight) return 0;
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
        if (entry->amounts.of(dimension) > 0) return entry->bucket * bucket_width_us(window_us_) - now_us;
    }
    return 0;
}

std::int64_t Window::empty_at_us() const noexcept {
    return entries_.empty() ? 0 : entries_.back().bucket * bucket_width_us(window_us_);
}

}  // namespace weir
