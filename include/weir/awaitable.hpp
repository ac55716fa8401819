// weir's own coroutine type, on a typed executor: measurably cheaper than Asio's type-erased default.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace weir {

using executor = boost::asio::io_context::executor_type;

template <typename T>
using awaitable = boost::asio::awaitable<T, executor>;

inline constexpr boost::asio::use_awaitable_t<executor> use_awaitable{};
/// Errors come back as values, with the results in one tuple.
inline constexpr auto use_awaitable_as_tuple = boost::asio::as_tuple(use_awaitable);

using Timer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, executor>;

}  // namespace weir
