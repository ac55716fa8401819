// A file of texts in which it is marked where tokens begin, as collect.mjs writes it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace weir::estimator {

inline constexpr std::size_t encoding_count = 3;

struct Text {
    std::string kind;
    std::string source;
    std::string bytes;
    std::vector<std::uint8_t> marks;  ///< for each byte; how many tokens begin there is tokens_at()
};

/// Of each encoding: o200k, cl100k, the mean of three open vocabularies.
std::array<double, encoding_count> tokens_at(std::uint8_t mark) noexcept;
std::array<double, encoding_count> tokens_of(const Text& text) noexcept;

/// Throws where there is no such file.
std::vector<Text> read_corpus(const std::string& path);

}  // namespace weir::estimator
