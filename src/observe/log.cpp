// spdlog's default logger: its lines are made by whoever logs, and written by a LineWriter.
#include "observe/log.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/formatter.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

#include "observe/line_writer.hpp"
#include "text/json_text.hpp"
#include "text/times.hpp"

namespace weir::observe {

namespace {

std::atomic<std::uint64_t> lines_dropped{0};
/// Of the request that this thread is just logging about. Lines are made on the thread that logs.
thread_local std::string_view current_request_id;

class JsonFormatter final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const auto since_epoch = message.time.time_since_epoch();
        std::string line = "{\"time\":\"";
        text::append_timestamp(line,
                               std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count());
        const auto level = spdlog::level::to_string_view(message.level);
        line.append("\",\"level\":\"").append(level.data(), level.size());
        if (!current_request_id.empty()) {
            line.append("\",\"request_id\":\"");
            text::append_json_text(line, current_request_id);
        }
        line.append("\",\"message\":\"");
        text::append_json_text(line, {message.payload.data(), message.payload.size()});
        line.append("\"}\n");
        out.append(line.data(), line.data() + line.size());
    }
    std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonFormatter>(); }
};

/// Stands for the request's id in a pattern.
class RequestIdFlag final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg&, const std::tm&, spdlog::memory_buf_t& out) override {
        if (current_request_id.empty()) return;
        fmt::format_to(std::back_inserter(out), "request {}: ", current_request_id);
    }
    std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
        return std::make_unique<RequestIdFlag>();
    }
};

std::unique_ptr<spdlog::formatter> text_formatter() {
    // In UTC as the JSON lines and the access log are, so that lines of several nodes can be compared.
    auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc, "\n");
    formatter->add_flag<RequestIdFlag>('R').set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %^%l%$ %R%v");
    return formatter;
}

class LineSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit LineSink(bool coloured) : coloured_(coloured) {}

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        tell_drops(message);
        if (writer_.write(line_of(message))) return;
        lines_dropped.fetch_add(1, std::memory_order_relaxed);
        if (dropped_since_ == 0) dropping_since_ = message.time;
        ++dropped_since_;
    }
    void flush_() override { writer_.flush(); }

private:
    std::string line_of(const spdlog::details::log_msg& message) {
        spdlog::memory_buf_t buffer;
        formatter_->format(message, buffer);
        std::string line(buffer.data(), buffer.size());
        if (line.ends_with('\n')) line.pop_back();
        if (!coloured_ || message.color_range_end <= message.color_range_start) return line;
        line.insert(message.color_range_end, "\033[m");
        return line.insert(message.color_range_start, colour_of(message.level));
    }
    static const char* colour_of(spdlog::level::level_enum level) noexcept {
        if (level >= spdlog::level::err) return "\033[31m\033[1m";
        return level == spdlog::level::warn ? "\033[33m\033[1m" : "\033[32m";
    }
    /// Once there is room again, and at most once a minute.
    void tell_drops(const spdlog::details::log_msg& message) {
        if (dropped_since_ == 0 || message.time - told_at_ < std::chrono::minutes(1)) return;
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(message.time - dropping_since_);
        const std::string text = fmt::format(
            "{} lines of this log were dropped within the last {} s: it is read "
            "more slowly than written",
            dropped_since_, seconds.count() + 1);
        spdlog::details::log_msg note(message.logger_name, spdlog::level::warn, text);
        note.time = message.time;
        const std::string_view request_id = std::exchange(current_request_id, {});
        if (writer_.write(line_of(note))) {
            dropped_since_ = 0;
            told_at_ = message.time;
        }
        current_request_id = request_id;
    }

    const bool coloured_;
    LineWriter writer_{STDERR_FILENO};
    std::uint64_t dropped_since_ = 0;  ///< not told yet
    spdlog::log_clock::time_point dropping_since_{};
    spdlog::log_clock::time_point told_at_{};
};

[[noreturn]] void end_unforeseen() {
    if (const std::exception_ptr unforeseen = std::current_exception()) {
        try {
            std::rethrow_exception(unforeseen);
        } catch (const std::exception& error) {
            spdlog::critical("ended by an unforeseen error: {}", error.what());
        } catch (...) {
            spdlog::critical("ended by an unforeseen error");
        }
    }
    flush_log();
    std::abort();
}

}  // namespace

void set_up_log(const std::string& level, bool json) {
    auto sink = std::make_shared<LineSink>(!json && ::isatty(STDERR_FILENO) == 1);
    sink->set_formatter(json ? std::make_unique<JsonFormatter>() : text_formatter());
    auto logger = std::make_shared<spdlog::logger>("weir", std::move(sink));
    logger->set_level(spdlog::level::from_str(level));
    spdlog::set_default_logger(std::move(logger));
    std::set_terminate(end_unforeseen);
}

void set_log_level(const std::string& level) {
    spdlog::default_logger_raw()->set_level(spdlog::level::from_str(level));
}

void flush_log() {
    if (spdlog::logger* logger = spdlog::default_logger_raw()) logger->flush();
}

std::uint64_t log_lines_dropped() noexcept {
    return lines_dropped.load(std::memory_order_relaxed);
}

void log_of_request(LogLevel level, std::string_view request_id, std::string_view message) {
    constexpr std::array<spdlog::level::level_enum, 3> levels{spdlog::level::info, spdlog::level::warn,
                                                              spdlog::level::err};
    current_request_id = request_id;
    spdlog::log(levels[static_cast<std::size_t>(level)],
                spdlog::string_view_t(message.data(), message.size()));
    current_request_id = {};
}

}  // namespace weir::observe
