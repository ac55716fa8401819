// A flood of refusals costs each of them one look at a number.
#include "observe/recent_requests.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "observe/access_log.hpp"

namespace weir::observe {

namespace {

constexpr std::int64_t interval_us = 20'000;
constexpr auto ahead_us_max = static_cast<std::int64_t>(RecentRequests::rows_kept) * interval_us;
/// Clients choose these texts.
constexpr std::size_t text_bytes_max = 256;

/// Into which ring; nullopt: neither a refusal nor an error. A client that has left has had its reasons.
std::optional<std::size_t> ring_of(Outcome outcome, int status) noexcept {
    if (is_upstream_error(outcome, status)) return 1;
    switch (outcome) {
        case Outcome::refused:
        case Outcome::never_fits:
        case Outcome::blocked:
            return 0;
        case Outcome::unauthenticated:
        case Outcome::bad_request:
        case Outcome::upstream_failed:
        case Outcome::store_unavailable:
        case Outcome::overloaded:
            return 1;
        case Outcome::served:
        case Outcome::answered:
        case Outcome::client_gone:
            return std::nullopt;
    }
    return std::nullopt;
}

std::string cut_row(const RequestRecord& record) {
    RequestRecord row = record;
    row.request_id.resize(std::min(row.request_id.size(), text_bytes_max));
    for (std::string_view RequestRecord::*text :
         {&RequestRecord::key_id, &RequestRecord::model, &RequestRecord::method, &RequestRecord::path}) {
        row.*text = (row.*text).substr(0, text_bytes_max);
    }
    return format_record(row);
}

}  // namespace

bool RecentRequests::passes(Gate& gate, std::int64_t now_us) noexcept {
    std::int64_t passed_until_us = gate.load(std::memory_order_relaxed);
    // Where the clock was set back, what has passed is forgotten.
    const std::int64_t ahead_us = passed_until_us - now_us;
    if (ahead_us > ahead_us_max - interval_us && ahead_us <= 2 * ahead_us_max) return false;
    const bool is_behind = ahead_us < 0 || ahead_us > 2 * ahead_us_max;
    const std::int64_t next_us = (is_behind ? now_us : passed_until_us) + interval_us;
    return gate.compare_exchange_strong(passed_until_us, next_us, std::memory_order_relaxed);
}

void RecentRequests::note(const RequestRecord& record) {
    const auto which = ring_of(record.outcome, record.status);
    if (!which) return;
    const std::int64_t now_us = record.received_at_us + record.duration_us;
    if (!passes(gates_[*which], now_us)) return;
    RecentRow row{.at_us = now_us, .json = cut_row(record)};
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock) return;
    Ring& ring = rings_[*which];
    ring.rows[ring.next] = std::move(row);
    ring.next = (ring.next + 1) % rows_kept;
}

std::vector<RecentRow> RecentRequests::newest(std::size_t count) const {
    std::vector<RecentRow> rows;
    rows.reserve(2 * rows_kept);
    {
        const std::lock_guard lock(mutex_);
        for (const Ring& ring : rings_) {
            for (std::size_t i = 1; i <= rows_kept; ++i) {
                const RecentRow& row = ring.rows[(ring.next + rows_kept - i) % rows_kept];
                if (!row.json.empty()) rows.push_back(row);
            }
        }
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const RecentRow& left, const RecentRow& right) { return left.at_us > right.at_us; });
    rows.resize(std::min(rows.size(), count));
    return rows;
}

}  // namespace weir::observe
