// The threads do the work; the calling one shows how far they are and listens for signals.
#include "load/run.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <ctime>
#include <memory>
#include <mutex>
#include <thread>

#include "load/progress.hpp"
#include "load/request_text.hpp"
#include "load/targets.hpp"
#include "load/worker.hpp"

namespace weir::load {
namespace {

constexpr auto look_interval = std::chrono::milliseconds(50);

/// While it lives SIGINT and SIGTERM wait to be asked for; threads that start meanwhile inherit that.
class HeldSignals {
public:
    HeldSignals() {
        ::sigemptyset(&held_);
        ::sigaddset(&held_, SIGINT);
        ::sigaddset(&held_, SIGTERM);
        ::pthread_sigmask(SIG_BLOCK, &held_, &before_);
    }
    ~HeldSignals() { release(); }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

    bool arrived() const {
        const timespec at_once{};
        return ::sigtimedwait(&held_, nullptr, &at_once) > 0;
    }
    /// From now on they do what they usually do.
    void release() const { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t held_{};
    sigset_t before_{};
};

/// Joins its threads when it goes, and knows when they are done.
class Crew {
public:
    explicit Crew(const std::vector<std::unique_ptr<Worker>>& workers) : running_(workers.size()) {
        for (const auto& worker : workers) {
            threads_.emplace_back([this, &worker = *worker] {
                worker.run();
                const std::lock_guard lock(mutex_);
                if (--running_ == 0) done_.notify_all();
            });
        }
    }
    ~Crew() {
        for (std::thread& thread : threads_) thread.join();
    }
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    bool wait_until_done(std::chrono::milliseconds at_most) {
        std::unique_lock lock(mutex_);
        return done_.wait_for(lock, at_most, [this] { return running_ == 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable done_;
    std::size_t running_;
    std::vector<std::thread> threads_;
};

using Workers = std::vector<std::unique_ptr<Worker>>;

void oversee(const Plan& plan, const Workers& workers, std::atomic<bool>& interrupted) {
    const HeldSignals signals;
    Crew crew(workers);
    ProgressDisplay display(plan.options);
    while (!crew.wait_until_done(look_interval)) {
        if (!interrupted && signals.arrived()) {
            interrupted = true;
            signals.release();
        }
        const std::int64_t now_us = plan.clock.steady_us();
        if (!display.is_due(now_us)) continue;
        Progress progress;
        for (const auto& worker : workers) progress.merge(worker->progress());
        display.show(progress, now_us, static_cast<double>(now_us - plan.span.measure_us) / 1e6);
    }
    display.clear();
}

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

Result run(const LoadOptions& options) {
    const RequestTexts texts(options);
    const bool any_tls = std::any_of(options.targets.begin(), options.targets.end(),
                                     [](const Target& target) { return target.tls; });
    const TlsContext tls = any_tls ? make_tls_context(options.tls) : nullptr;
    const std::vector<Endpoint> endpoints = find_targets(options.targets, tls.get());
    const SystemClock clock;
    Counter counter;
    std::atomic<bool> interrupted = false;
    const double cpu_before_s = cpu_seconds();
    const std::int64_t warmup_us = static_cast<std::int64_t>(options.warmup_s * 1e6);
    Result result{.tally = Tally(options.keys.size()), .started_at_us = clock.now_us() + warmup_us};
    const Plan plan{.options = options,
                    .texts = texts,
                    .endpoints = endpoints,
                    .span = span_of(options, clock.steady_us()),
                    .counter = counter,
                    .interrupted = interrupted,
                    .clock = clock};
    Workers workers;
    const unsigned parts = std::min(options.threads, options.concurrent);
    for (unsigned part = 0; part < parts; ++part) {
        workers.push_back(std::make_unique<Worker>(plan, part, parts));
    }
    oversee(plan, workers, interrupted);

    std::int64_t end_us = 0;
    for (const auto& worker : workers) {
        result.tally.merge(worker->tally());
        end_us = std::max(end_us, worker->last_answer_us());
    }
    if (end_us == 0 || interrupted) end_us = clock.steady_us();
    result.elapsed_s = static_cast<double>(std::max<std::int64_t>(end_us - plan.span.measure_us, 1)) / 1e6;
    result.cpu_s = cpu_seconds() - cpu_before_s;
    result.interrupted = interrupted;
    return result;
}

}  // namespace weir::load
