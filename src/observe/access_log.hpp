// The access log: one JSON line per request on standard output.
#pragma once

#include <memory>
#include <string>

#include "observe/line_writer.hpp"
#include "observe/recent_requests.hpp"
#include "observe/request_record.hpp"

namespace weir::observe {

/// Any thread. The last refusals and errors are kept, whether there is a log or not.
class AccessLog {
public:
    explicit AccessLog(bool enabled);

    void write(const RequestRecord& record);
    const RecentRequests& recent() const noexcept { return recent_; }

private:
    std::unique_ptr<LineWriter> writer_;
    RecentRequests recent_;
};

/// The line without its end, for AccessLog and for tests.
std::string format_record(const RequestRecord& record);

}  // namespace weir::observe
