// Writing, reading and deadlines of one live connection.
#include "redis/pipeline.hpp"

#include <array>
#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

namespace weir::redis {

using boost::system::error_code;

namespace {

constexpr std::size_t read_bytes = 16 << 10;

void add(std::atomic<std::uint64_t>& counter, std::uint64_t amount = 1) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

}  // namespace

Pipeline::Pipeline(boost::asio::io_context& context, const Clock& clock, std::shared_ptr<Stream> stream,
                   const Options& options, Statistics& statistics)
    : clock_(clock),
      stream_(std::move(stream)),
      options_(options),
      statistics_(statistics),
      reader_(options.reply_bytes_max),
      timer_(context.get_executor()) {}

awaitable<result<Reply>> Pipeline::call(std::shared_ptr<Pipeline> self,
                                        std::span<const std::string_view> arguments, std::int64_t deadline_us,
                                        Asking asking) {
    if (!self->open() || self->clock_.steady_us() >= deadline_us)
        co_return make_error_code(errc::store_unavailable);
    const std::size_t replies = asking == Asking::yes ? 2 : 1;
    if (self->calls_.size() + replies > self->options_.calls_max ||
        self->gathering_.size() >= self->options_.unsent_bytes_max) {
        add(self->statistics_.overflows);
        co_return make_error_code(errc::store_unavailable);
    }
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<executor>,
                                                   void(result<Reply>)>(
        [&](Waiter waiter) { self->enqueue(arguments, deadline_us, asking, std::move(waiter)); },
        use_awaitable);
}

void Pipeline::enqueue(std::span<const std::string_view> arguments, std::int64_t deadline_us, Asking asking,
                       Waiter waiter) {
    if (asking == Asking::yes) {
        append_command(gathering_, std::array<std::string_view, 1>{"ASKING"});
        ++gathered_calls_;
        calls_.push_unawaited(deadline_us);
    }
    append_command(gathering_, arguments);
    ++gathered_calls_;
    calls_.push(deadline_us, std::move(waiter));
    add(statistics_.calls);
    look_by(deadline_us, clock_.steady_us());
    flush();
}

void Pipeline::flush() {
    // While replies are delivered, those who are resumed may call again: that goes out together afterwards.
    if (writing_ || delivering_ || gathering_.empty() || !open()) return;
    writing_ = true;
    on_the_wire_.clear();
    on_the_wire_.swap(gathering_);
    gathered_calls_ = 0;
    stream_->async_write(boost::asio::buffer(on_the_wire_),
                         [self = shared_from_this()](const error_code& error, std::size_t) {
                             self->writing_ = false;
                             if (error) return self->close("write: " + error.message());
                             self->flush();
                         });
}

awaitable<std::string> Pipeline::read_replies(std::shared_ptr<Pipeline> self) {
    std::vector<char> buffer(read_bytes);
    while (self->open()) {
        const auto [error, size] = co_await self->stream_->read_some(boost::asio::buffer(buffer));
        if (size > 0) self->deliver({buffer.data(), size});
        if (error == boost::asio::error::eof) self->close("closed by Redis");
        if (error) self->close("read: " + error.message());
    }
    co_return self->why_closed_;
}

void Pipeline::deliver(std::string_view bytes) {
    reader_.feed(bytes);
    delivering_ = true;
    Reply reply;
    while (open()) {
        const ReplyReader::Next next = reader_.next(reply);
        if (next == ReplyReader::Next::need_more) break;
        if (next == ReplyReader::Next::broken) {
            close("not understood: " + reader_.failure());
        } else if (calls_.size() == gathered_calls_) {
            close("not understood: a reply that nobody has asked for");
        } else {
            auto waiter = calls_.pop();
            if (waiter) std::move (*waiter)(result<Reply>(std::move(reply)));
        }
    }
    delivering_ = false;
    flush();
}

void Pipeline::look_by(std::int64_t when_us, std::int64_t now_us) {
    if (when_us >= looks_at_us_) return;  // the timer looks before, and goes on from there
    looks_at_us_ = when_us;
    timer_.expires_after(std::chrono::microseconds(std::max<std::int64_t>(when_us - now_us, 0)));
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
        if (!error) self->look();
    });
}

void Pipeline::look() {
    const std::int64_t now_us = clock_.steady_us();
    const std::int64_t patience_us = options_.stalled_ms * 1000;
    looks_at_us_ = CallQueue<Waiter>::never_us;
    if (!open()) return;
    // What has arrived is read first: that this thread had no time for it is no delay of Redis's.
    if (calls_.has_expired(now_us) && stream_->has_arrived()) {
        return boost::asio::post(timer_.get_executor(), [self = shared_from_this()] { self->look(); });
    }
    std::vector<Waiter> expired = calls_.take_expired(now_us);
    add(statistics_.timeouts, expired.size());
    if (calls_.stalled(now_us, patience_us)) {
        close("no answer for " + std::to_string(options_.stalled_ms) + " ms after a deadline");
    } else {
        look_by(calls_.next_look_us(patience_us), now_us);
    }
    for (Waiter& waiter : expired) std::move(waiter)(make_error_code(errc::store_timeout));
}

void Pipeline::close(std::string why) noexcept {
    if (!open()) return;
    why_closed_ = why.empty() ? "given up" : std::move(why);
    timer_.cancel();
    stream_->close();
}

void Pipeline::forget_all() {
    calls_.take_all(0);
    gathered_calls_ = 0;
}

void Pipeline::fail_all() {
    auto [sent, unsent] = calls_.take_all(gathered_calls_);
    gathered_calls_ = 0;
    add(statistics_.timeouts, sent.size());
    for (Waiter& waiter : sent) std::move(waiter)(make_error_code(errc::store_timeout));
    for (Waiter& waiter : unsent) std::move(waiter)(make_error_code(errc::store_unavailable));
}

}  // namespace weir::redis
