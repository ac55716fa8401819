// Takes a text/event-stream apart into events, split at any byte, and says which bytes belong to which.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weir::llm {

/// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
class EventReader {
public:
    static constexpr std::size_t data_bytes_max = 1 << 20;

    enum class Found : unsigned char {
        more,         ///< the piece is used up
        event_begin,  ///< the byte at `at` is the first of an event's first field
        event_end,    ///< the byte before `at` ended the event's blank line; data() is complete
        between       ///< a line outside of events has ended: a comment, a blank line, the LF of a CRLF
    };
    /// Goes on from `at`, which moves, to the next thing found.
    Found next(std::string_view bytes, std::size_t& at);
    /// The stream has ended within an event: takes what there is for whole.
    void finish();

    bool in_event() const noexcept { return in_event_; }
    /// Of the event that ended last: its data lines, joined by LF. Empty where it was above data_bytes_max.
    std::string& data() noexcept { return data_; }
    /// The next byte, if it is an LF, still belongs to the line that ended last.
    bool may_own_next_line_feed() const noexcept { return after_carriage_return_; }

private:
    void take_line_piece(std::string_view piece);
    void end_line(std::string_view rest);
    void read_field(std::string_view line);
    void end_event();

    bool in_event_ = false;
    bool at_line_begin_ = true;
    bool line_is_comment_ = false;
    bool after_carriage_return_ = false;
    bool has_data_ = false;
    bool too_long_ = false;  ///< the event, or a line of it
    bool fresh_ = false;     ///< the data of the last event has been handed out: clear it before the next
    std::string line_;       ///< the part of a field's line that came in earlier pieces
    std::string data_;
};

}  // namespace weir::llm
