// The access log: one JSON line per request on standard output.
#pragma once

#include <memory>
#include <string>

#include "observe/request_record.hpp"

namespace spdlog {
class logger;
}

namespace weir::observe {

/// Any thread. Lines are written by a thread of their own from a bounded queue; when whoever reads them is
/// slower than they come, requests wait rather than lines being lost.
class AccessLog {
public:
    explicit AccessLog(bool enabled);
    ~AccessLog();
    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;

    void write(const RequestRecord& record);

private:
    std::shared_ptr<spdlog::logger> logger_;
};

/// The line without its end, for AccessLog and for tests.
std::string format_record(const RequestRecord& record);

}  // namespace weir::observe
