// Sums over sorted events.
#include "provider_log.hpp"

#include <algorithm>
#include <numeric>

namespace weir::testing {

std::int64_t most_in_a_window(std::vector<Dated> events, std::int64_t window_us) {
    if (window_us <= 0) return 0;  // a machine without time: what was to be watched was over before
    std::sort(events.begin(), events.end(), [](const Dated& a, const Dated& b) { return a.at_us < b.at_us; });
    std::int64_t most = 0, sum = 0;
    std::size_t first = 0;
    for (const Dated& event : events) {
        sum += event.amount;
        while (event.at_us - events[first].at_us >= window_us) sum -= events[first++].amount;
        most = std::max(most, sum);
    }
    return most;
}

std::map<std::string, Truth> truths_of(const std::vector<mock::MockRecord>& records) {
    std::map<std::string, Truth> truths;
    for (const mock::MockRecord& record : records) {
        if (record.decided_at_us.empty()) continue;
        Truth& truth = truths[record.key];
        const std::int64_t decided_us = std::stoll(record.decided_at_us);
        const auto input = static_cast<std::int64_t>(record.input_tokens);
        truth.decided.push_back({decided_us, 1});
        truth.received.push_back({record.received_us, 1});
        truth.input_decided.push_back({decided_us, input});
        truth.input_received.push_back({record.received_us, input});
        for (const mock::Produced& produced : record.produced) {
            truth.produced.push_back({produced.time_us, static_cast<std::int64_t>(produced.tokens)});
        }
        truth.longest_way_us = std::max(truth.longest_way_us, record.received_us - decided_us);
    }
    return truths;
}

std::map<std::string, std::vector<Arrival>> arrivals_by_key(const std::vector<mock::MockRecord>& records) {
    std::map<std::string, std::vector<Arrival>> arrivals;
    for (const mock::MockRecord& record : records) {
        if (record.decided_at_us.empty()) continue;
        arrivals[record.key].push_back({.node = std::stoul(record.model.substr(record.model.find('-') + 1)),
                                        .decided_us = std::stoll(record.decided_at_us),
                                        .received_us = record.received_us});
    }
    return arrivals;
}

std::vector<std::int64_t> held_at(const std::vector<Arrival>& arrivals, std::size_t node_count,
                                  std::int64_t window_us, std::int64_t lost_us, std::int64_t noticed_us) {
    const std::int64_t held_us = window_us + (window_us + 119) / 120;  // and the width of a bucket
    std::vector<std::vector<Dated>> decided(node_count);
    for (const Arrival& arrival : arrivals) {
        if (arrival.decided_us < lost_us - held_us || arrival.decided_us > noticed_us) continue;
        decided[arrival.node].push_back({arrival.decided_us, 1});
    }
    std::vector<std::int64_t> held;
    for (auto& of_node : decided) held.push_back(most_in_a_window(of_node, held_us));
    return held;
}

std::int64_t sum_of_parts(const std::vector<std::int64_t>& held, std::int64_t limit) {
    const auto part = limit / static_cast<std::int64_t>(held.size());
    return std::accumulate(held.begin(), held.end(), std::int64_t{0},
                           [part](std::int64_t sum, std::int64_t j) { return sum + std::max(j, part); });
}

Received most_received(const std::vector<Arrival>& arrivals, std::int64_t window_us, std::int64_t until_us) {
    std::vector<Dated> received;
    Received result;
    for (const Arrival& arrival : arrivals) {
        result.longest_way_us = std::max(result.longest_way_us, arrival.received_us - arrival.decided_us);
        if (arrival.decided_us < until_us) received.push_back({arrival.received_us, 1});
    }
    result.most = most_in_a_window(received, window_us - result.longest_way_us);
    return result;
}

}  // namespace weir::testing
