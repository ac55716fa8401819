// An encoder, and hiredis's decoder, which builds our own values through its table of functions.
#include "redis/reply.hpp"

#include <hiredis/hiredis.h>

#include <array>
#include <charconv>
#include <new>
#include <utility>

namespace weir::redis {

namespace {

/// "*3", "$7": how many arguments follow, or bytes.
void append_length(std::string& bytes, char kind, std::size_t length) {
    std::array<char, 32> text{kind};
    char* end = std::to_chars(text.data() + 1, text.data() + text.size() - 2, length).ptr;
    *end++ = '\r';
    *end++ = '\n';
    bytes.append(text.data(), end);
}

}  // namespace

/// By hand: hiredis prints each length with sprintf, which costs more than all else that a call needs.
void append_command(std::string& bytes, std::span<const std::string_view> arguments) {
    append_length(bytes, '*', arguments.size());
    for (const std::string_view argument : arguments) {
        append_length(bytes, '$', argument.size());
        bytes.append(argument).append("\r\n");
    }
}

struct ReplyReader::State {
    explicit State(std::size_t bytes_max) : reply_bytes_max(bytes_max) {}
    ~State() { ::redisReaderFree(reader); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    static State& of(const redisReadTask* task) { return *static_cast<State*>(task->privdata); }

    /// Where the reply that hiredis has just read belongs: an array has all its places from the start.
    Reply& place_of(const redisReadTask* task) {
        if (task->parent == nullptr) return root;
        auto& parent = *static_cast<Reply*>(task->parent->obj);
        return std::get<Reply::Array>(parent.value)[static_cast<std::size_t>(task->idx)];
    }

    /// nullptr makes hiredis give up. C code calls this: nothing may be thrown through it.
    template <typename Make>
    static void* put(const redisReadTask* task, std::size_t bytes, Make make) noexcept {
        State& state = of(task);
        state.reply_bytes += bytes;
        if (state.reply_bytes > state.reply_bytes_max) return nullptr;
        try {
            Reply& place = state.place_of(task);
            place.value = make();
            return &place;
        } catch (const std::bad_alloc&) {
            return nullptr;
        }
    }

    static void* put_string(const redisReadTask* task, char* text, std::size_t size) {
        const bool is_error = task->type == REDIS_REPLY_ERROR;
        return put(task, size, [&]() -> decltype(Reply::value) {
            if (is_error) return Reply::Error{std::string(text, size)};
            return std::string(text, size);
        });
    }
    static void* put_array(const redisReadTask* task, int elements) {
        const auto count = static_cast<std::size_t>(elements);
        return put(task, count * sizeof(Reply), [&] { return Reply::Array(count); });
    }
    static void* put_integer(const redisReadTask* task, long long number) {
        return put(task, 0, [&] { return static_cast<std::int64_t>(number); });
    }
    static void* put_nil(const redisReadTask* task) {
        return put(task, 0, [] { return Reply::Nil{}; });
    }
    static void free_nothing(void*) {}  // every value belongs to `root`

    std::size_t reply_bytes_max;
    std::size_t reply_bytes = 0;  ///< of the reply that is being read
    Reply root;
    std::string failure;
    redisReplyObjectFunctions functions{put_string, put_array, put_integer, put_nil, free_nothing};
    redisReader* reader = ::redisReaderCreateWithFunctions(&functions);
};

ReplyReader::ReplyReader(std::size_t reply_bytes_max) : state_(std::make_unique<State>(reply_bytes_max)) {
    if (state_->reader == nullptr) throw std::bad_alloc();
    state_->reader->privdata = state_.get();  // hiredis's own macro for it casts a pointer to int
}

ReplyReader::~ReplyReader() = default;

void ReplyReader::feed(std::string_view bytes) {
    if (state_->failure.empty()) ::redisReaderFeed(state_->reader, bytes.data(), bytes.size());
}

ReplyReader::Next ReplyReader::next(Reply& reply) {
    State& state = *state_;
    if (!state.failure.empty()) return Next::broken;
    void* whole = nullptr;
    if (::redisReaderGetReply(state.reader, &whole) != REDIS_OK) {
        const bool too_large = state.reply_bytes > state.reply_bytes_max;
        state.failure = too_large ? "reply too large" : redisReaderGetError(state.reader);
        return Next::broken;
    }
    if (whole == nullptr) {
        if (state.reader->len - state.reader->pos <= state.reply_bytes_max) return Next::need_more;
        state.failure = "reply too large";
        return Next::broken;
    }
    reply = std::exchange(state.root, {});
    state.reply_bytes = 0;
    return Next::reply;
}

const std::string& ReplyReader::failure() const noexcept {
    return state_->failure;
}

}  // namespace weir::redis
