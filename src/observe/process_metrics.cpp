// One function for each.
#include "observe/process_metrics.hpp"

namespace weir::observe {

void write_calibration(const Page& page) {
    for (const learning::Calibration::Row& row : page.process.calibration)
        page.text.value({{"upstream", row.upstream}, {"model", row.model}}, row.factor);
}

void write_learned(const Page& page) {
    page.text.value({{"what", "calibration"}}, page.process.learned_models);
    page.text.value({{"what", "output_lengths"}}, page.process.learned_lengths);
}

void write_forgotten(const Page& page) {
    page.text.value({{"what", "calibration"}}, page.process.models_forgotten);
    page.text.value({{"what", "output_lengths"}}, page.process.lengths_forgotten);
}

void write_build(const Page& page) {
    page.text.value({{"version", page.process.version}}, std::uint64_t{1});
}

void write_config(const Page& page) {
    page.text.value({{"hash", page.process.config_hash}}, std::uint64_t{1});
}

void write_start_time(const Page& page) {
    page.text.value({}, seconds(static_cast<std::uint64_t>(page.process.started_at_us)));
}

void write_resident(const Page& page) {
    page.text.value({}, static_cast<std::uint64_t>(page.process.usage.resident_bytes));
}

void write_open_files(const Page& page) {
    page.text.value({}, static_cast<std::uint64_t>(page.process.usage.open_files));
}

void write_open_files_max(const Page& page) {
    page.text.value({}, static_cast<std::uint64_t>(page.process.usage.open_files_max));
}

void write_cpu(const Page& page) {
    page.text.value({}, seconds(static_cast<std::uint64_t>(page.process.usage.cpu_us)));
}

}  // namespace weir::observe
