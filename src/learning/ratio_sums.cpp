// A trimmed mean over a few sizes.
#include "learning/ratio_sums.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "learning/decay.hpp"

namespace weir::learning {

std::size_t RatioSums::size_of(double ratio) noexcept {
    const double size = std::floor(std::log2(ratio / ratio_min) * 4.0) + 1.0;
    return static_cast<std::size_t>(std::clamp(size, 0.0, static_cast<double>(size_count - 1)));
}

void RatioSums::fade_to(std::int64_t now_us) noexcept {
    if (faded_to_us_ != 0 && now_us > faded_to_us_) {
        const double left = part_left(now_us - faded_to_us_, half_life_us);
        for (float& weight : weights_) weight *= static_cast<float>(left);
        for (float& sum : sums_) sum *= static_cast<float>(left);
        answers_ *= left;
    }
    faded_to_us_ = std::max(now_us, faded_to_us_);
}

void RatioSums::put(double ratio, double weight) noexcept {
    const std::size_t size = size_of(ratio);
    weights_[size] += static_cast<float>(weight);
    sums_[size] += static_cast<float>(weight * std::clamp(ratio, ratio_min, ratio_max));
}

void RatioSums::add(std::int64_t estimated, std::int64_t actual, std::int64_t now_us) noexcept {
    static const double left_by_answer = std::exp2(-1.0 / half_life_answers);
    fade_to(now_us);
    for (float& weight : weights_) weight *= static_cast<float>(left_by_answer);
    for (float& sum : sums_) sum *= static_cast<float>(left_by_answer);
    const double ratio = static_cast<double>(actual) / static_cast<double>(estimated);
    put(ratio, std::min(static_cast<double>(estimated), tokens_max));
    answers_ = std::min(answers_ + 1, answers_max);
}

void RatioSums::add(const Ratio& earlier, std::int64_t now_us) noexcept {
    fade_to(now_us);
    put(earlier.ratio, earlier.weight);
    answers_ = std::min(answers_ + earlier.answers, answers_max);
}

Ratio RatioSums::mean() const noexcept {
    const double all = std::accumulate(weights_.begin(), weights_.end(), 0.0);
    if (all <= 0) return {};
    std::size_t median = 0;
    for (double passed = weights_[0]; passed < all / 2 && median + 1 < size_count;)
        passed += weights_[++median];
    Ratio mean{.ratio = 0, .weight = 0, .answers = answers_};
    const std::size_t last = std::min(median + band, size_count - 1);
    for (std::size_t size = median > band ? median - band : 0; size <= last; ++size) {
        mean.ratio += sums_[size];
        mean.weight += weights_[size];
    }
    mean.ratio /= mean.weight;
    return mean;
}

Ratio RatioSums::mean(std::int64_t now_us) const noexcept {
    Ratio faded = mean();
    const double left = part_left(now_us - faded_to_us_, half_life_us);
    faded.weight *= left;
    faded.answers *= left;
    return faded;
}

}  // namespace weir::learning
