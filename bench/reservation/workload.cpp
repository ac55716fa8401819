// Distributions, and how many requests make the load that was asked for.
#include "reservation/workload.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

namespace weir::reservation_bench {

namespace {

constexpr std::int64_t minute_us = 60'000'000;

class Maker {
public:
    Maker(Workload workload, std::uint64_t seed) : workload_(workload), random_(seed) {}

    Request make(int third) {
        const bool is_short = workload_ == Workload::mixed && part_(random_) < 0.7;
        return is_short ? short_one() : long_one(workload_ == Workload::shifting && third == 1 ? 10.0 : 1.0);
    }
    std::int64_t pause_us(double per_minute) {
        return static_cast<std::int64_t>(pause_(random_) * static_cast<double>(minute_us) / per_minute);
    }

private:
    Request short_one() {
        const std::int64_t bound = 16LL << std::uniform_int_distribution<int>(0, 2)(random_);
        return {.bound = bound,
                .length = std::uniform_int_distribution<std::int64_t>(1, bound)(random_),
                .tokens_per_s = speed_(random_)};
    }
    Request long_one(double times) {
        constexpr std::array<std::int64_t, 4> bounds{4'096, 8'192, 16'384, 32'768};
        const std::int64_t bound = bounds[std::uniform_int_distribution<std::size_t>(0, 3)(random_)];
        const auto length = static_cast<std::int64_t>(times * length_(random_));
        return {.bound = bound,
                .length = std::clamp<std::int64_t>(length, 1, bound),
                .tokens_per_s = speed_(random_)};
    }

    Workload workload_;
    std::mt19937_64 random_;
    std::uniform_real_distribution<double> part_{0, 1}, speed_{30, 90};
    std::exponential_distribution<double> pause_{1};
    std::lognormal_distribution<double> length_{std::log(250), 1.2};
};

/// Tokens of an answer on average.
double mean_length(Workload workload, int third) {
    constexpr int tried = 20'000;
    Maker maker(workload, 1);
    double sum = 0;
    for (int i = 0; i < tried; ++i) sum += static_cast<double>(maker.make(third).length);
    return sum / tried;
}

}  // namespace

std::string_view to_string(Workload workload) noexcept {
    constexpr std::array<std::string_view, 3> names{"heavy-tailed", "mixed", "shifting"};
    return names[static_cast<std::size_t>(workload)];
}

std::vector<Request> make_requests(Workload workload, std::int64_t limit, double offered,
                                   std::int64_t duration_us, std::uint64_t seed) {
    std::array<double, 3> per_minute{};
    for (int third = 0; third < 3; ++third) {
        per_minute[static_cast<std::size_t>(third)] =
            offered * static_cast<double>(limit) / mean_length(workload, third);
    }
    Maker maker(workload, seed);
    std::vector<Request> requests;
    std::int64_t now_us = 0;
    for (;;) {
        const int third = static_cast<int>(std::min<std::int64_t>(now_us * 3 / duration_us, 2));
        now_us += maker.pause_us(per_minute[static_cast<std::size_t>(third)]);
        if (now_us >= duration_us) return requests;
        requests.push_back(maker.make(third));
        requests.back().at_us = now_us;
    }
}

}  // namespace weir::reservation_bench
