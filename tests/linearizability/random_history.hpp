// Random clients of a limiter's nodes, all at once, and what they saw.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <string>
#include <vector>

#include "linearizability/limiter_history.hpp"
#include "weir/limiter.hpp"

namespace weir::testing {

/// Nodes that share their ledgers, each with a thread of its own.
class HistoryNodes {
public:
    virtual ~HistoryNodes() = default;
    virtual std::size_t size() const = 0;
    /// Starts the work on that node's thread, with its limiter.
    virtual std::future<bool> start(std::size_t node, std::function<awaitable<void>(Limiter&)> work) = 0;
    /// What all of them take for the time.
    virtual void set_now_us(std::int64_t now_us) = 0;
};

struct HistoryPlan {
    std::uint64_t seed = 0;  ///< the same one: the same clients, ledgers and demands
    std::string name{};      ///< of its ledgers, which no other history shares
    std::size_t clients_per_node = 2;
    std::size_t steps_per_phase = 3;
    /// Between phases nothing is under way, and time moves by so much. One phase more than these.
    std::vector<std::int64_t> pauses_us{};
    bool progresses_on_several_ledgers = true;
    /// This node's answers may be lost. It renews nothing, and uses nothing but its input.
    std::size_t lossy_node = SIZE_MAX;
    /// Called before each phase with its number, while nothing is under way; in the end with their count.
    std::function<void(std::size_t phase)> before_phase{};
};

/// Whether some events of different nodes were under way at once.
bool has_overlap(const History& history);

History record_history(HistoryNodes& nodes, const HistoryPlan& plan);

}  // namespace weir::testing
