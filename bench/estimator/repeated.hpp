// Texts that say one word again and again, as programs that test a server under load send them.
#pragma once

#include "estimator/corpus.hpp"

namespace weir::estimator {

/// Of the words in English texts and code that are one token in every vocabulary, the most frequent ones.
/// Their kind is "repeated".
std::vector<Text> repeated_words(const std::vector<Text>& texts);

}  // namespace weir::estimator
