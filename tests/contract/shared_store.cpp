// Ready once Redis decides, and every limiter reaches it.
#include "contract/shared_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

namespace weir::testing {

SharedStore::SharedStore(RedisAddress address, std::size_t threads)
    // Patient: a sanitizer on a busy machine is no reason to fall back.
    : store_(make_redis_store(context_, clock_,
                              {.address = std::move(address),
                               .timeout_ms = 10'000,
                               .without_store = WithoutStore::closed,
                               .settlements_gathered_us = 0,
                               .time_us = [this] { return now_us_; }})) {
    for (std::size_t i = 0; i < threads; ++i) limiters_.push_back(store_->make_limiter(context_));
    boost::asio::co_spawn(context_, store_->run(), boost::asio::detached);
    while (store_->statistics().mode != StoreMode::redis) context_.run_one();
    for (const auto& limiter : limiters_) wait_until_asked(*limiter);
}

/// Connections are made by the by.
void SharedStore::wait_until_asked(Limiter& limiter) {
    const std::vector<LedgerLimits> any(1);
    for (bool is_asked = false; !is_asked;) {
        bool is_done = false;
        boost::asio::co_spawn(context_, limiter.peek(any),
                              [&](const std::exception_ptr&, const result<std::vector<Level>>& read) {
                                  is_done = true;
                                  is_asked = read.has_value();
                              });
        while (!is_done) context_.run_one();
    }
}

}  // namespace weir::testing
