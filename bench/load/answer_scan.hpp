// Reads an HTTP/1.1 answer, cut anywhere, for the little that the report needs: no tree of headers, no copy
// of the body, no allocation in the usual case.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "load/usage_scan.hpp"

namespace weir::load {

class AnswerScan {
public:
    enum class State : std::uint8_t { open, done, broken };

    void clear();
    /// Takes the next bytes. One answer at a time: bytes behind its end break it.
    State feed(std::string_view bytes);
    /// The connection has ended: only an answer that ends with its connection is done by that.
    State end();

    // What stands in the head, once it is there.
    unsigned status() const { return status_; }
    bool has_retry_after() const { return has_retry_after_; }
    /// By retry-after-ms, otherwise by retry-after in seconds; 0: neither says it.
    std::uint64_t retry_after_ms() const { return retry_after_ms_; }
    std::string_view refused_by() const { return refused_by_; }            ///< x-weir-limit; empty: none
    std::optional<std::uint64_t> waited_ms() const { return waited_ms_; }  ///< x-weir-waited-ms
    bool keep_alive() const { return keep_alive_; }

    bool has_body() const { return has_body_; }  ///< its first byte has arrived
    /// Of an answer with 2xx that is done.
    ReportedUsage usage() const { return usage_; }
    /// Why it is broken.
    std::string_view problem() const { return problem_; }

private:
    enum class Part : std::uint8_t {
        head,
        sized,
        until_close,
        chunk_size,
        chunk_data,
        chunk_end,
        trailer,
        over
    };

    std::string_view take_head(std::string_view bytes);
    void read_head(std::string_view head);
    void read_field(std::string_view line);
    void choose_framing();
    std::string_view take_body(std::string_view bytes);
    std::string_view take_line_byte(std::string_view bytes);
    void end_chunk_line();
    void note_body(std::string_view bytes, bool is_whole);
    void finish();
    void fail(std::string_view problem);

    Part part_ = Part::head;
    bool keep_alive_ = true;
    bool has_retry_after_ = false;
    bool has_retry_after_ms_ = false;
    bool has_length_ = false;
    bool is_chunked_ = false;
    bool has_body_ = false;
    unsigned status_ = 0;
    std::uint64_t retry_after_ms_ = 0;
    std::uint64_t left_ = 0;  ///< bytes of the body, or of the chunk
    std::string head_;        ///< a head that came in pieces; afterwards a line of the chunked coding
    std::string refused_by_;
    std::optional<std::uint64_t> waited_ms_;
    std::string_view problem_;
    ReportedUsage usage_;
    UsageScan pieces_;
};

}  // namespace weir::load
