// Made-up answers, the same in every run.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>

namespace weir::learning {

/// Estimates of prompts from a few tokens to many thousands, and what a tokenizer counts that is `off` by a
/// factor, give or take 7 %; one in fifty is off beyond all reason.
class Prompts {
public:
    explicit Prompts(std::uint64_t seed) : random_(seed) {}

    struct Prompt {
        std::int64_t estimated = 0;
        std::int64_t actual = 0;
        bool is_wild = false;
    };
    Prompt next(double off) {
        const auto estimated = static_cast<std::int64_t>(std::clamp(size_(random_), 20.0, 50'000.0));
        const bool is_wild = part_(random_) < 0.02;
        const double ratio = is_wild ? std::exp2(wild_(random_)) : off * (1.0 + noise_(random_));
        const auto actual = static_cast<std::int64_t>(std::llround(static_cast<double>(estimated) * ratio));
        return {estimated, std::max<std::int64_t>(actual, 1), is_wild};
    }

private:
    std::mt19937_64 random_;
    std::lognormal_distribution<double> size_{6.0, 1.3};
    std::normal_distribution<double> noise_{0.0, 0.07};
    std::uniform_real_distribution<double> part_{0.0, 1.0};
    std::uniform_real_distribution<double> wild_{-5.0, 7.0};
};

}  // namespace weir::learning
