// The greeting as values, and the exchange of it.
#include "redis/greeting.hpp"

#include <algorithm>

namespace weir::redis {

namespace {

constexpr std::size_t reply_bytes_max = 64 << 10;
constexpr std::size_t reason_bytes_max = 300;
constexpr std::string_view hidden = "<password>";

/// A server that does not know AUTH repeats its arguments; a log must not have them, nor control characters.
std::string presentable(std::string text, const std::string& password) {
    for (auto at = text.find(password); !password.empty() && at != std::string::npos;
         at = text.find(password, at))
        text.replace(at, password.size(), hidden), at += hidden.size();
    text.resize(std::min(text.size(), reason_bytes_max));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; }, ' ');
    return text;
}

bool is_master(const Reply& role) {
    const Reply::Array* const parts = role.array();
    const std::string* const name = parts == nullptr || parts->empty() ? nullptr : parts->front().text();
    return name != nullptr && *name == "master";
}

/// The name is a courtesy to operators, and a user may lack the right to PING.
bool is_harmless(const Command& command, const std::string& error) {
    return command.front() == "CLIENT" || (command.front() == "PING" && error.starts_with("NOPERM"));
}

}  // namespace

std::vector<Command> greeting_for(const RedisAddress& address) {
    std::vector<Command> commands;
    if (!address.user.empty()) {
        commands.push_back({"AUTH", address.user, address.password});
    } else if (!address.password.empty()) {
        commands.push_back({"AUTH", address.password});
    }
    if (address.database != 0) commands.push_back({"SELECT", std::to_string(address.database)});
    commands.push_back({"CLIENT", "SETNAME", "weir"});
    if (!address.sentinels.empty()) commands.push_back({"ROLE"});
    commands.push_back({"PING"});
    return commands;
}

std::string judge_greeting(const RedisAddress& address, std::span<const Command> commands,
                           const Exchange& exchanged) {
    const bool complete = exchanged.failure.empty();
    for (std::size_t i = 0; i < exchanged.replies.size(); ++i) {
        const Reply& reply = exchanged.replies[i];
        const Reply::Error* const error = reply.error();
        if (error != nullptr && (!complete || !is_harmless(commands[i], error->text)))
            return commands[i].front() + ": " + presentable(error->text, address.password);
        if (commands[i].front() == "ROLE" && !is_master(reply)) return std::string(not_a_master);
    }
    return exchanged.failure;
}

std::string_view error_in_greeting(std::string_view failure) noexcept {
    const auto end = failure.find(": ");
    return end == std::string_view::npos ? failure : failure.substr(end + 2);
}

awaitable<Exchange> exchange(Stream& stream, std::vector<Command> commands) {
    Exchange exchanged;
    std::string bytes;
    for (const Command& command : commands) {
        const std::vector<std::string_view> arguments(command.begin(), command.end());
        append_command(bytes, arguments);
    }
    const boost::system::error_code write_error = co_await stream.write(boost::asio::buffer(bytes));
    if (write_error) exchanged.failure = write_error.message();

    // After a failed write, too: what the server said before it closed is the better reason.
    ReplyReader reader(reply_bytes_max);
    std::vector<char> buffer(4096);
    Reply reply;
    while (exchanged.replies.size() < commands.size()) {
        const ReplyReader::Next next = reader.next(reply);
        if (next == ReplyReader::Next::reply) {
            exchanged.replies.push_back(std::move(reply));
        } else if (next == ReplyReader::Next::broken) {
            exchanged.failure = "not Redis: " + reader.failure();
            break;
        } else {
            const auto [error, size] = co_await stream.read_some(boost::asio::buffer(buffer));
            if (error) {
                if (exchanged.failure.empty()) exchanged.failure = error.message();
                break;
            }
            reader.feed({buffer.data(), size});
        }
    }
    if (exchanged.failure.empty() && reader.next(reply) != ReplyReader::Next::need_more)
        exchanged.failure = "not Redis: more replies than commands";
    co_return exchanged;
}

}  // namespace weir::redis
