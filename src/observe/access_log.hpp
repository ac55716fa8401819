// The access log: one line per request on standard output.
#pragma once

#include <memory>
#include <string>

#include "observe/line_writer.hpp"
#include "observe/recent_requests.hpp"
#include "observe/request_record.hpp"

namespace weir::observe {

struct AccessLogOptions {
    bool enabled = true;
    bool json = true;  ///< false: one line for people, in columns
};

/// Any thread. Nobody waits for the reader: where 16 MiB wait, further lines are dropped and counted, and the
/// operational log says so. The last refusals and errors are kept, whether there is a log or not.
class AccessLog {
public:
    explicit AccessLog(AccessLogOptions options);

    void write(const RequestRecord& record);
    const RecentRequests& recent() const noexcept { return recent_; }
    std::uint64_t lines_dropped() const noexcept { return writer_ ? writer_->lines_dropped() : 0; }

private:
    bool json_;
    std::unique_ptr<LineWriter> writer_;
    RecentRequests recent_;
};

/// The line without its end, for AccessLog and for tests.
std::string format_record(const RequestRecord& record);

}  // namespace weir::observe
