// Gives one answer: waits, frames, streams, pads, splits or dies, as the knobs say, and notes what it
// produced.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mock_upstream/knobs.hpp"
#include "mock_upstream/record.hpp"
#include "mock_upstream/reply.hpp"
#include "mock_upstream/wire.hpp"
#include "weir/clock.hpp"

namespace weir::mock {

class Producer {
public:
    /// `scratch` is memory that the caller lends, so that a busy connection allocates once.
    Producer(Wire& wire, const Knobs& knobs, MockRecord& record, std::string& scratch)
        : wire_(wire), knobs_(knobs), record_(record), out_(scratch) {}

    /// All return whether the connection may carry another request.
    awaitable<bool> answer(const Dialect& dialect, Reply& reply);
    awaitable<bool> refuse(Kind kind, unsigned status, std::string_view message, std::string_view param);

    /// An error with such a body.
    awaitable<bool> refuse_saying(unsigned status, std::string_view body);

    /// Answer with Connection: close, and mean it.
    void close_after() { closes_ = true; }

private:
    awaitable<bool> plain(const Dialect& dialect, Reply& reply);
    awaitable<bool> padded(const Body& body);
    awaitable<bool> cut_in_body(std::string_view head, std::string_view body);
    awaitable<bool> stream(const Dialect& dialect, Reply& reply);
    awaitable<bool> stream_tokens(const Dialect& dialect, Reply& reply);
    awaitable<bool> stream_padding(const Dialect& dialect, Reply& reply);
    awaitable<bool> broken(const Dialect& dialect, Reply& reply);
    awaitable<bool> coded(const Dialect& dialect, Reply& reply);
    awaitable<bool> end_stream(const Dialect& dialect, Reply& reply);
    /// All at once, as a stream or plain.
    std::string whole_text(const Dialect& dialect, Reply& reply, std::string_view& content_type);
    void append_framed(std::string_view bytes);

    awaitable<bool> send(std::string_view head, std::string_view body);
    awaitable<bool> send_event_text();
    bool finished(bool complete);
    void begin_head(unsigned status, std::string_view content_type);
    bool delimits_by_close() const { return knobs_.until_close; }
    void append_fields(std::string_view content_type);
    void note_tokens(std::uint64_t tokens);
    bool gone();

    Wire& wire_;
    const Knobs& knobs_;
    MockRecord& record_;
    std::string& out_;
    std::string event_;       ///< stream events that are about to be written
    std::uint64_t sent_ = 0;  ///< bytes of a stream's body
    bool closes_ = false;
    SystemClock clock_;
};

}  // namespace weir::mock
