// What all connections of one stand-in provider share: options, journal, limits, the mode it is in, counts.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>

#include "mock_upstream/fleet.hpp"
#include "mock_upstream/journal.hpp"
#include "mock_upstream/mock_upstream.hpp"
#include "mock_upstream/quota.hpp"
#include "mock_upstream/script.hpp"
#include "mock_upstream/stats.hpp"
#include "mock_upstream/stored_responses.hpp"
#include "mock_upstream/wire.hpp"
#include "weir/awaitable.hpp"

namespace weir::mock {

/// Thread safety: everything may be called from any thread. Times are microseconds of one clock.
class Provider {
public:
    /// Throws std::system_error when the log can't be opened.
    explicit Provider(MockOptions given);
    ~Provider();
    Provider(const Provider&) = delete;
    Provider& operator=(const Provider&) = delete;

    const MockOptions options;
    Journal journal;
    StoredResponses stored;
    Quota quota;

    /// Follows the script from now on, in place of what it followed before.
    void follow(Script script, std::int64_t now_us);
    Mode mode(std::int64_t now_us) const;
    /// When the next step of the script begins; nullopt: the mode stays.
    std::optional<std::int64_t> next_change_us(std::int64_t now_us) const;
    /// Makes the sockets follow the mode: whoever listens sets it, before anything is served.
    std::function<awaitable<void>()> apply_mode;

    /// A request has arrived: how many are in flight now. Where records are kept, one whose client has left
    /// is not counted, even before its connection has noticed.
    std::int64_t arrive(Wire& wire);
    /// It is over. Counts it and writes it down.
    void depart(Wire& wire, MockRecord record);
    /// Notes in the record that its request is executed, and whether it had been before.
    void execute(MockRecord& record);

    MockStats stats() const;
    const Fleet& fleet() const { return *fleet_; }

private:
    std::int64_t left_unnoticed() const;

    std::shared_ptr<Fleet> fleet_;
    std::atomic<bool> has_script_ = false;
    mutable std::mutex script_mutex_;
    Script script_;
    std::int64_t script_began_us_ = 0;
    std::atomic<std::int64_t> in_flight_ = 0;
    std::atomic<std::int64_t> in_flight_max_ = 0;
    /// Of one thread alone, which may look at the sockets of all.
    std::set<Wire*> wires_in_flight_;
    std::atomic<std::uint64_t> executed_ = 0;
    std::atomic<std::uint64_t> duplicates_ = 0;
    std::atomic<std::uint64_t> complete_ = 0;
    std::array<std::atomic<std::uint64_t>, 600> by_status_{};
};

}  // namespace weir::mock
