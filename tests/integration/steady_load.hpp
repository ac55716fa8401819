// So many requests a second to several nodes, whatever becomes of them, and what became of each.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace weir::testing {

/// One request as its client saw it.
struct Seen {
    std::string id;  ///< sent as x-mock-id
    int status = 0;  ///< 0: the connection ended without an answer
    std::int64_t sent_us = 0;
    std::int64_t answered_us = 0;
    std::int64_t retry_after_ms = 0;  ///< 0: not said
    std::string refused_by;           ///< weir's limit that refused it; empty: none did
    std::string body;                 ///< of what is no 200
};

struct LoadTerms {
    std::vector<std::uint16_t> ports;  ///< of the nodes, which are asked in turn
    double per_second = 100;
    std::size_t clients = 32;  ///< at most so many requests at once
    std::string model = "test-model";
    std::string fields{};  ///< further members of the body: ",\"stream\":true"
    std::string headers{};
    std::string key = "test-key";
};

/// Sends from construction until `stop`.
class SteadyLoad {
public:
    explicit SteadyLoad(LoadTerms terms);
    ~SteadyLoad();
    SteadyLoad(const SteadyLoad&) = delete;
    SteadyLoad& operator=(const SteadyLoad&) = delete;

    /// Waits for what is under way. All that was seen, in no order.
    std::vector<Seen> stop();

private:
    void send_in_turn(std::size_t client);

    LoadTerms terms_;
    std::int64_t began_us_;
    std::atomic<std::uint64_t> next_ = 0;
    std::atomic<bool> is_stopped_ = false;
    std::mutex mutex_;
    std::vector<Seen> seen_;
    std::vector<std::thread> threads_;
};

}  // namespace weir::testing
