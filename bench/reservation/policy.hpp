// How much output is reserved for a request, by the policies that are compared.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "learning/output_lengths.hpp"
#include "reservation/workload.hpp"

namespace weir::reservation_bench {

struct Policy {
    enum class Kind : std::uint8_t {
        max_tokens,       ///< all that the request allows
        fixed,            ///< 1,024 at the most
        learned,          ///< what few answers exceed
        none,             ///< nothing; output is charged as it is produced
        count_afterwards  ///< nothing; output is charged when the answer has ended
    };
    Kind kind = Kind::max_tokens;
    double quantile = 0;  ///< of learned lengths
    std::string name;
};

/// In the order of the table.
std::array<Policy, 7> all_policies();

/// One policy at work on the answers of one key to one model.
class Reserver {
public:
    explicit Reserver(const Policy& policy) : policy_(policy) {}

    std::int64_t reserve(const Request& request) const;
    /// Of an answer that has become longer than its reservation: how much more is reserved.
    std::int64_t more_after(const Request& request, std::int64_t produced) const;
    bool charges_as_it_goes() const noexcept { return policy_.kind != Policy::Kind::count_afterwards; }
    void learn(const Request& request);

private:
    static constexpr std::int64_t fixed_tokens = 1'024;

    Policy policy_;
    learning::AnswerOf answer_of_ = learning::AnswerOf::names("key", "model");
    learning::OutputLengths lengths_;
};

}  // namespace weir::reservation_bench
