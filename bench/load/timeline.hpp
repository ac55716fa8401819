// The run second by second.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "load/histogram.hpp"

namespace weir::load {

struct SecondRow {
    std::uint64_t sent = 0;
    std::uint64_t admitted = 0;
    std::uint64_t refused = 0;
    std::uint64_t other = 0;
    std::uint64_t failed = 0;
    CoarseHistogram admitted_us{};
    CoarseHistogram refused_us{};
};

class Timeline {
public:
    /// The row of that second; a day's are kept apart, what comes later is added to the last one.
    SecondRow& at(std::int64_t second) {
        const auto index = static_cast<std::size_t>(std::clamp<std::int64_t>(second, 0, seconds_max - 1));
        if (index >= rows_.size()) rows_.resize(index + 1);
        return rows_[index];
    }
    const std::vector<SecondRow>& rows() const { return rows_; }

    void merge(const Timeline& other) {
        if (rows_.size() < other.rows_.size()) rows_.resize(other.rows_.size());
        for (std::size_t i = 0; i < other.rows_.size(); ++i) {
            SecondRow& row = rows_[i];
            const SecondRow& added = other.rows_[i];
            row.sent += added.sent;
            row.admitted += added.admitted;
            row.refused += added.refused;
            row.other += added.other;
            row.failed += added.failed;
            row.admitted_us.merge(added.admitted_us);
            row.refused_us.merge(added.refused_us);
        }
    }

private:
    static constexpr std::int64_t seconds_max = 86'400;
    std::vector<SecondRow> rows_;
};

}  // namespace weir::load
