// Forwards first, reads second. Bytes wait only while weir's own usage chunk may be among them.
#include "llm/answer_stream.hpp"

namespace weir::llm {

namespace {

constexpr std::size_t held_bytes_max = 1 << 20;
/// Up to it, an answer that comes in one piece is parsed as it is; beyond, the digest is faster.
constexpr std::size_t whole_bytes_max = 2 << 10;

bool ends_in_brace(std::string_view bytes) noexcept {
    const std::size_t last = bytes.find_last_not_of(" \t\r\n");
    return last != std::string_view::npos && bytes[last] == '}';
}

bool wants_ids(Api api) noexcept {
    return api == Api::responses || api == Api::unmetered;
}

}  // namespace

AnswerStream::AnswerStream(Api api, AnswerFormat declared, bool drop_usage_chunk)
    : format_(declared),
      drops_(drop_usage_chunk),
      is_decided_(declared == AnswerFormat::opaque),
      reader_(api),
      json_(wants_ids(api), declared == AnswerFormat::json_lines),
      events_(wants_ids(api)) {}

void AnswerStream::feed(std::string_view bytes, std::vector<std::string_view>& forward) {
    sent_.clear();
    if (bytes.empty()) return;
    if (is_decided_) return pass(bytes, forward);
    read_first_bytes(bytes, forward);
}

/// Until it is clear what the body is: a handful of bytes, which wait. What stands before it passes at once.
void AnswerStream::read_first_bytes(std::string_view bytes, std::vector<std::string_view>& forward) {
    if (begin_.empty()) {
        std::size_t first = 0;
        while (first < bytes.size() && is_before_body(bytes[first])) ++first;
        if (first > 0) forward.push_back(bytes.substr(0, first));
        bytes.remove_prefix(first);
        if (bytes.empty()) return;
    }
    const std::size_t waiting = begin_.size();
    std::optional<AnswerFormat> found;
    if (waiting == 0) {
        found = format_by_first_bytes(format_, bytes);
    } else {
        begin_.append(bytes.substr(0, format_bytes_max));
        found = format_by_first_bytes(format_, begin_);
        begin_.resize(waiting);
    }
    if (!found) {
        begin_.append(bytes);
        return;
    }
    format_ = *found;
    is_decided_ = true;
    if (waiting > 0) pass(begin_, forward);
    pass(bytes, forward);
}

void AnswerStream::pass(std::string_view bytes, std::vector<std::string_view>& forward) {
    const bool is_events = format_ == AnswerFormat::event_stream;
    if (is_events && drops_) return feed_events(bytes, forward);
    forward.push_back(bytes);
    if (is_events) {
        read_events(bytes);
    } else if (format_ != AnswerFormat::opaque) {
        read_json(bytes);
    }
}

void AnswerStream::finish(std::vector<std::string_view>& forward, bool whole) {
    if (!is_decided_ && !begin_.empty()) forward.push_back(begin_);
    bool is_ours = events_.in_event() && is_tail();
    if (is_decided_ && format_ == AnswerFormat::event_stream && events_.in_event()) {
        // Clients take an event without its blank line for whole, too.
        const bool has_data = events_.finish();
        const auto read = has_data ? read_data() : UsageReader::Read::nothing;
        if (events_.is_error()) reader_.note_error();
        if (has_data) is_ours = read == UsageReader::Read::usage_chunk && drops_ && !passes_event_;
        if (read == UsageReader::Read::nothing) reader_.read_cut(events_.data());
    } else if (format_ == AnswerFormat::json && !saw_document_) {
        reader_.read_cut(json_.text());
    }
    // sent_ may hold what the caller has not written yet.
    if (!held_.empty() && !is_ours) forward.push_back(held_);
    reader_.finish(whole);
}

void AnswerStream::read_json(std::string_view bytes) {
    const bool may_be_whole = format_ == AnswerFormat::json && !has_read_ && bytes.size() <= whole_bytes_max;
    has_read_ = true;
    if (may_be_whole && ends_in_brace(bytes) && reader_.read_whole(bytes)) {
        json_.pass_over_document();
        json_.keep_choices();
        saw_document_ = true;
        return reader_.end_document();
    }
    std::size_t at = 0;
    while (at < bytes.size() && json_.next(bytes, at) == JsonDigest::Found::document) {
        if (saw_document_ && !json_.in_array()) become_lines();
        using Place = UsageReader::Place;
        const Place place = json_.in_array()                      ? Place::element
                            : format_ == AnswerFormat::json_lines ? Place::piece
                                                                  : Place::whole;
        (void)reader_.read_digest(json_.text(), json_.has_text(), place);
        saw_document_ = true;
        json_.keep_choices();  // if another one follows, these are lines
    }
    if (format_ == AnswerFormat::json_lines || !saw_document_) return;
    if (json_.at_rest()) return reader_.end_document();
    if (json_.in_array()) return reader_.reopen();
    become_lines();
}

/// A second document has begun.
void AnswerStream::become_lines() {
    if (format_ != AnswerFormat::json_lines) reader_.reopen();
    format_ = AnswerFormat::json_lines;
}

/// Of an event whose data may be whole.
UsageReader::Read AnswerStream::read_data() {
    UsageReader::Read read = UsageReader::Read::nothing;
    if (!events_.is_digest()) read = reader_.read_piece(events_.data());
    if (read == UsageReader::Read::nothing && (events_.is_digest() || events_.go_on()))
        read = reader_.read_digest(events_.data(), events_.digest_has_text(), UsageReader::Place::piece);
    if (read == UsageReader::Read::nothing) return read;
    if (events_.is_error()) reader_.note_error();
    events_.end_event();
    return read;
}

/// Reads without holding anything back.
void AnswerStream::read_events(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size()) {
        const EventReader::Found found = events_.next(bytes, at);
        if (found == EventReader::Found::data) {
            (void)read_data();
        } else if (found == EventReader::Found::event_end && events_.is_error()) {
            reader_.note_error();
        }
    }
}

void AnswerStream::feed_events(std::string_view bytes, std::vector<std::string_view>& forward) {
    std::size_t from = 0;   // what stands before it has been forwarded, held or dropped
    std::size_t event = 0;  // where the event at hand begins, or goes on
    std::size_t at = 0;
    const auto pass_until = [&](std::size_t end) {
        if (end > from) forward.push_back(bytes.substr(from, end - from));
        from = end;
    };
    while (at < bytes.size()) {
        if (remnant_ != Remnant::none && drop_remnant(bytes, at)) {
            from = at;
            continue;
        }
        const EventReader::Found found = events_.next(bytes, at);
        if (found == EventReader::Found::event_begin) event = at;
        // As if it had been held to here, so that the pieces that it comes in make no difference.
        const bool passes = passes_event_ || held_.size() + (at - event) > held_bytes_max;
        const bool ends_tail = follows_dropped_ && ends_tail_at(found) && !passes;
        if (found == EventReader::Found::event_end && events_.is_error()) reader_.note_error();
        const bool is_ours =
            found == EventReader::Found::data && read_data() == UsageReader::Read::usage_chunk;
        if (is_ours && !passes) {
            pass_until(event);
            held_.clear();
            from = at;
            remnant_ = events_.may_own_next_line_feed() ? Remnant::line_feed_or_blank : Remnant::blank;
            follows_dropped_ = true;
        } else if (ends_tail) {
            pass_until(event);
            held_.clear();
            from = at;
            remnant_ = events_.may_own_next_line_feed() ? Remnant::line_feed : Remnant::none;
        }
        if (events_.in_event()) continue;
        flush_held(forward);
        passes_event_ = false;
    }
    if (!events_.in_event() || passes_event_) return pass_until(bytes.size());
    pass_until(event);
    hold(bytes.substr(from), forward);
}

/// What stands between data that was dropped and its blank line: `id`, `retry`.
bool AnswerStream::is_tail() const noexcept {
    return follows_dropped_ && !passes_event_ && !events_.is_error();
}

/// REQUIRES: follows_dropped_.
bool AnswerStream::ends_tail_at(EventReader::Found found) noexcept {
    const bool is_end = found == EventReader::Found::event_end;
    const bool ends_tail = is_end && is_tail();
    if (is_end || found == EventReader::Found::data) follows_dropped_ = false;
    return ends_tail;
}

/// True: the byte at `at`, which moves on, belonged to a chunk that was dropped.
bool AnswerStream::drop_remnant(std::string_view bytes, std::size_t& at) {
    const bool is_line_feed = bytes[at] == '\n';
    const bool may_be_blank = remnant_ == Remnant::blank || remnant_ == Remnant::line_feed_or_blank;
    if (is_line_feed && remnant_ == Remnant::line_feed_or_blank) {
        remnant_ = Remnant::blank;
    } else if (bytes[at] == '\r' && may_be_blank) {
        remnant_ = Remnant::line_feed;
        follows_dropped_ = false;
    } else {
        const bool is_ours = is_line_feed;
        if (is_ours) follows_dropped_ = false;
        remnant_ = Remnant::none;
        if (!is_ours) return false;
    }
    (void)events_.next(bytes, at);
    return true;
}

void AnswerStream::hold(std::string_view bytes, std::vector<std::string_view>& forward) {
    if (held_.size() + bytes.size() <= held_bytes_max) {
        held_.append(bytes);
        return;
    }
    flush_held(forward);
    forward.push_back(bytes);
    passes_event_ = true;
}

/// At most once in a feed: afterwards the views point into the piece itself.
void AnswerStream::flush_held(std::vector<std::string_view>& forward) {
    if (held_.empty()) return;
    sent_.swap(held_);
    forward.push_back(sent_);
}

}  // namespace weir::llm
