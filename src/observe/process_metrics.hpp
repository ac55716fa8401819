// Values of metrics that are the process's own rather than its workers'. Inside the room alone.
#pragma once

#include "observe/metrics_page.hpp"

namespace weir::observe {

void write_calibration(const Page& page);
void write_learned(const Page& page);
void write_forgotten(const Page& page);
void write_build(const Page& page);
void write_config(const Page& page);
void write_start_time(const Page& page);
void write_resident(const Page& page);
void write_open_files(const Page& page);
void write_open_files_max(const Page& page);
void write_cpu(const Page& page);

}  // namespace weir::observe
