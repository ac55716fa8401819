// A file with all texts, one behind the other.
#include "estimator/corpus.hpp"

#include <fstream>
#include <stdexcept>

namespace weir::estimator {

std::array<double, encoding_count> tokens_at(std::uint8_t mark) noexcept {
    constexpr double open_vocabularies = 3;
    return {static_cast<double>(mark & 1), static_cast<double>(mark >> 1 & 1),
            (mark >> 2) / open_vocabularies};
}

std::array<double, encoding_count> tokens_of(const Text& text) noexcept {
    std::array<double, encoding_count> sums{};
    for (const std::uint8_t mark : text.marks) {
        const auto tokens = tokens_at(mark);
        for (std::size_t i = 0; i < encoding_count; ++i) sums[i] += tokens[i];
    }
    return sums;
}

std::vector<Text> read_corpus(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path);
    std::vector<Text> texts;
    for (std::string head; std::getline(file, head);) {
        const std::size_t first = head.find('\t');
        const std::size_t last = head.rfind('\t');
        Text text{head.substr(0, first), head.substr(first + 1, last - first - 1), {}, {}};
        const std::size_t bytes = std::stoul(head.substr(last + 1));
        text.bytes.resize(bytes);
        text.marks.resize(bytes);
        file.read(text.bytes.data(), static_cast<std::streamsize>(bytes));
        file.read(reinterpret_cast<char*>(text.marks.data()), static_cast<std::streamsize>(bytes));
        if (!file) throw std::runtime_error(path + " ends too soon");
        texts.push_back(std::move(text));
    }
    return texts;
}

}  // namespace weir::estimator
