// The embedded store, and the shared one.
#include "app/store.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "app/store_words.hpp"
#include "weir/memory_limiter.hpp"
#include "weir/redis_limiter.hpp"
#include "weir/unstepped_clock.hpp"

namespace weir::app {

namespace {

class EmbeddedStore final : public Store {
public:
    EmbeddedStore(const config::Config& config, const Clock& clock, boost::asio::io_context& main_context)
        : main_context_(main_context),
          clock_(clock),
          limiter_(make_memory_limiter(
              clock_, {.ledgers_max = static_cast<std::size_t>(config.store_max_ledgers)})) {}

    std::shared_ptr<Limiter> make_limiter(boost::asio::io_context&) override { return limiter_; }
    void start() override {}
    void stop(std::function<void()> done) override { boost::asio::post(main_context_, std::move(done)); }
    std::int64_t now_us() const override { return clock_.now_us(); }
    std::string server() const override { return {}; }
    SharedState* shared_state() override { return nullptr; }
    admin::Readiness readiness() const override { return {}; }
    void report(observe::StoreFigures& figures) const override {
        const MemoryLimiterStatistics statistics = limiter_->statistics();
        figures.ledgers = statistics.ledgers;
        figures.overflow_requests = statistics.overflow_requests;
    }

private:
    boost::asio::io_context& main_context_;
    const UnsteppedClock clock_;
    std::shared_ptr<MemoryLimiter> limiter_;
};

RedisAddress address_of(const config::StoreUrl& url) {
    RedisAddress address;
    if (url.kind == config::StoreKind::sentinel) {
        for (const config::StoreHost& host : url.hosts) address.sentinels.emplace_back(host.host, host.port);
        address.master = url.master;
    } else if (url.kind == config::StoreKind::cluster) {
        for (const config::StoreHost& host : url.hosts) address.cluster.emplace_back(host.host, host.port);
    } else if (url.kind == config::StoreKind::redis) {
        address.host = url.hosts.front().host;
        address.port = url.hosts.front().port;
    }
    address.socket_path = url.socket_path;
    address.tls = url.tls;
    address.user = url.user;
    address.password = url.password;
    address.database = url.database;
    return address;
}

WithoutStore policy_of(config::OnFailure on_failure) noexcept {
    switch (on_failure) {
        case config::OnFailure::local:
            return WithoutStore::local;
        case config::OnFailure::open:
            return WithoutStore::open;
        case config::OnFailure::closed:
            return WithoutStore::closed;
    }
    return WithoutStore::closed;
}

class SharedStore final : public Store {
public:
    SharedStore(const config::Config& config, const Clock& clock, boost::asio::io_context& main_context)
        : main_context_(main_context),
          clock_(clock),
          reminder_(main_context),
          policy_(policy_of(config.on_failure)) {
        RedisStoreOptions options;
        options.address = address_of(config.store);
        options.timeout_ms = config.store_timeout_ms;
        options.without_store = policy_;
        options.nodes = config.cluster_nodes;
        options.ledgers_max = static_cast<std::size_t>(config.store_max_ledgers);
        options.on_change = [this](bool asks_store, std::string_view why,
                                   const RedisStoreStatistics& statistics) {
            if (asks_store) {
                spdlog::info("store: {}", words_of_return(statistics, clock_.now_us()));
            } else {
                spdlog::warn("store: {}", words_of_loss(policy_, statistics, why));
            }
        };
        options.on_reason = [this](std::string_view why, const RedisStoreStatistics& statistics) {
            spdlog::warn("store: {}", words_of_loss(policy_, statistics, why));
        };
        options.on_warning = [](std::string_view warning) { spdlog::warn("store: {}", warning); };
        shared_state_ = make_shared_state(main_context, clock, options.address);
        store_ = make_redis_store(main_context, clock, std::move(options));
        server_ = store_->statistics().server;
    }

    std::shared_ptr<Limiter> make_limiter(boost::asio::io_context& context) override {
        return store_->make_limiter(context);
    }
    void start() override {
        remind();
        boost::asio::co_spawn(main_context_, store_->run(), [this](const std::exception_ptr& error) {
            if (error) spdlog::error("store: the recovery loop ended by an unforeseen error");
            ended_ = true;
            if (done_) done_();
        });
    }
    void stop(std::function<void()> done) override {
        boost::asio::post(main_context_, [this, done = std::move(done)]() mutable {
            reminder_.cancel();
            if (ended_) return done();
            done_ = std::move(done);
            store_->stop();
        });
    }
    std::int64_t now_us() const override { return store_->now_us(); }
    std::string server() const override { return server_; }
    SharedState* shared_state() override { return shared_state_.get(); }
    admin::Readiness readiness() const override {
        const RedisStoreStatistics statistics = store_->statistics();
        return {.ready = statistics.ready, .remark = words_of_absence(policy_, statistics)};
    }
    void report(observe::StoreFigures& figures) const override {
        const RedisStoreStatistics statistics = store_->statistics();
        figures.mode = statistics.mode;
        figures.nodes = statistics.nodes;
        figures.masters = statistics.masters;
        figures.masters_away = statistics.masters_away;
        figures.redirects = statistics.redirects;
        figures.calls = statistics.calls;
        figures.operations = statistics.operations;
        figures.cached_refusals = statistics.cached_refusals;
        figures.errors = {{"timeout", statistics.timeouts},
                          {"unavailable", statistics.unavailable},
                          {"unreachable", statistics.unreachable},
                          {"error", statistics.errors},
                          {"late", statistics.late},
                          {"overflow", statistics.overflows}};
        figures.fallbacks = statistics.fallbacks;
        figures.turned_away = statistics.turned_away;
        figures.unmetered = statistics.unmetered;
        figures.uncopied = statistics.uncopied;
        figures.data_losses = statistics.data_losses;
        figures.settle_failures = statistics.settle_failures;
        figures.queue = statistics.queue;
        figures.round_trip = statistics.round_trip;
    }

private:
    /// Whoever opens the log while the store is away need not look for the line that said so.
    void remind() {
        reminder_.expires_after(std::chrono::minutes(1));
        reminder_.async_wait([this](const boost::system::error_code& error) {
            if (error) return;
            const std::string absence = words_of_absence(policy_, store_->statistics());
            if (!absence.empty()) spdlog::warn("store: {}", absence);
            remind();
        });
    }

    boost::asio::io_context& main_context_;
    const Clock& clock_;
    boost::asio::steady_timer reminder_;
    const WithoutStore policy_;
    std::unique_ptr<SharedState> shared_state_;
    std::unique_ptr<RedisStore> store_;
    std::string server_;  ///< the whole store, also while one server of it is away
    std::function<void()> done_;
    bool ended_ = false;
};

}  // namespace

std::unique_ptr<Store> make_store(const config::Config& config, const Clock& clock,
                                  boost::asio::io_context& main_context) {
    if (config.store.kind == config::StoreKind::memory) {
        return std::make_unique<EmbeddedStore>(config, clock, main_context);
    }
    return std::make_unique<SharedStore>(config, clock, main_context);
}

}  // namespace weir::app
