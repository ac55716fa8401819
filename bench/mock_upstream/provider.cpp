// Counters, and the script under a lock which a provider without one never takes.
#include "mock_upstream/provider.hpp"

#include <algorithm>

#include "weir/clock.hpp"

namespace weir::mock {

Provider::Provider(MockOptions given)
    : options(std::move(given)),
      journal(options.log_file, options.keep_records),
      quota(options.quota),
      fleet_(options.fleet ? options.fleet : std::make_shared<Fleet>()) {
    fleet_->join(*this);
}

Provider::~Provider() {
    fleet_->leave(*this);
}

void Provider::follow(Script script, std::int64_t now_us) {
    const std::lock_guard lock(script_mutex_);
    script_ = std::move(script);
    script_began_us_ = now_us;
    has_script_ = true;
}

Mode Provider::mode(std::int64_t now_us) const {
    if (!has_script_) return {};
    const std::lock_guard lock(script_mutex_);
    return script_.at(now_us - script_began_us_);
}

std::optional<std::int64_t> Provider::next_change_us(std::int64_t now_us) const {
    const std::lock_guard lock(script_mutex_);
    const std::optional<std::int64_t> next_us = script_.next_after(now_us - script_began_us_);
    if (!next_us) return std::nullopt;
    return script_began_us_ + *next_us;
}

std::int64_t Provider::arrive(Wire& wire) {
    const std::int64_t now_in_flight = ++in_flight_ - left_unnoticed();
    const bool may_look_at_wires = options.threads <= 1;
    if (options.keep_records && may_look_at_wires) wires_in_flight_.insert(&wire);
    std::int64_t most = in_flight_max_;
    while (most < now_in_flight && !in_flight_max_.compare_exchange_weak(most, now_in_flight)) {
    }
    return now_in_flight;
}

/// The end of one connection and the request on another can come to light in one step, and in either order.
std::int64_t Provider::left_unnoticed() const {
    return std::count_if(wires_in_flight_.begin(), wires_in_flight_.end(),
                         [](Wire* wire) { return wire->client_left(); });
}

void Provider::depart(Wire& wire, MockRecord record) {
    if (!wires_in_flight_.empty()) wires_in_flight_.erase(&wire);
    if (!record.problem.empty()) ++journal.counters.malformed;
    if (record.aborted) ++journal.counters.aborted;
    if (record.complete) ++complete_;
    ++by_status_.at(record.status);
    journal.add(std::move(record));
    --in_flight_;  // last: whoever sees it finds all the rest counted
}

void Provider::execute(MockRecord& record) {
    record.executed = true;
    ++executed_;
    // A benchmark's provider need not remember every id that weir makes.
    const bool remembers_all = options.keep_records || !options.name.empty();
    const std::string& id = !record.mock_id.empty() || !remembers_all ? record.mock_id : record.request_id;
    if (id.empty()) return;
    record.duplicate = !fleet_->execute(id);
    if (record.duplicate) ++duplicates_;
}

MockStats Provider::stats() const {
    MockStats stats{.provider = options.name, .mode = mode_text(mode(SystemClock().steady_us()))};
    stats.requests = journal.counters.requests;
    stats.executed = executed_;
    stats.duplicates = duplicates_;
    stats.malformed = journal.counters.malformed;
    stats.aborted = journal.counters.aborted;
    stats.complete = complete_;
    for (unsigned status = 0; status < by_status_.size(); ++status) {
        if (by_status_[status] > 0) stats.by_status[status] = by_status_[status];
    }
    stats.in_flight = in_flight_;
    stats.in_flight_max = in_flight_max_;
    stats.limits = quota.limits();
    stats.most_in_a_window = quota.most_in_a_window();
    return stats;
}

}  // namespace weir::mock
