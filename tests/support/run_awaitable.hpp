// Runs a coroutine to its end from a test that is none.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "weir/awaitable.hpp"

namespace weir::testing {

/// What the coroutine returns or throws. Runs `context` for no longer than that takes: what else waits there
/// (the read of an idle connection) stays. Throws logic_error if the coroutine waits for what never comes.
template <typename T>
T run_awaitable(boost::asio::io_context& context, awaitable<T> work) {
    std::optional<T> returned;
    std::exception_ptr thrown;
    bool done = false;
    const auto keep_returned = [](awaitable<T> inner, std::optional<T>& kept) -> awaitable<void> {
        T value = co_await std::move(inner);
        kept.emplace(std::move(value));
    };
    boost::asio::co_spawn(context, keep_returned(std::move(work), returned), [&](std::exception_ptr error) {
        thrown = error;
        done = true;
    });
    context.restart();
    while (!done) {
        if (context.run_one() == 0) throw std::logic_error("the coroutine never ended");
    }
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*returned);
}

inline void run_awaitable(boost::asio::io_context& context, awaitable<void> work) {
    const auto to_its_end = [](awaitable<void> inner) -> awaitable<bool> {
        co_await std::move(inner);
        co_return true;
    };
    run_awaitable(context, to_its_end(std::move(work)));
}

}  // namespace weir::testing
