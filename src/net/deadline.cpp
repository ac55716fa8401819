// The lazy timer behind Deadline.
#include "net/deadline.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "weir/awaitable.hpp"

namespace weir::net {

namespace {
constexpr std::int64_t never_us = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t nap_us_max = 5'000'000;
}  // namespace

struct Deadline::State : std::enable_shared_from_this<State> {
    State(boost::asio::io_context& context, const Clock& system_clock, std::function<void()> callback)
        : timer(context.get_executor()), clock(system_clock), on_expired(std::move(callback)) {}

    void sleep(std::int64_t now_us) {
        wakes_at_us = std::min(expires_at_us, now_us + nap_us_max);
        timer.expires_after(std::chrono::microseconds(wakes_at_us - now_us));
        timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (!error) self->wake();
        });
    }

    void wake() {
        if (!alive) return;
        const std::int64_t now_us = clock.steady_us();
        wakes_at_us = never_us;
        if (expires_at_us == never_us) return;
        if (now_us < expires_at_us) return sleep(now_us);
        expires_at_us = never_us;
        expired = true;
        on_expired();
    }

    Timer timer;
    const Clock& clock;
    std::function<void()> on_expired;
    std::int64_t expires_at_us = never_us;
    std::int64_t wakes_at_us = never_us;
    bool expired = false;
    bool alive = true;
};

Deadline::Deadline(boost::asio::io_context& context, const Clock& clock, std::function<void()> on_expired)
    : state_(std::make_shared<State>(context, clock, std::move(on_expired))) {}

Deadline::~Deadline() {
    state_->alive = false;
    state_->timer.cancel();
}

void Deadline::set(std::int64_t duration_ms) {
    State& state = *state_;
    const std::int64_t now_us = state.clock.steady_us();
    state.expired = false;
    state.expires_at_us = now_us + duration_ms * 1000;
    if (state.wakes_at_us > std::min(state.expires_at_us, now_us + nap_us_max)) state.sleep(now_us);
}

void Deadline::disarm() noexcept {
    state_->expires_at_us = never_us;
}

bool Deadline::expired() const noexcept {
    return state_->expired;
}

}  // namespace weir::net
