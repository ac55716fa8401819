// A shared store under contract: a node alone, which is told the time.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "contract/store.hpp"
#include "weir/redis_limiter.hpp"

namespace weir::testing {

class SharedStore final : public Store {
public:
    /// `address`: of a store that is empty. Each call by the next of so many limiters, as if they came to
    /// different threads.
    SharedStore(RedisAddress address, std::size_t threads);

    Limiter& limiter() override { return *limiters_[turn_++ % limiters_.size()]; }
    boost::asio::io_context& context() override { return context_; }
    void set_now_us(std::int64_t now_us) override { now_us_ = now_us; }
    std::uint64_t cached_refusals() const override { return store_->statistics().cached_refusals; }

private:
    void wait_until_asked(Limiter& limiter);

    boost::asio::io_context context_;
    SystemClock clock_;
    std::int64_t now_us_ = 0;
    std::unique_ptr<RedisStore> store_;
    std::vector<std::unique_ptr<Limiter>> limiters_;
    std::size_t turn_ = 0;
};

}  // namespace weir::testing
