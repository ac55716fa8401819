// Takes a text/event-stream apart into events, split at any byte, and says which bytes belong to which.
// Inside the room alone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "llm/json_digest.hpp"

namespace weir::llm {

/// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation, but for one
/// thing: an event ends with its blank line, or with the data line that makes its data a whole JSON document.
/// Some send no blank lines.
class EventReader {
public:
    /// `keeps_ids`: as JsonDigest's.
    explicit EventReader(bool keeps_ids) noexcept : digest_(keeps_ids, true) { digest_.mark_others(); }

    /// A data line beyond it is reduced as it comes.
    static constexpr std::size_t data_bytes_max = 64 << 10;

    enum class Found : unsigned char {
        more,         ///< the piece is used up
        event_begin,  ///< the byte at `at` is the first of an event's first field
        data,         ///< a data line ended right before `at`; data() may be whole: read it, or call go_on()
        event_end,    ///< a blank line ended right before `at`; what data there was has been offered
        between       ///< a line outside of events has ended: a comment, a blank line, the LF of a CRLF
    };
    /// Goes on from `at`, which moves, to the next thing found.
    Found next(std::string_view bytes, std::size_t& at);
    /// The stream has ended within an event. True: data() may be whole.
    bool finish();

    /// After Found::data: it was whole, and with it the event is over.
    void end_event();
    /// After Found::data: it was not whole, so that the event goes on. True: reduced it is, so try data()
    /// again.
    bool go_on();

    bool in_event() const noexcept { return in_event_; }
    /// The name of the event at hand, or of the one that ended last, is `error`.
    bool is_error() const noexcept { return is_error_; }
    /// The event's data lines, joined by LF; or its digest, where is_digest().
    std::string& data() noexcept { return is_digest_ ? digest_.text() : data_; }
    bool is_digest() const noexcept { return is_digest_; }
    bool digest_has_text() const noexcept { return digest_.has_text(); }
    /// The next byte, if it is an LF, still belongs to the line that ended last.
    bool may_own_next_line_feed() const noexcept { return after_carriage_return_; }

private:
    enum class Line : unsigned char {
        short_one,  ///< it is collected in line_
        passed_by,  ///< a comment, or a long line of no interest
        long_data   ///< it goes into the digest as it comes
    };

    void take_line_piece(std::string_view piece);
    bool end_line(std::string_view rest);
    bool read_field(std::string_view line, bool is_whole);
    bool take_data(std::string_view text, bool is_whole, bool is_short);
    void reduce(std::string_view text);

    bool in_event_ = false;
    bool at_line_begin_ = true;
    bool after_carriage_return_ = false;
    bool is_error_ = false;
    bool has_data_ = false;
    bool is_digest_ = false;  ///< of the event's data
    bool digest_is_whole_ = false;
    Line line_is_ = Line::short_one;
    std::string line_;  ///< the part of a line that came in earlier pieces
    std::string data_;
    JsonDigest digest_;
};

}  // namespace weir::llm
