// Wiring from the bottom up, and the order in which things end.
#include "app/server.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

#include "admin/admin_server.hpp"
#include "app/footprint.hpp"
#include "app/notify.hpp"
#include "app/open_files.hpp"
#include "app/operations.hpp"
#include "app/sha256.hpp"
#include "app/state_directory.hpp"
#include "app/store.hpp"
#include "app/tls.hpp"
#include "app/worker_thread.hpp"
#include "config/address.hpp"
#include "config/durations.hpp"
#include "config/store_url.hpp"
#include "config/url.hpp"
#include "observe/access_log.hpp"
#include "observe/log.hpp"
#include "observe/metrics.hpp"
#include "observe/start_lines.hpp"
#include "text/durations.hpp"
#include "usage/recorder.hpp"

namespace weir::app {

namespace {

std::vector<observe::TierLimit> tier_limits(const config::Config& config) {
    std::vector<observe::TierLimit> limits;
    for (const auto& [name, tier] : config.tiers) {
        for (const config::LimitSpec& limit : tier.limits) {
            const bool has_window = limit.dimension != Dimension::in_flight;
            limits.push_back({name, limit.dimension,
                              has_window ? text::window_text(limit.window_us) : std::string(), limit.limit});
        }
    }
    return limits;
}

template <typename Make>
auto bind_or_explain(const config::Endpoint& endpoint, const char* flag, Make make) {
    try {
        return make();
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error("can't listen on " + config::to_string(endpoint) + ": " +
                                 error.code().message() + "; choose another with " + flag);
    }
}

}  // namespace

struct Server::Impl {
    Impl(config::ConfigStore& config_store, const Clock& system_clock);

    void start_workers(const config::Config& config);
    void start_admin(const config::Config& config);
    void say_what_starts(const config::Config& config) const;
    void start_loops();
    void wait_for_signal();
    void on_signal(int signal);
    void drain();
    void end_loops();
    Reloaded reload();
    Reloaded put_file_in_force();
    void publish();
    OperationsParts parts();
    observe::ProcessFigures process_figures() const;
    std::string metrics_text();

    config::ConfigStore& store;
    const Clock& clock;
    const std::int64_t connections_max;  // of clients
    const Notifier notifier = Notifier::from_environment();
    std::string listening;  // where clients connect
    const StateDirectory state;
    const std::unique_ptr<usage::Recorder> recorder;
    observe::AccessLog access_log;
    const std::shared_ptr<proxy::Upstreams> upstreams = std::make_shared<proxy::Upstreams>();
    const std::shared_ptr<proxy::WaitingRoom> waiting_room = std::make_shared<proxy::WaitingRoom>(clock);
    const std::shared_ptr<proxy::Learned> learned = std::make_shared<proxy::Learned>();
    boost::asio::io_context main_context{1};
    const std::unique_ptr<Store> ledgers;
    proxy::BodyBudget body_budget;
    std::atomic<std::int64_t> connections_open{0};
    proxy::TlsContext tls;                         // the newest
    std::shared_ptr<const policy::Policy> policy;  // the newest
    std::vector<std::unique_ptr<WorkerThread>> workers;
    Operations operations;
    boost::asio::signal_set signals;
    std::unique_ptr<admin::AdminServer> admin_server;
    std::uint64_t reloads_succeeded = 0, reloads_failed = 0;
    bool draining = false;
    std::thread ending;  // waits for the workers
};

Server::Impl::Impl(config::ConfigStore& config_store, const Clock& system_clock)
    : store(config_store),
      clock(system_clock),
      connections_max(allowed_connections(store.current()->limits_of_weir)),
      state(*store.base()),
      recorder(usage::make_recorder({.state_dir = state.path(),
                                     .is_shared = store.current()->store.kind != config::StoreKind::memory,
                                     .now_us = clock.now_us()})),
      access_log({.enabled = store.current()->log_access, .json = store.current()->log_json}),
      ledgers(make_store(*store.current(), clock, main_context)),
      body_budget(store.current()->limits_of_weir.max_buffered_bytes),
      policy(std::make_shared<const policy::Policy>(store.current(), fast_sha256)),
      operations(parts(), state.runtime_file(), state.path()),
      signals(main_context, SIGTERM, SIGINT, SIGHUP) {
    const std::shared_ptr<const config::Config> config = store.current();
    std::signal(SIGPIPE, SIG_IGN);
    for (const std::string& note : recorder->notes()) spdlog::warn("usage: {}", note);
    start_workers(*config);
    operations.start();
    start_admin(*config);
    say_what_starts(*store.current());
}

OperationsParts Server::Impl::parts() {
    return {.context = main_context,
            .clock = clock,
            .config = store,
            .store = *ledgers,
            .shared = ledgers->shared_state(),
            .usage = *recorder,
            .upstreams = *upstreams,
            .learned = *learned,
            .recent = access_log.recent(),
            .workers = workers,
            .connections_max = connections_max,
            .policy = [this] { return policy; },
            .publish = [this] { publish(); },
            .reload = [this] { return reload(); },
            .drain = [this] { drain(); },
            .metrics = [this] { return metrics_text(); },
            .waiting_room = *waiting_room};
}

void Server::Impl::start_workers(const config::Config& config) {
    tls = load_tls(config);
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const unsigned count = config.threads > 0 ? static_cast<unsigned>(config.threads) : cores;
    proxy::Shared shared{clock, access_log, body_budget, connections_open};
    shared.upstreams = upstreams;
    shared.waiting_room = waiting_room;
    shared.learned = learned;
    const auto make_limiter = [this](boost::asio::io_context& context) {
        return ledgers->make_limiter(context);
    };
    config::Endpoint endpoint = config.listen;
    bind_or_explain(endpoint, "--listen", [&] {
        proxy::Listener::probe(endpoint);
        for (unsigned i = 0; i < count; ++i) {
            workers.push_back(
                std::make_unique<WorkerThread>(shared, make_limiter, policy, endpoint, connections_max, tls));
            endpoint.port =
                workers.front()->port();  // where port 0 was asked for, all share the one that was given
        }
        return 0;
    });
    listening = config::to_string(endpoint);
}

void Server::Impl::start_admin(const config::Config& config) {
    admin_server = bind_or_explain(config.admin_listen, "--admin", [&] {
        return std::make_unique<admin::AdminServer>(
            main_context, clock,
            admin::AdminOptions{.listen = config.admin_listen, .tokens = config.admin_tokens}, operations);
    });
}

void Server::Impl::say_what_starts(const config::Config& config) const {
    config::Endpoint admin = config.admin_listen;
    admin.port = admin_server->port();
    observe::StartFacts facts{.version = WEIR_VERSION,
                              .listen = listening,
                              .tls = tls != nullptr,
                              .threads = static_cast<unsigned>(workers.size()),
                              .admin = config::to_string(admin),
                              .admin_has_token = !config.admin_tokens.empty(),
                              .store = config::to_masked_string(config.store),
                              .upstreams = {},
                              .config_path = store.path(),
                              .config_hash = store.hash(),
                              .keys = config.keys.size(),
                              .tiers = config.tiers.size(),
                              .groups = config.groups.size(),
                              .unknown_keys_pass = config.unknown_keys == config::UnknownKeys::default_tier,
                              .runtime_objects = store.layer()->documents().documents.size(),
                              .runtime_version = store.layer()->version(),
                              .state_dir = state.path()};
    for (const config::Upstream& upstream : config.upstreams) {
        facts.upstreams.push_back(upstream.name + " (" + config::to_string(upstream.url) + ")");
    }
    for (const std::string& line : observe::start_lines(facts)) spdlog::info("{}", line);
}

void Server::Impl::start_loops() {
    admin_server->start();
    ledgers->start();
    if (SharedState* shared = ledgers->shared_state()) {
        boost::asio::co_spawn(main_context, shared->run(), boost::asio::detached);
    }
    boost::asio::co_spawn(main_context, operations.run(), [this](const std::exception_ptr&) {
        ledgers->stop([this] { main_context.stop(); });
    });
    for (const auto& worker : workers) worker->start(ledgers->shared_state() != nullptr);
}

void Server::Impl::wait_for_signal() {
    signals.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) return;
        on_signal(signal);
        wait_for_signal();
    });
}

void Server::Impl::on_signal(int signal) {
    if (signal == SIGHUP) {
        (void)reload();
    } else if (draining) {
        spdlog::warn("second signal: ending at once");
        observe::flush_log();
        std::_Exit(1);
    } else {
        drain();
    }
}

void Server::Impl::drain() {
    if (draining) return;
    draining = true;
    operations.note_draining();
    const std::int64_t delay_ms = store.current()->drain_delay_ms;
    const std::int64_t drain_ms = store.current()->timeouts.drain_ms;
    if (delay_ms > 0) spdlog::info("not ready any more; new requests are taken for {} ms", delay_ms);
    spdlog::info("draining for at most {} ms", delay_ms + drain_ms);
    notifier.stopping(delay_ms + drain_ms);
    for (const auto& worker : workers) worker->drain(delay_ms, drain_ms);
    // The admin port goes on answering until the last worker has ended.
    ending = std::thread([this] {
        for (const auto& worker : workers) worker->join();
        boost::asio::post(main_context, [this] { operations.stop(); });
    });
}

Reloaded Server::Impl::reload() {
    notifier.reloading();
    Reloaded reloaded = put_file_in_force();
    const bool is_done = reloaded.mistakes.empty();
    ++(is_done ? reloads_succeeded : reloads_failed);
    for (const config::Mistake& mistake : reloaded.mistakes) {
        spdlog::error("reload: {}: {}", mistake.where, mistake.message);
    }
    for (const config::Mistake& note : reloaded.notes) {
        spdlog::warn("reload: {}: {}", note.where, note.message);
    }
    if (is_done) {
        spdlog::info("reload: configuration {} is in force", store.hash());
    } else {
        spdlog::error("reload: {} mistake{}, nothing was changed", reloaded.mistakes.size(),
                      reloaded.mistakes.size() == 1 ? "" : "s");
    }
    notifier.ready("listening on " + listening +
                   (is_done ? "" : "; the last reload changed nothing, the log says why"));
    return reloaded;
}

Reloaded Server::Impl::put_file_in_force() {
    Reloaded reloaded{.mistakes = store.reload(ledgers->now_us()), .notes = {}};
    if (!reloaded.mistakes.empty()) return reloaded;
    reloaded.notes = store.notes();
    try {
        tls = load_tls(*store.current());
    } catch (const std::runtime_error& error) {
        reloaded.notes.push_back({"$.tls", std::string(error.what()) + "; the old certificate stays"});
    }
    admin_server->set_tokens(store.current()->admin_tokens);
    publish();
    return reloaded;
}

void Server::Impl::publish() {
    const std::shared_ptr<const config::Config> config = store.current();
    observe::set_log_level(config->log_level);
    std::vector<std::string> names;
    for (const config::Upstream& upstream : config->upstreams) names.push_back(upstream.name);
    upstreams->keep(names);
    policy = std::make_shared<const policy::Policy>(config, fast_sha256);
    // When all threads use it.
    const std::shared_ptr<void> in_use = proxy::WaitingRoom::recall_later(waiting_room);
    for (const auto& worker : workers) worker->use(policy, tls, in_use);
    body_budget.set_bytes_max(config->limits_of_weir.max_buffered_bytes);
}

observe::ProcessFigures Server::Impl::process_figures() const {
    observe::ProcessFigures figures{.version = WEIR_VERSION,
                                    .config_hash = store.hash(),
                                    .started_at_us = operations.started_at_us(),
                                    .runtime_version = operations.runtime_version(),
                                    .dropped_reservations = Reservation::dropped(),
                                    .buffered_bytes = body_budget.held_bytes(),
                                    .reloads_succeeded = reloads_succeeded,
                                    .reloads_failed = reloads_failed,
                                    .runtime_changes = operations.changes(),
                                    .access_log_lines_dropped = access_log.lines_dropped(),
                                    .log_lines_dropped = observe::log_lines_dropped(),
                                    .tier_limits = tier_limits(*store.current()),
                                    .usage = observe::process_usage()};
    constexpr std::array<std::string_view, 6> classes{"", "1xx", "2xx", "3xx", "4xx", "5xx"};
    for (std::size_t digit = 2; digit < classes.size(); ++digit) {
        figures.admin_requests.push_back(
            {.status = classes[digit], .count = admin_server->answered()[digit]});
    }
    for (const observe::UpstreamFigures& upstream : operations.upstreams()) {
        figures.upstreams.push_back({.name = upstream.name,
                                     .slot = upstreams->of(upstream.name)->slot(),
                                     .healthy = upstream.healthy,
                                     .ejected = upstream.ejected,
                                     .asleep = upstream.asleep});
    }
    const auto waiting = waiting_room->waiting_by_tier();
    for (const auto& [name, tier] : store.current()->tiers) {
        const auto of_tier = waiting.find(name);
        figures.waiting.push_back({name, of_tier == waiting.end() ? 0 : of_tier->second});
    }
    constexpr std::size_t calibrated_max = 200;
    figures.calibration = learned->calibration.rows(clock.now_us(), calibrated_max);
    figures.learned_models = learned->calibration.size();
    figures.learned_lengths = learned->output_lengths.size();
    figures.models_forgotten = learned->calibration.forgotten();
    figures.lengths_forgotten = learned->output_lengths.forgotten();
    ledgers->report(figures.store);
    return figures;
}

std::string Server::Impl::metrics_text() {
    std::vector<const observe::WorkerMetrics*> all;
    for (const auto& worker : workers) all.push_back(&worker->metrics());
    return observe::render_metrics(all, process_figures());
}

Server::Server(config::ConfigStore& store, const Clock& clock)
    : impl_(std::make_unique<Impl>(store, clock)) {}
Server::~Server() = default;

int Server::run() {
    impl_->wait_for_signal();
    impl_->start_loops();
    impl_->notifier.ready("listening on " + impl_->listening);
    give_back_code();
    impl_->main_context.run();
    impl_->ending.join();
    spdlog::info("drained");
    return 0;
}

}  // namespace weir::app
