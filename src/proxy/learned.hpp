// What answers have taught this process, for the requests to come; and what one more answer teaches.
#pragma once

#include <string_view>

#include "config/config.hpp"
#include "learning/calibration.hpp"
#include "learning/output_lengths.hpp"
#include "llm/call.hpp"
#include "proxy/demand.hpp"
#include "proxy/settlement.hpp"

namespace weir::proxy {

/// Any thread.
struct Learned {
    learning::Calibration calibration;
    learning::OutputLengths output_lengths;
};

/// Whose call it is, and where it goes. Refers to its names.
struct CallOf {
    std::string_view key_id;
    std::string_view model;     ///< as the client named it: one name stands for one model of an upstream
    std::string_view upstream;  ///< the one that is asked first; of an answer the one that gave it

    learning::ModelName model_name() const noexcept { return {upstream, model}; }
    learning::AnswerOf answer_of() const noexcept { return learning::AnswerOf::names(key_id, model); }
};

/// As far as the tier wants to know it.
Experience experience_with(const Learned& learned, const config::Config& config, const config::Tier& tier,
                           const llm::Call& call, const CallOf& of);

/// What of the fitted estimate of the call's input is its text; 0: nothing in it is estimated. Neither token
/// arrays, which are exact, nor media, which are priced and not tokenized.
std::int64_t text_of_estimate(const llm::Call& call, std::int64_t estimated) noexcept;

/// Learns what an answer's own report says, and of one that was cut off that it would have been at least so
/// long. Errors teach nothing, nor does what was counted of guessed media or of little text beside much else.
void learn_from_answer(Learned& learned, const llm::Call& call, const CallOf& of, const EndingFacts& facts,
                       std::int64_t now_us);

}  // namespace weir::proxy
