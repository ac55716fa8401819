// What this node knows of the upstreams that it sends requests to: their health, who of them sleeps, how much
// room each had last.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "observe/metrics.hpp"
#include "proxy/failover.hpp"
#include "proxy/foreign_use.hpp"
#include "proxy/router.hpp"
#include "proxy/upstream_health.hpp"
#include "proxy/upstream_sleep.hpp"
#include "weir/limit.hpp"

namespace weir::proxy {

/// One upstream, by its name: a reload that keeps the name keeps what is known. Any thread.
class KnownUpstream {
public:
    explicit KnownUpstream(std::size_t slot) : slot_(slot) {}

    /// Which of WorkerMetrics::upstreams is its.
    std::size_t slot() const noexcept { return slot_; }

    /// Never `asleep`, which depends on the model, too.
    Readiness readiness(std::int64_t steady_us) const;
    UpstreamHealth::Ask begin(std::int64_t steady_us);
    /// The one probe that a half-open upstream waits for; nullopt: it does not wait for any.
    std::optional<UpstreamHealth::Ask> take_probe(std::int64_t steady_us);
    /// `jitter`: 0 to 1, by chance. True: this ejected it, or was its recovery.
    bool note(UpstreamHealth::Ask ask, Sign sign, std::int64_t steady_us, double jitter);
    bool is_well() const;

    /// The smallest remaining/limit over the dimensions that the demand asks for, as last seen; 1 where that
    /// was longer ago than `headroom_age_us_max`, or never.
    double headroom(const Demand& demand, std::int64_t steady_us) const noexcept;
    /// Demands that this node has reserved there, and that are not answered yet.
    Amounts in_flight() const noexcept;
    void add_in_flight(const Amounts& amounts) noexcept;
    void take_in_flight(const Amounts& amounts) noexcept;

    /// `level` is one of its ledgers', as just seen. Those of one decision have the same time.
    void note_level(const Level& level, std::int64_t steady_us) noexcept;

    static constexpr std::int64_t headroom_age_us_max = 1'000'000;

    /// What this node has charged to it for others.
    const std::shared_ptr<ForeignUse> foreign_use = std::make_shared<ForeignUse>();

private:
    const std::size_t slot_;
    mutable std::mutex mutex_;
    UpstreamHealth health_;
    /// It is well and has not failed lately: then requests change nothing, and nobody has to lock.
    std::atomic<bool> is_untroubled_ = true;
    std::atomic<std::uint32_t> period_ = 0;                   ///< of `health_`
    std::array<std::atomic<float>, dimension_count> left_{};  ///< remaining/limit
    std::array<std::atomic<std::int64_t>, dimension_count> seen_us_{};
    std::atomic<std::int64_t> requests_in_flight_ = 0;
    std::atomic<std::int64_t> input_in_flight_ = 0;
    std::atomic<std::int64_t> output_in_flight_ = 0;
};

/// All of them. Any thread. Outlives the workers.
class Upstreams {
public:
    /// Made when it is first asked for. As many as a configuration may have get a slot of their own; what
    /// more there is shares the last one.
    std::shared_ptr<KnownUpstream> of(std::string_view name);
    /// A configuration is being published: what it does not name is forgotten, once nobody holds it any more.
    void keep(const std::vector<std::string>& names);

    /// Until when it takes nothing for that model, by the steady clock; 0: it is awake.
    std::int64_t sleeps_until_us(std::string_view upstream, std::string_view model,
                                 std::int64_t steady_us) const;
    /// For any model.
    bool is_asleep(std::string_view upstream, std::int64_t steady_us) const;
    void put_to_sleep(std::string_view upstream, std::string_view model, std::int64_t sleep_us,
                      std::int64_t steady_us);
    /// For the other nodes, and from them: see UpstreamSleep.
    std::string sleep_text(std::int64_t steady_us, std::size_t bytes_max) const;
    bool merge_sleep(std::string_view text, std::int64_t age_us, std::int64_t steady_us);

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<KnownUpstream>, std::less<>> known_;
    mutable std::mutex sleep_mutex_;
    UpstreamSleep sleep_;
    std::atomic<std::size_t> sleeping_ = 0;  ///< how many `sleep_` knows, so that nearly always nobody locks
};

}  // namespace weir::proxy
