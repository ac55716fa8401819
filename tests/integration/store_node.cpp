// One io_context on one thread, and the ledgers of Redis read by a script.
#include "store_node.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <sstream>
#include <stdexcept>

#include "limiter/stored_ledger.hpp"
#include "support/raw_client.hpp"

namespace weir::testing {

StoreNode::StoreNode(RedisStoreOptions options) {
    options.on_change = [this](bool asks_store, std::string_view why, const RedisStoreStatistics&) {
        const std::lock_guard lock(mutex_);
        changes_.push_back((asks_store ? "+ " : "- ") + std::string(why));
    };
    options.on_reason = [this](std::string_view why, const RedisStoreStatistics&) {
        const std::lock_guard lock(mutex_);
        reasons_.emplace_back(why);
    };
    store_ = make_redis_store(context_, clock_, std::move(options));
    limiter_ = store_->make_limiter(context_);
    boost::asio::co_spawn(context_, store_->run(), [this](std::exception_ptr) { ended_.set_value(); });
    thread_ = std::thread([this] { context_.run(); });
}

StoreNode::~StoreNode() {
    stop_thread();
    limiter_.reset();
    store_.reset();
}

void StoreNode::stop_thread() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
}

void StoreNode::leave() {
    boost::asio::post(context_, [this] { store_->stop(); });
    ended_.get_future().wait();
    stop_thread();
}

std::future<result<Decision>> StoreNode::start_reserve(Demand demand, const Ledgers& ledgers,
                                                       const bool* gone) {
    const auto kept = std::make_shared<const Ledgers>(ledgers);
    return start<result<Decision>>([this, demand, kept, gone] {
        return limiter_->reserve(demand, *kept, gone != nullptr ? Withdrawal(*gone) : Withdrawal());
    });
}

result<Decision> StoreNode::reserve(Demand demand, const Ledgers& ledgers) {
    return start_reserve(demand, ledgers).get();
}

void StoreNode::in_one_handler(const std::function<void()>& work) {
    const auto done = std::make_shared<std::promise<void>>();
    boost::asio::post(context_, [&work, done] {
        work();
        done->set_value();
    });
    done->get_future().get();
}

Reservation StoreNode::admitted(Demand demand, const Ledgers& ledgers) {
    auto decision = reserve(demand, ledgers);
    if (!decision) throw std::runtime_error("not decided: " + decision.error().message());
    if (!decision->reservation) throw std::runtime_error("not admitted");
    return std::move(*decision->reservation);
}

void StoreNode::settle(Reservation reservation, Usage usage) {
    start_settle(std::move(reservation), usage).get();
}

std::future<bool> StoreNode::start_settle(Reservation reservation, Usage usage) {
    const auto kept = std::make_shared<Reservation>(std::move(reservation));
    return start<bool>([this, kept, usage]() -> awaitable<bool> {
        co_await limiter_->settle(std::move(*kept), usage);
        co_return true;
    });
}

std::future<bool> StoreNode::start_work(std::function<awaitable<void>(Limiter&)> work) {
    return start<bool>([this, work = std::move(work)]() -> awaitable<bool> {
        co_await work(*limiter_);
        co_return true;
    });
}

void StoreNode::progress(Reservation& reservation, Usage so_far) {
    start_void([this, &reservation, so_far] { return limiter_->progress(reservation, so_far); });
}

result<std::vector<Level>> StoreNode::peek(const Ledgers& ledgers) {
    return start<result<std::vector<Level>>>([this, &ledgers] { return limiter_->peek(ledgers); }).get();
}

result<LedgerContents> StoreNode::read(const LedgerLimits& ledger) {
    return start<result<LedgerContents>>([this, &ledger] { return limiter_->read(ledger); }).get();
}

bool StoreNode::becomes(StoreMode mode) const {
    return eventually([&] { return statistics().mode == mode; }, 20'000);
}

bool StoreNode::reaches_redis() {
    return eventually(
        [this] {
            const std::uint64_t unavailable = statistics().unavailable;
            return asks_store() && peek({ledger_named("nobody", 1)}) && asks_store() &&
                   statistics().unavailable == unavailable;
        },
        20'000);
}

std::vector<std::string> StoreNode::reasons() const {
    const std::lock_guard lock(mutex_);
    return reasons_;
}

std::vector<std::string> StoreNode::changes() const {
    const std::lock_guard lock(mutex_);
    return changes_;
}

RedisStoreOptions patient_options(const RedisServer& server) {
    RedisStoreOptions options;
    options.address.socket_path = server.socket_path();
    options.timeout_ms = 2'000;
    options.heartbeat_ms = 200;
    return options;
}

LedgerLimits ledger_named(const std::string& name, std::int64_t limit, std::int64_t window_us) {
    LedgerLimits ledger;
    ledger.ledger = LedgerName("key:" + name + ":" + std::to_string(window_us), "a1");
    ledger.window_us = window_us;
    for (const Dimension dimension : all_dimensions) {
        if (dimension != Dimension::in_flight) ledger.limits.set(dimension, limit);
    }
    return ledger;
}

std::string stored_key(const LedgerLimits& ledger) {
    return ledger.ledger.key();
}

std::vector<StoredEntry> stored_entries(const RedisServer& server, const LedgerLimits& ledger) {
    const std::vector<std::string> members = server.list({"ZRANGE", stored_key(ledger), "0", "-1"});
    std::vector<StoredEntry> entries;
    const auto stored = read_ledger(members);
    if (!stored) return entries;
    for (auto entry = stored->entries.rbegin(); entry != stored->entries.rend(); ++entry) {
        if (entry->amounts == Amounts{}) continue;
        entries.push_back({entry->bucket * bucket_width_us(ledger.window_us), entry->amounts});
    }
    return entries;
}

Amounts stored_sum(const RedisServer& server, const LedgerLimits& ledger) {
    const std::int64_t now_us = SystemClock().now_us();
    Amounts sum;
    for (const StoredEntry& entry : stored_entries(server, ledger)) {
        if (entry.expires_us > now_us) sum += entry.amounts;
    }
    return sum;
}

Usage exact_usage(std::int64_t input_tokens, std::int64_t output_tokens) {
    return {.requests = 1,
            .input_tokens = input_tokens,
            .output_tokens = output_tokens,
            .certainty = Certainty::exact,
            .unproduced = Unproduced::release};
}

}  // namespace weir::testing
