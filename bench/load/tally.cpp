// Counting and adding up.
#include "load/tally.hpp"

#include <algorithm>

namespace weir::load {
namespace {

/// A server that invents reasons must not fill the memory.
constexpr std::size_t reasons_max = 1000;

void count_reason(Reasons& reasons, std::string_view reason) {
    const auto known = reasons.find(reason);
    if (known != reasons.end()) {
        ++known->second;
    } else {
        ++reasons[reasons.size() < reasons_max ? std::string(reason) : "(more)"];
    }
}

void merge_reasons(Reasons& sum, const Reasons& more) {
    for (const auto& [reason, count] : more) sum[reason] += count;
}

}  // namespace

void Counts::add(const Counts& more) {
    sent += more.sent;
    admitted += more.admitted;
    refused += more.refused;
    other += more.other;
    failed += more.failed;
    input_tokens += more.input_tokens;
    output_tokens += more.output_tokens;
}

void Tally::count_sent(std::size_t key, std::int64_t second, std::uint64_t late) {
    ++total.sent;
    ++keys[key].sent;
    ++timeline.at(second).sent;
    late_us.add(late);
}

void Tally::count_answer(std::size_t key, const Answer& answer) {
    Counts counts;
    SecondRow& row = timeline.at(answer.second);
    counts.input_tokens = answer.usage.input_tokens;
    counts.output_tokens = answer.usage.output_tokens;
    ++statuses_[std::min<std::size_t>(answer.status, status_end - 1)];
    if (answer.status == 429 && !answer.has_retry_after) ++without_retry_after;
    if (answer.waited_ms) waited_us.add(*answer.waited_ms * 1000);
    if (answer.first_token_us) first_token_us.add(*answer.first_token_us);
    if (answer.status / 100 == 2) {
        counts.admitted = 1;
        admitted_waited += answer.waited_ms ? 1 : 0;
        ++row.admitted;
        row.admitted_us.add(answer.duration_us);
        admitted_us.add(answer.duration_us);
    } else if (answer.status == 429 || !answer.refused_by.empty()) {
        counts.refused = 1;
        refused_waited += answer.waited_ms ? 1 : 0;
        ++row.refused;
        row.refused_us.add(answer.duration_us);
        refused_us.add(answer.duration_us);
        count_reason(refused_by, answer.refused_by.empty() ? "(not told)" : answer.refused_by);
    } else {
        counts.other = 1;
        ++row.other;
        other_us.add(answer.duration_us);
    }
    keys[key].add(counts);
    total.add(counts);
}

void Tally::count_failure(std::size_t key, std::int64_t second, std::string_view reason) {
    ++total.failed;
    ++keys[key].failed;
    ++timeline.at(second).failed;
    count_reason(failed_by, reason);
}

void Tally::merge(const Tally& other) {
    total.add(other.total);
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i].add(other.keys[i]);
    for (std::size_t i = 0; i < statuses_.size(); ++i) statuses_[i] += other.statuses_[i];
    merge_reasons(refused_by, other.refused_by);
    merge_reasons(failed_by, other.failed_by);
    connections.opened += other.connections.opened;
    connections.reused += other.connections.reused;
    connections.failed += other.connections.failed;
    connections.left_open += other.connections.left_open;
    timeline.merge(other.timeline);
    without_retry_after += other.without_retry_after;
    admitted_waited += other.admitted_waited;
    refused_waited += other.refused_waited;
    unfinished += other.unfinished;
    unsent += other.unsent;
    admitted_us.merge(other.admitted_us);
    refused_us.merge(other.refused_us);
    other_us.merge(other.other_us);
    first_token_us.merge(other.first_token_us);
    waited_us.merge(other.waited_us);
    late_us.merge(other.late_us);
}

Histogram Tally::answered_us() const {
    Histogram all = admitted_us;
    all.merge(refused_us);
    all.merge(other_us);
    return all;
}

std::map<unsigned, std::uint64_t> Tally::by_status() const {
    std::map<unsigned, std::uint64_t> counts;
    for (std::size_t status = 0; status < statuses_.size(); ++status) {
        if (statuses_[status] > 0) counts[static_cast<unsigned>(status)] = statuses_[status];
    }
    return counts;
}

}  // namespace weir::load
