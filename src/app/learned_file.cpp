// Two lines of text, replaced as a whole.
#include "app/learned_file.hpp"

#include <spdlog/spdlog.h>

#include <string_view>

#include "config/files.hpp"
#include "text/numbers.hpp"

namespace weir::app {

namespace {

constexpr std::string_view any_heading = "weir learned ";
constexpr std::string_view heading = "weir learned 1 ";

/// The next write would be over what a newer weir reads.
void keep_newer(std::string& path, std::int64_t now_us) {
    std::string trouble;
    const std::string kept = config::set_file_aside(path, now_us, trouble);
    spdlog::warn(
        "learned: a newer weir wrote {}: estimates are calibrated anew, and it {}", path,
        kept.empty() ? "is left alone, for it can't be set aside: " + trouble : "is kept as " + kept);
    if (kept.empty()) path.clear();
}

}  // namespace

LearnedFile::LearnedFile(const std::string& directory, const Clock& clock)
    : path_(directory.empty() ? std::string() : directory + "/learned"),
      clock_(clock),
      looked_us_(clock.steady_us()) {}

void LearnedFile::load(learning::Calibration& calibration) {
    if (path_.empty() || !config::file_exists(path_)) return;
    const config::FileText file =
        config::read_regular_file(path_, learning::Calibration::text_bytes_max + heading.size() + 64);
    const std::string_view text = file.text ? std::string_view(*file.text) : std::string_view();
    if (text.starts_with(any_heading) && !text.starts_with(heading))
        return keep_newer(path_, clock_.now_us());
    const std::size_t end = text.find('\n');
    bool is_read = end != std::string_view::npos && text.starts_with(heading) && text.ends_with('\n');
    if (is_read) {
        const auto saved_us =
            text::number_in<std::int64_t>(text.substr(heading.size(), end - heading.size()));
        const std::string_view ratios = text.substr(end + 1, text.size() - end - 2);
        const std::int64_t now_us = clock_.now_us();
        is_read = saved_us && *saved_us >= 0 &&
                  calibration.restore(ratios, now_us > *saved_us ? now_us - *saved_us : 0, now_us);
    }
    if (!is_read) {
        spdlog::warn("learned: {} can't be read: {}; estimates are calibrated anew", path_,
                     file.text ? "weir did not write it like that" : file.why);
    }
}

void LearnedFile::tick(const learning::Calibration& calibration, bool leaving) {
    if (path_.empty() || (!leaving && clock_.steady_us() - looked_us_ < interval_us)) return;
    looked_us_ = clock_.steady_us();
    const std::int64_t now_us = clock_.now_us();
    std::string ratios = calibration.text(now_us, learning::Calibration::text_bytes_max);
    if (ratios.empty() || ratios == written_) return;
    const std::string remark =
        config::replace_file(path_, std::string(heading) + std::to_string(now_us) + "\n" + ratios + "\n");
    if (remark.empty()) written_ = std::move(ratios);
    if (!remark.empty() && remark != remark_)
        spdlog::error("learned: {} can't be written: {}", path_, remark);
    remark_ = remark;
}

}  // namespace weir::app
