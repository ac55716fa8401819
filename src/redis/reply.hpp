// Redis's protocol on values: commands to bytes, bytes to replies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weir::redis {

/// A command and its arguments.
using Command = std::vector<std::string>;

/// Whether ASKING goes right before a command: then a server of a cluster answers for a slot that is only
/// being moved to it (ASK, https://redis.io/docs/latest/commands/asking/).
enum class Asking : bool { no, yes };

/// What Redis answered to one command (RESP2, https://redis.io/docs/latest/develop/reference/protocol-spec/).
/// An error that Redis answers is a value here, not an error of the call.
struct Reply {
    struct Nil {
        bool operator==(const Nil&) const = default;
    };
    struct Error {
        std::string text;  ///< "NOSCRIPT No matching script."; error.hpp tells the kinds apart
        bool operator==(const Error&) const = default;
    };
    using Array = std::vector<Reply>;

    std::variant<Nil, std::int64_t, std::string, Error, Array> value;

    bool is_nil() const noexcept { return std::holds_alternative<Nil>(value); }
    // nullptr where the reply is something else
    const std::int64_t* integer() const noexcept { return std::get_if<std::int64_t>(&value); }
    const std::string* text() const noexcept { return std::get_if<std::string>(&value); }  ///< status, too
    const Error* error() const noexcept { return std::get_if<Error>(&value); }
    const Array* array() const noexcept { return std::get_if<Array>(&value); }

    bool operator==(const Reply&) const = default;
};

/// Appends one command to `bytes`. Arguments may hold any byte. At least one argument.
void append_command(std::string& bytes, std::span<const std::string_view> arguments);

/// Cuts a stream of bytes, however it is split, into replies. One stream, one reader, one thread.
class ReplyReader {
public:
    enum class Next { reply, need_more, broken };

    /// `reply_bytes_max` bounds the memory of one reply, whole or not yet.
    explicit ReplyReader(std::size_t reply_bytes_max);
    ~ReplyReader();
    ReplyReader(const ReplyReader&) = delete;
    ReplyReader& operator=(const ReplyReader&) = delete;

    void feed(std::string_view bytes);
    /// Moves the next whole reply into `reply`. `broken` is for good: what follows can't be understood.
    Next next(Reply& reply);
    /// Why it is broken.
    const std::string& failure() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace weir::redis
