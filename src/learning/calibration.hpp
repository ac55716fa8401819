// By how much the estimates of input are off, of each model of each upstream, and the factor that mends it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "learning/calibration_text.hpp"
#include "learning/factor_table.hpp"
#include "learning/hash.hpp"
#include "learning/lru_map.hpp"
#include "learning/ratio_sums.hpp"

namespace weir::learning {

/// A model of an upstream. Refers to its names.
struct ModelName {
    std::string_view upstream;
    std::string_view model;

    std::uint64_t key() const noexcept { return hash_of_both(hash_of(upstream), hash_of(model)); }
};

/// What this node has learned from answers, and what the other nodes tell of theirs. Only the former is told
/// on, so that nothing comes back as an echo.
///
/// Any thread. `factor` takes no lock. Times are those of the wall clock, since what was learned outlives the
/// process; they only make it fade.
class Calibration {
public:
    static constexpr std::size_t models_max = 1'000;
    static constexpr double answers_min = 20;  ///< of all nodes together; with fewer the factor is 1
    static constexpr double factor_min = 0.5, factor_max = 2.0;
    static constexpr std::size_t text_bytes_max = 1 << 20;

    Calibration() : models_(models_max) {}

    /// What an estimate is to be multiplied with; `key`: ModelName::key. 1 where too little is known.
    double factor(std::uint64_t key) const noexcept { return factors_.of(key); }

    /// An answer has said how many tokens the text was that was estimated, without the factor, to be so many.
    void learn(const ModelName& name, std::int64_t estimated, std::int64_t actual, std::int64_t now_us);

    /// What this node has learned itself, for `replace_others` on other nodes and for `restore`, the model
    /// taught last first. What does not fit in `bytes_max` is left out.
    std::string text(std::int64_t now_us, std::size_t bytes_max) const;
    /// All that the other nodes tell now: it replaces what they told before. A text that can't be read counts
    /// as none.
    void replace_others(std::span<const std::string> texts, std::int64_t now_us);
    /// What this node had learned before it was restarted, `age_us` ago. False: it can't be read, and nothing
    /// was learned.
    bool restore(std::string_view text, std::int64_t age_us, std::int64_t now_us);

    /// One model, as operators see it.
    struct Row {
        std::string upstream;
        std::string model;
        double answers = 0;  ///< of all nodes, at most RatioSums::answers_max of each
        double ratio = 1.0;  ///< counted by estimated, as far as is known
        double factor = 1.0;
    };
    /// The model taught last first.
    std::vector<Row> rows(std::int64_t now_us, std::size_t rows_max = models_max) const;
    std::size_t size() const;
    /// Models that gave way to others for want of room.
    std::uint64_t forgotten() const;

private:
    struct Entry {
        std::string upstream;
        std::string model;
        RatioSums own;
        Ratio others{.ratio = 0, .weight = 0, .answers = 0};  ///< `ratio`: the sum of ratios times weight
    };

    Entry& entry_of(const ModelName& name, std::uint64_t key);
    static Ratio together(const Entry& entry, std::int64_t now_us) noexcept;
    void publish(std::uint64_t key, const Entry& entry, std::int64_t now_us) noexcept;

    mutable std::mutex mutex_;
    LruMap<Entry> models_;
    std::uint64_t forgotten_ = 0;
    bool has_others_ = false;
    FactorTable factors_;
};

}  // namespace weir::learning
