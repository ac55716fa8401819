// The operational log: what the process has to say, on standard error. Requests go to access_log.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::observe {

/// spdlog's default logger from now on. Whoever logs never waits for the reader: a thread of its own writes
/// the lines, and where 16 MiB wait further ones are dropped and counted. `level` as in the configuration:
/// trace, debug, info, warning, error, off. `json`: one JSON object per line, otherwise text. Call it before
/// threads start. An exception that nobody catches ends the process only after the log is written.
void set_up_log(const std::string& level, bool json);

/// Changes the level of the log that was set up. Any thread.
void set_log_level(const std::string& level);

/// Returns when what was logged is written. For those who end the process without ending main.
void flush_log();

/// Lines that the log had no room for. Any thread.
std::uint64_t log_lines_dropped() noexcept;

enum class LogLevel : std::uint8_t { info, warning, error };

/// A line about one request: with its id as a member of its own where lines are JSON, before the message in
/// text.
void log_of_request(LogLevel level, std::string_view request_id, std::string_view message);

}  // namespace weir::observe
