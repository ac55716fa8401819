// What is said on a new connection before it carries calls, and whether the answers to it are good.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "redis/address.hpp"
#include "redis/reply.hpp"
#include "redis/stream.hpp"
#include "weir/awaitable.hpp"

namespace weir::redis {

/// AUTH, SELECT, CLIENT SETNAME as far as the address asks for them; ROLE where the server must be a master;
/// PING last, which also tells a server that wants a password or is loading.
std::vector<Command> greeting_for(const RedisAddress& address);

/// What an exchange brought.
struct Exchange {
    std::vector<Reply> replies{};  ///< in the order of the commands; all of them unless it failed
    std::string failure{};         ///< empty: none
};

/// Sends the commands at once and reads the replies. For connections that carry nothing else yet.
awaitable<Exchange> exchange(Stream& stream, std::vector<Command> commands);

/// Why the connection can't be used; empty: it can. Where the exchange broke off, an error that the server
/// sent before is the better reason. Never holds the password.
std::string judge_greeting(const RedisAddress& address, std::span<const Command> commands,
                           const Exchange& exchanged);

inline constexpr std::string_view not_a_master = "the server is not a master";

/// The error of `judge_greeting` as the server said it, without the command that it answered.
std::string_view error_in_greeting(std::string_view failure) noexcept;

}  // namespace weir::redis
