// Finds words between spaces whose only token begins at the space, and repeats them.
#include "estimator/repeated.hpp"

#include <algorithm>
#include <map>

namespace weir::estimator {

namespace {

constexpr std::size_t words_max = 4000;
constexpr std::size_t letters_min = 2;
constexpr int times = 30;
/// A token of o200k, of cl100k and of three open vocabularies begins here.
constexpr std::uint8_t all_begin = 1 | 2 | 3 << 2;

bool is_small_letter(char c) {
    return c >= 'a' && c <= 'z';
}

/// Letters behind the space at `at` in which no token begins; 0 where that is no word, or one of several
/// tokens.
std::size_t letters_at(const Text& text, std::size_t at) {
    if (text.bytes[at] != ' ' || text.marks[at] != all_begin) return 0;
    std::size_t end = at + 1;
    while (end < text.bytes.size() && is_small_letter(text.bytes[end]) && text.marks[end] == 0) ++end;
    const bool ends = end < text.bytes.size() && text.bytes[end] == ' ' && text.marks[end] == all_begin;
    return ends ? end - at - 1 : 0;
}

Text repeat(const std::string& word) {
    Text text{"repeated", word, word, std::vector<std::uint8_t>(word.size())};
    text.marks[0] = all_begin;
    for (int i = 1; i < times; ++i) {
        text.bytes += ' ' + word;
        text.marks.push_back(all_begin);
        text.marks.resize(text.bytes.size());
    }
    return text;
}

}  // namespace

std::vector<Text> repeated_words(const std::vector<Text>& texts) {
    std::map<std::string, int> counts;
    for (const Text& text : texts) {
        if (text.kind != "English" && text.kind != "code") continue;
        for (std::size_t at = 0; at < text.bytes.size(); ++at) {
            const std::size_t letters = letters_at(text, at);
            if (letters >= letters_min) ++counts[text.bytes.substr(at + 1, letters)];
        }
    }
    std::vector<std::pair<int, std::string>> words;
    words.reserve(counts.size());
    for (const auto& [word, count] : counts) words.emplace_back(count, word);
    std::sort(words.rbegin(), words.rend());
    words.resize(std::min(words.size(), words_max));
    std::vector<Text> result;
    result.reserve(words.size());
    for (const auto& [count, word] : words) result.push_back(repeat(word));
    return result;
}

}  // namespace weir::estimator
