// Forwards first, reads second. Bytes wait only while weir's own usage chunk may still be among them.
#include "llm/usage_tap.hpp"

#include <string>

#include "llm/event_reader.hpp"
#include "llm/json_usage_finder.hpp"
#include "llm/usage_reader.hpp"

namespace weir::llm {

namespace {

constexpr std::size_t held_bytes_max = 1 << 20;

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::string_view trimmed(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool equals_ignoring_case(std::string_view a, std::string_view lower_case) noexcept {
    if (a.size() != lower_case.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower_case[i]) return false;
    }
    return true;
}

}  // namespace

AnswerFormat answer_format(std::string_view content_type, std::string_view content_encoding) noexcept {
    const std::string_view encoding = trimmed(content_encoding);
    if (!encoding.empty() && !equals_ignoring_case(encoding, "identity")) return AnswerFormat::opaque;
    const std::string_view media_type = trimmed(content_type.substr(0, content_type.find(';')));
    if (equals_ignoring_case(media_type, "text/event-stream")) return AnswerFormat::event_stream;
    constexpr std::string_view suffix = "+json";
    const bool has_suffix =
        media_type.size() > suffix.size() &&
        equals_ignoring_case(media_type.substr(media_type.size() - suffix.size()), suffix);
    if (has_suffix || equals_ignoring_case(media_type, "application/json")) return AnswerFormat::json;
    return AnswerFormat::opaque;
}

struct UsageTap::State {
    State(Api api, AnswerFormat answer_format, bool drop_usage_chunk)
        : format(answer_format),
          drops(drop_usage_chunk && format == AnswerFormat::event_stream),
          reader(api) {}

    void feed_events(std::string_view bytes, std::vector<std::string_view>& forward);
    void read_events(std::string_view bytes);
    void hold(std::string_view bytes, std::vector<std::string_view>& forward);
    void flush_held(std::vector<std::string_view>& forward);
    bool read_event();

    AnswerFormat format;
    bool drops;                    ///< the chunk to be dropped has not been seen yet
    bool drops_line_feed = false;  ///< the dropped chunk ended in CR: an LF right behind it goes too
    bool passes_event = false;     ///< the event at hand grew too long to be held
    UsageReader reader;
    EventReader events;
    JsonUsageFinder json;
    std::string held;  ///< the event at hand, as far as it came in earlier pieces
    std::string sent;  ///< what was held, while the caller's views point to it
};

/// Reads without holding anything back.
void UsageTap::State::read_events(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size()) {
        if (events.next(bytes, at) == EventReader::Found::event_end) read_event();
    }
}

bool UsageTap::State::read_event() {
    std::string& data = events.data();
    if (data.empty()) return false;
    data.reserve(data.size() + simdjson::SIMDJSON_PADDING);
    return reader.read_event(data);
}

void UsageTap::State::feed_events(std::string_view bytes, std::vector<std::string_view>& forward) {
    std::size_t from = 0;   // what stands before it has been forwarded, held or dropped
    std::size_t event = 0;  // where the event at hand begins, or goes on
    std::size_t at = 0;
    const auto pass_until = [&](std::size_t end) {
        if (end > from) forward.push_back(bytes.substr(from, end - from));
        from = end;
    };
    while (at < bytes.size() && drops) {
        switch (events.next(bytes, at)) {
            case EventReader::Found::event_begin:
                event = at;
                break;
            case EventReader::Found::event_end:
                if (read_event() && !passes_event) {
                    pass_until(event);
                    held.clear();
                    from = at;
                    drops = false;
                    drops_line_feed = events.may_own_next_line_feed();
                } else {
                    flush_held(forward);
                }
                passes_event = false;
                break;
            case EventReader::Found::between:
            case EventReader::Found::more:
                break;
        }
    }
    if (!drops) {
        if (drops_line_feed && at < bytes.size()) {
            drops_line_feed = false;
            if (bytes[at] == '\n') from = at + 1;
        }
        read_events(bytes.substr(at));
        return pass_until(bytes.size());
    }
    if (!events.in_event() || passes_event) return pass_until(bytes.size());
    pass_until(event);
    hold(bytes.substr(from), forward);
}

void UsageTap::State::hold(std::string_view bytes, std::vector<std::string_view>& forward) {
    if (held.size() + bytes.size() <= held_bytes_max) {
        held.append(bytes);
        return;
    }
    flush_held(forward);
    forward.push_back(bytes);
    passes_event = true;
}

/// At most once in a feed: afterwards the views point into the piece itself.
void UsageTap::State::flush_held(std::vector<std::string_view>& forward) {
    if (held.empty()) return;
    sent.swap(held);
    forward.push_back(sent);
}

UsageTap::UsageTap(Api api, AnswerFormat format, bool drop_usage_chunk)
    : state_(std::make_unique<State>(api, format, drop_usage_chunk)) {}
UsageTap::~UsageTap() = default;
UsageTap::UsageTap(UsageTap&&) noexcept = default;
UsageTap& UsageTap::operator=(UsageTap&&) noexcept = default;

void UsageTap::feed(std::string_view bytes, std::vector<std::string_view>& forward) {
    State& state = *state_;
    state.sent.clear();
    if (bytes.empty()) return;
    const bool may_wait = state.drops || state.drops_line_feed;
    if (may_wait) return state.feed_events(bytes, forward);
    forward.push_back(bytes);
    if (state.format == AnswerFormat::json) state.json.feed(bytes, state.reader);
    if (state.format == AnswerFormat::event_stream) state.read_events(bytes);
}

void UsageTap::finish(std::vector<std::string_view>& forward) {
    State& state = *state_;
    if (state.format != AnswerFormat::event_stream || !state.events.in_event()) return;
    // Clients take an event without its blank line for whole, too.
    state.events.finish();
    const bool is_ours = state.read_event() && state.drops && !state.passes_event;
    // `sent` may hold what the caller has not written yet.
    if (!is_ours && !state.held.empty()) forward.push_back(state.held);
}

const TappedUsage& UsageTap::usage() const noexcept {
    return state_->reader.usage();
}

}  // namespace weir::llm
