// The access log: one JSON line per request on standard output.
#pragma once

#include <memory>
#include <string>

#include "observe/line_writer.hpp"
#include "observe/request_record.hpp"

namespace weir::observe {

/// Any thread.
class AccessLog {
public:
    explicit AccessLog(bool enabled);

    void write(const RequestRecord& record);

private:
    std::unique_ptr<LineWriter> writer_;
};

/// The line without its end, for AccessLog and for tests.
std::string format_record(const RequestRecord& record);

}  // namespace weir::observe
