// The providers of one process: what each can tell of the others, and what none of them may do twice.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "mock_upstream/stats.hpp"

namespace weir::mock {

class Provider;

/// Thread safety: everything may be called from any thread.
class Fleet {
public:
    /// `provider` leaves before it ends.
    void join(Provider& provider);
    void leave(Provider& provider);

    /// In the order in which they joined.
    std::vector<MockStats> stats() const;

    /// False: a provider of this process has executed the request of that id before. The last million ids are
    /// remembered.
    bool execute(std::string_view id);

private:
    mutable std::mutex mutex_;
    std::vector<Provider*> providers_;
    std::unordered_set<std::string> ids_;
    std::deque<const std::string*> oldest_first_;  ///< of ids_, whose elements stay where they are
};

}  // namespace weir::mock
