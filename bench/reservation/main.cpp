// Prints one line of JSON for each workload and policy: the mean over runs, of the overshoot the worst.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "reservation/simulation.hpp"

int main(int count, char** words) {
    using namespace weir::reservation_bench;
    int runs = 5;
    std::int64_t limit = 200'000, minutes = 120;
    double offered = 2.0;
    CLI::App options("What reserving output costs, and what it prevents: policies beside each other.");
    options.add_option("--runs", runs, "with different requests each")->capture_default_str();
    options.add_option("--limit", limit, "output tokens a minute")->capture_default_str();
    options.add_option("--minutes", minutes, "of each run; the first ten don't count")
        ->capture_default_str()
        ->check(CLI::Range(20, 10'000));
    options.add_option("--offered", offered, "load, by the limit")->capture_default_str();
    CLI11_PARSE(options, count, words);

    const std::int64_t duration_us = minutes * 60'000'000;
    for (const Workload workload : all_workloads) {
        for (const Policy& policy : all_policies()) {
            Outcome mean;
            for (int run = 0; run < runs; ++run) {
                const auto requests = make_requests(workload, limit, offered, duration_us,
                                                    static_cast<std::uint64_t>(run) + 100);
                const Outcome outcome = simulate(policy, requests, limit, duration_us);
                mean.usable += outcome.usable / runs;
                mean.overshoot = std::max(mean.overshoot, outcome.overshoot);
                mean.overshoot_cold = std::max(mean.overshoot_cold, outcome.overshoot_cold);
                mean.wrongly_refused += outcome.wrongly_refused / runs;
                mean.refused += outcome.refused / runs;
                mean.exceeded += outcome.exceeded / runs;
            }
            std::printf(
                R"({"workload":"%s","policy":"%s","usable":%.4f,"overshoot":%.4f,"overshoot_cold":%.4f,"wrongly_refused":%.4f,"refused":%.4f,"exceeded":%.4f})"
                "\n",
                std::string(to_string(workload)).c_str(), policy.name.c_str(), mean.usable, mean.overshoot,
                mean.overshoot_cold, mean.wrongly_refused, mean.refused, mean.exceeded);
        }
    }
}
