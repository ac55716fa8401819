// One thread of the load: its connections, its share of the requests, its tally.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "load/connection.hpp"
#include "load/progress.hpp"
#include "load/request_text.hpp"
#include "load/supply.hpp"
#include "load/tally.hpp"
#include "weir/clock.hpp"

namespace weir::load {

/// What all workers share; it outlives them.
struct Plan {
    const LoadOptions& options;
    const RequestTexts& texts;
    const std::vector<Endpoint>& endpoints;
    Span span;
    Counter& counter;
    const std::atomic<bool>& interrupted;
    const Clock& clock;
};

/// Thread safety: run() in one thread; progress() from any; tally() after run().
class Worker {
public:
    /// Part `part` of `parts`: every parts-th connection and, in an open loop, every parts-th request.
    Worker(const Plan& plan, unsigned part, unsigned parts);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Returns when every request is answered, or soon after an interruption.
    void run();

    Progress progress() const;
    const Tally& tally() const { return tally_; }
    /// When the last answer arrived that counts; 0: none did.
    std::int64_t last_answer_us() const { return last_answer_us_; }

private:
    struct Client {
        Client(int epoll, std::uint32_t id, const Endpoint& endpoint, std::size_t its_target)
            : connection(epoll, id, endpoint), target(its_target) {}
        Connection connection;
        std::size_t target;
        Order order{};
        std::int64_t sent_us = 0;
        std::int64_t first_body_us = 0;
        std::uint64_t requests = 0;  ///< on this connection
        bool in_flight = false;
        bool was_connecting = false;
    };

    void dispatch(std::int64_t now_us);
    void begin(Client& client, const Order& order, std::int64_t now_us);
    void on_event(Client& client, std::uint32_t events);
    void proceed(Client& client, Connection::Step step, std::int64_t now_us);
    void finish(Client& client, std::int64_t now_us);
    void fail(Client& client, std::string_view reason, std::int64_t now_us);
    void tick(std::int64_t now_us);
    void wait(std::int64_t now_us);
    void conclude(std::int64_t now_us);
    std::int64_t second_of(std::int64_t time_us) const {
        return (time_us - plan_.span.measure_us) / 1'000'000;
    }

    const Plan& plan_;
    Supply supply_;
    Tally tally_;
    int epoll_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::deque<Client*>
        idle_;  ///< the one that has rested longest first, so that all targets get their share
    std::multimap<std::int64_t, Client*> resting_;  ///< by the time until which they do
    std::vector<char> buffer_;
    std::size_t in_flight_ = 0;
    std::int64_t next_tick_us_ = 0;
    std::int64_t last_answer_us_ = 0;

    mutable std::mutex progress_mutex_;
    Progress progress_;
};

}  // namespace weir::load
