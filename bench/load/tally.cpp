// Counting and adding up.
#include "load/tally.hpp"

namespace weir::load {
namespace {

/// A server that invents reasons must not fill the memory.
constexpr std::size_t reasons_max = 1000;

void count_reason(std::map<std::string, std::uint64_t, std::less<>>& reasons, std::string_view reason) {
    const auto known = reasons.find(reason);
    if (known != reasons.end()) {
        ++known->second;
    } else {
        ++reasons[reasons.size() < reasons_max ? std::string(reason) : "(more)"];
    }
}

void add(KeyRow& sum, const KeyRow& row) {
    sum.sent += row.sent;
    sum.admitted += row.admitted;
    sum.refused += row.refused;
    sum.other += row.other;
    sum.failed += row.failed;
    sum.input_tokens += row.input_tokens;
    sum.output_tokens += row.output_tokens;
}

}  // namespace

void Tally::count_answer(std::size_t key, const Answer& answer) {
    KeyRow& row = keys[key];
    ++by_status[answer.status];
    row.input_tokens += answer.usage.input_tokens;
    row.output_tokens += answer.usage.output_tokens;
    if (answer.status == 429 && !answer.has_retry_after) ++without_retry_after;
    if (answer.status / 100 == 2) {
        ++row.admitted;
        admitted_us.add(answer.duration_us);
    } else if (answer.status == 429 || !answer.refused_by.empty()) {
        ++row.refused;
        refused_us.add(answer.duration_us);
        count_reason(refused_by, answer.refused_by.empty() ? "(not told)" : answer.refused_by);
    } else {
        ++row.other;
    }
}

void Tally::count_failure(std::size_t key, const std::string& reason) {
    ++keys[key].failed;
    count_reason(failed_by, reason);
}

void Tally::merge(const Tally& other) {
    for (std::size_t i = 0; i < keys.size(); ++i) add(keys[i], other.keys[i]);
    for (const auto& [status, count] : other.by_status) by_status[status] += count;
    for (const auto& [reason, count] : other.refused_by) refused_by[reason] += count;
    for (const auto& [reason, count] : other.failed_by) failed_by[reason] += count;
    without_retry_after += other.without_retry_after;
    unfinished += other.unfinished;
    admitted_us.merge(other.admitted_us);
    refused_us.merge(other.refused_us);
}

KeyRow Tally::total() const {
    KeyRow sum;
    for (const KeyRow& row : keys) add(sum, row);
    return sum;
}

std::uint64_t Tally::failures() const {
    return total().failed;
}

}  // namespace weir::load
