// An answer that is not compressed (any more): finds out what it is, reads it, and holds back what may be
// dropped. Inside the room alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "llm/answer_format.hpp"
#include "llm/event_reader.hpp"
#include "llm/json_digest.hpp"
#include "llm/usage_reader.hpp"

namespace weir::llm {

class AnswerStream {
public:
    AnswerStream(Api api, AnswerFormat declared, bool drop_usage_chunk);

    /// As UsageTap's.
    void feed(std::string_view bytes, std::vector<std::string_view>& forward);
    void finish(std::vector<std::string_view>& forward, bool whole);
    const TappedUsage& usage() const noexcept { return reader_.usage(); }
    bool is_stream() const noexcept {
        return format_ == AnswerFormat::event_stream || format_ == AnswerFormat::json_lines;
    }
    /// Nothing of it will be read.
    bool is_opaque() const noexcept { return format_ == AnswerFormat::opaque; }

private:
    /// What a dropped event leaves behind: its blank line, which goes too.
    enum class Remnant : unsigned char { none, line_feed_or_blank, blank, line_feed };

    void read_first_bytes(std::string_view bytes, std::vector<std::string_view>& forward);
    void pass(std::string_view bytes, std::vector<std::string_view>& forward);
    void read_json(std::string_view bytes);
    void become_lines();
    void read_events(std::string_view bytes);
    void feed_events(std::string_view bytes, std::vector<std::string_view>& forward);
    bool is_tail() const noexcept;
    bool ends_tail_at(EventReader::Found found) noexcept;
    bool drop_remnant(std::string_view bytes, std::size_t& at);
    UsageReader::Read read_data();
    void hold(std::string_view bytes, std::vector<std::string_view>& forward);
    void flush_held(std::vector<std::string_view>& forward);

    AnswerFormat format_;
    bool drops_;
    bool is_decided_;
    UsageReader reader_;
    std::string begin_;  ///< the first bytes, until they are decided

    JsonDigest json_;
    bool has_read_ = false;
    bool saw_document_ = false;

    EventReader events_;
    bool passes_event_ = false;  ///< the event at hand grew too long to be held
    Remnant remnant_ = Remnant::none;
    bool follows_dropped_ = false;  ///< no blank line has come yet behind the data that was dropped
    std::string held_;              ///< the event at hand, as far as it came in earlier pieces
    std::string sent_;              ///< what was held, while the caller's views point to it
};

}  // namespace weir::llm
