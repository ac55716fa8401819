// The table is locked for look-ups alone, never across a call to the store.
#include "proxy/background_responses.hpp"

#include <algorithm>

#include "proxy/http_names.hpp"

namespace weir::proxy {

namespace {
/// Nothing reported, nothing refunded.
constexpr Usage as_reserved{.certainty = Certainty::lower_bound, .unproduced = Unproduced::charge};
}  // namespace

bool BackgroundResponses::hold(std::string_view id, Held& held, const void* owner) {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= held_max || entries_.contains(id)) return false;
    const std::int64_t now_us = clock_.steady_us();
    Entry entry;
    entry.cached_input_weight = held.cached_input_weight;
    entry.key_id = std::move(held.key_id);
    entry.model = std::move(held.model);
    entry.upstream = std::move(held.upstream);
    entry.owner = owner;
    entry.renew_at_us = now_us + held.reservation.progress_due_us() / 2;
    entry.ends_at_us = now_us + held_us_max;
    entry.reservation.emplace(std::move(held.reservation));
    entries_.emplace(std::string(id), std::move(entry));
    return true;
}

std::optional<double> BackgroundResponses::weight_of(std::string_view id) const {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(id);
    if (entry == entries_.end() || entry->second.facts) return std::nullopt;
    return entry->second.cached_input_weight;
}

bool BackgroundResponses::is_held_for(std::string_view key_id, std::string_view id) const {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(id);
    return entry != entries_.end() && entry->second.key_id == key_id && !entry->second.facts;
}

std::string BackgroundResponses::upstream_of(std::string_view id) const {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(id);
    return entry == entries_.end() ? std::string() : entry->second.upstream;
}

void BackgroundResponses::report(std::string_view id, const EndingFacts& facts) {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(id);
    if (entry != entries_.end() && !entry->second.facts) entry->second.facts = facts;
}

std::size_t BackgroundResponses::held_by(const void* owner) const noexcept {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count_if(
        entries_.begin(), entries_.end(), [&](const auto& entry) { return entry.second.owner == owner; }));
}

std::vector<std::string> BackgroundResponses::due_ids(const void* owner, bool ending) const {
    const std::int64_t now_us = clock_.steady_us();
    std::vector<std::string> ids;
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_) {
        if (entry.owner != owner || !entry.reservation) continue;
        const bool is_late = entry.renew_at_us <= now_us || entry.ends_at_us <= now_us;
        if (entry.facts || ending || is_late) ids.push_back(id);
    }
    return ids;
}

awaitable<void> BackgroundResponses::serve(std::string id, Limiter& limiter, bool ending,
                                           const OnSettled& on_settled) {
    std::optional<Reservation> reservation;
    std::optional<Usage> usage;
    Settled settled;
    {
        const std::lock_guard lock(mutex_);
        Entry& entry = entries_.find(id)->second;
        reservation.swap(entry.reservation);
        settled.reserved = reservation->demand();
        if (entry.facts) {
            usage = settle_by(*entry.facts);
            settled.spent = spent_by(*entry.facts, settled.reserved);
        } else if (ending || entry.ends_at_us <= clock_.steady_us()) {
            usage = as_reserved;
            settled.spent = spent_as_reserved(settled.reserved);
        }
        if (usage) {
            settled.key_id = std::move(entry.key_id);
            settled.model = std::move(entry.model);
        }
    }
    if (!usage) co_return co_await renew(std::move(id), limiter, std::move(*reservation));
    co_await limiter.settle(std::move(*reservation), *usage);
    on_settled(settled);
    const std::lock_guard lock(mutex_);
    entries_.erase(id);
}

awaitable<void> BackgroundResponses::renew(std::string id, Limiter& limiter, Reservation reservation) {
    co_await limiter.progress(reservation, {.output_tokens = reservation.produced()});
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_.find(id)->second;
    entry.renew_at_us = clock_.steady_us() + reservation.progress_due_us() / 2;
    entry.reservation.emplace(std::move(reservation));
}

awaitable<void> BackgroundResponses::look_after(Limiter& limiter, const void* owner, bool ending,
                                                const OnSettled& on_settled) {
    for (std::string& id : due_ids(owner, ending)) {
        co_await serve(std::move(id), limiter, ending, on_settled);
    }
}

std::optional<EndingFacts> told_by_fetch(EndingFacts answer, std::string_view method,
                                         bool is_spelled_plainly) {
    const bool is_gone =
        answer.status == 404 || answer.status == 410 || (is_success(answer.status) && method == "DELETE");
    const bool is_told = is_success(answer.status) && answer.usage.ended && !answer.usage.unfinished;
    if (!is_gone && !is_told) return std::nullopt;
    if (!is_spelled_plainly && !is_told) return std::nullopt;
    // Asking in a way that finds nothing, or deleting what was made, gives nothing back: it is charged as
    // reserved.
    if (is_gone && !answer.usage.output_tokens) return EndingFacts{.ending = Ending::whole, .status = 200};
    answer.status = 200;
    // It was cancelled, and nobody says what it has produced: the rest of the lease just runs out.
    if (method == "POST" && !answer.usage.output_tokens) answer.ending = Ending::client_gone;
    return answer;
}

}  // namespace weir::proxy
