// spdlog's default logger, with a formatter for JSON lines.
#include "observe/log.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/formatter.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>

#include "observe/timestamp.hpp"

namespace weir::observe {

namespace {

class JsonFormatter final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const auto since_epoch = message.time.time_since_epoch();
        const auto time_us = std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count();
        std::string time;
        append_timestamp(time, time_us);
        const auto level = spdlog::level::to_string_view(message.level);
        fmt::format_to(std::back_inserter(out), "{{\"time\":\"{}\",\"level\":\"{}\",\"message\":\"", time,
                       std::string_view(level.data(), level.size()));
        for (const char c : message.payload) append_escaped(c, out);
        fmt::format_to(std::back_inserter(out), "\"}}\n");
    }
    std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonFormatter>(); }

private:
    static void append_escaped(char c, spdlog::memory_buf_t& out) {
        if (c == '"' || c == '\\') out.push_back('\\');
        if (static_cast<unsigned char>(c) < 0x20) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<int>(c));
        } else {
            out.push_back(c);
        }
    }
};

}  // namespace

void set_up_log(const std::string& level, bool json) {
    auto logger =
        std::make_shared<spdlog::logger>("weir", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    if (json) {
        logger->set_formatter(std::make_unique<JsonFormatter>());
    } else {
        // In UTC as the JSON lines and the access log are, so that lines of several nodes can be compared.
        logger->set_formatter(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%fZ %^%l%$ %v",
                                                                          spdlog::pattern_time_type::utc));
    }
    logger->set_level(spdlog::level::from_str(level));
    spdlog::set_default_logger(std::move(logger));
}

void set_log_level(const std::string& level) {
    spdlog::default_logger_raw()->set_level(spdlog::level::from_str(level));
}

}  // namespace weir::observe
