// What operators see and change of the running process: admin::Control over everything that app has wired.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "admin/control.hpp"
#include "app/layer_keeper.hpp"
#include "app/learned_file.hpp"
#include "app/store.hpp"
#include "app/worker_thread.hpp"
#include "config/config_store.hpp"
#include "observe/cluster_figures.hpp"
#include "observe/key_activity.hpp"
#include "observe/recent_requests.hpp"
#include "observe/upstream_health.hpp"
#include "proxy/learned.hpp"
#include "proxy/upstreams.hpp"
#include "proxy/waiting_room.hpp"
#include "usage/recorder.hpp"
#include "weir/clock.hpp"
#include "weir/shared_state.hpp"

namespace weir::app {

/// What became of reading everything again.
struct Reloaded {
    std::vector<config::Mistake> mistakes;  ///< nothing was changed because of them
    std::vector<config::Mistake>
        notes;  ///< what a restart alone brings, what is hardly meant, what stays as it was
};

/// What it is made of. All of it outlives the operations.
struct OperationsParts {
    boost::asio::io_context& context;  ///< the main thread's
    const Clock& clock;
    config::ConfigStore& config;
    Store& store;
    SharedState* shared = nullptr;  ///< nullptr: this node is alone
    usage::Recorder& usage;
    proxy::Upstreams& upstreams;
    proxy::Learned& learned;
    const observe::RecentRequests& recent;
    const std::vector<std::unique_ptr<WorkerThread>>& workers;
    std::int64_t connections_max = 0;                               ///< of clients, as the system allows
    std::function<std::shared_ptr<const policy::Policy>()> policy;  ///< the newest
    std::function<void()> publish;  ///< the configuration of `config` goes to all threads
    std::function<Reloaded()> reload;
    std::function<void()> drain;
    std::function<std::string()> metrics;
    proxy::WaitingRoom& waiting_room;
};

/// Main thread. Twice a second it gathers what the workers have counted, writes it down, and exchanges with
/// the other nodes what all have to know.
class Operations final : public admin::Control {
public:
    /// `runtime_file`: see LayerKeeper::Places. `state_directory`: empty: nothing outlives the process.
    Operations(OperationsParts parts, std::string runtime_file, const std::string& state_directory);

    /// After the workers are bound and before they start: puts in force what was in force last.
    void start();
    /// To be spawned once; ends after `stop`.
    awaitable<void> run();
    /// After the workers have ended: what they counted last is written before `run` ends.
    void stop();

    void note_draining() noexcept { draining_ = true; }

    admin::Readiness readiness() const override;
    std::string metrics_text() override { return parts_.metrics(); }
    std::int64_t store_now_us() const override { return parts_.store.now_us(); }
    admin::Snapshot snapshot() const override;
    std::vector<config::ShownSetting> settings() const override;
    awaitable<admin::Answered<admin::Changed>> change(config::RuntimeChange change,
                                                      admin::Actor actor) override;
    admin::Answered<std::vector<config::Mistake>> reload(const admin::Actor& actor) override;
    void drain(const admin::Actor& actor) override;
    awaitable<result<std::vector<Level>>> peek(std::span<const LedgerLimits> ledgers) override;
    awaitable<result<LedgerContents>> read(const LedgerLimits& ledger) override;
    awaitable<result<void>> reset(std::span<const LedgerLimits> ledgers, admin::Actor actor) override;
    const observe::KeyActivity& activity() const override { return activity_; }
    awaitable<admin::Answered<std::vector<usage::Row>>> usage_totals(std::int64_t from_day,
                                                                     std::int64_t to_day) override;
    awaitable<admin::Answered<std::vector<usage::KeyHour>>> key_hours(std::string id, std::int64_t from_hour,
                                                                      std::int64_t to_hour) override;
    awaitable<admin::Answered<std::string>> explain(admin::ExplainQuestion question) override;
    std::string nodes_json() const override;
    std::string figures_json() const override;
    std::string models_json() const override;

    /// Of the layer in force, for metrics.
    std::int64_t runtime_version() const noexcept { return layer_.version(); }
    std::uint64_t changes() const noexcept { return changes_; }
    std::int64_t started_at_us() const noexcept { return started_us_; }
    const std::vector<observe::UpstreamFigures>& upstreams() const noexcept { return upstreams_; }

private:
    awaitable<void> await_shared_state();
    awaitable<void> run_once(bool leaving);
    awaitable<void> gather_and_exchange(bool leaving);
    awaitable<void> keep_up();
    void gather_usage();
    void write_down();
    void note(const Counted& counted);
    void note_peaks_of_last_minute();
    void note_peaks(std::int64_t minute);
    awaitable<void> exchange(bool leaving);
    void note_fate(const ExchangeReply& reply, std::uint64_t sequence);
    void tell_of_unreadable(const std::string& node);
    void take_figures(const std::vector<ExchangeReply::Node>& nodes);
    std::int64_t newest_of_others();
    void flush_usage();
    observe::NodeFigures own_figures();
    observe::UpstreamFigures upstream_figures(const config::Upstream& upstream,
                                              const std::vector<const observe::WorkerMetrics*>& workers);
    bool levels_are_due();
    awaitable<void> read_levels();

    OperationsParts parts_;
    LayerKeeper layer_;
    LearnedFile learned_file_;
    std::shared_ptr<Limiter> limiter_;  ///< the main thread's
    Timer pause_, count_pause_;
    std::size_t threads_asked_ = 0;  ///< for what they have counted, and have not told it yet
    std::string name_;               ///< of this process, random
    std::int64_t started_us_;
    std::string listen_;             ///< where clients connect
    std::optional<StoreMode> mode_;  ///< nullopt: not looked yet
    std::int64_t mode_since_us_ = 0;
    std::uint64_t data_losses_ = 0;
    std::string usage_remark_;
    struct Other {
        std::int64_t version = 0;  ///< of its layer
        std::int64_t heard_us = 0;
    };
    std::map<std::string, Other> others_;  ///< nodes that were heard lately
    std::set<std::string> unreadable_;     ///< nodes of which the log has said it
    observe::KeyActivity activity_;
    observe::ClusterFigures cluster_;
    std::map<std::string, observe::UpstreamHealth> health_;  ///< by the upstream's name
    std::vector<observe::UpstreamFigures> upstreams_;        ///< as they were last looked at
    std::vector<observe::LimitLevel> levels_;
    std::int64_t levels_us_ = 0;
    std::int64_t peaks_minute_ = 0;  ///< the last one that was noted
    std::uint64_t changes_ = 0;
    bool knows_layer_ = false;  ///< of the other nodes
    bool draining_ = false;
    bool stopped_ = false;
};

}  // namespace weir::app
