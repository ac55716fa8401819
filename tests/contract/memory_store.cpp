// The embedded store under contract.
#include "contract/store.hpp"
#include "support/manual_clock.hpp"
#include "weir/memory_limiter.hpp"

namespace weir::testing {

namespace {

class MemoryStore final : public Store {
public:
    Limiter& limiter() override { return *limiter_; }
    boost::asio::io_context& context() override { return context_; }
    void set_now_us(std::int64_t now_us) override { clock_.set_now_us(now_us); }

private:
    boost::asio::io_context context_;
    ManualClock clock_;
    std::unique_ptr<MemoryLimiter> limiter_ = make_memory_limiter(clock_);
};

}  // namespace

std::vector<StoreKind> store_kinds() {
    return {{"memory", [] { return std::make_unique<MemoryStore>(); }}};
}

}  // namespace weir::testing
