// How fast the estimate reads text, beside memcpy of the same bytes in the same run: medians of 2,001 short
// rounds, so that those in which somebody else had the processor do not count.
//   speed_estimator build/estimator/judge.corpus
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>

#include "estimator/corpus.hpp"
#include "llm/text_profile.hpp"

namespace {

using namespace weir::estimator;
using Clock = std::chrono::steady_clock;

constexpr int rounds = 2001;
constexpr std::size_t round_bytes = 50'000;

std::int64_t result;  // keeps the work from being optimised away

/// Bytes a second: the median of the rounds, each of which goes on through the texts until it has done its
/// bytes.
template <typename Work>
double median_speed(const std::vector<std::string>& texts, Work work) {
    std::vector<double> speeds;
    std::size_t next = 0;
    for (int round = 0; round < rounds; ++round) {
        std::size_t done = 0;
        const auto start = Clock::now();
        while (done < round_bytes) {
            const std::string& text = texts[next++ % texts.size()];
            work(text);
            done += text.size();
        }
        speeds.push_back(static_cast<double>(done) /
                         std::chrono::duration<double>(Clock::now() - start).count());
    }
    std::nth_element(speeds.begin(), speeds.begin() + rounds / 2, speeds.end());
    return speeds[rounds / 2];
}

void measure(const char* name, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    std::size_t bytes = 0;
    for (const std::string& text : texts) bytes += text.size();
    const double estimate = median_speed(texts, [](const std::string& text) {
        weir::llm::TextProfile profile;
        profile.add(text);
        result += profile.thousandths[0];
    });
    std::vector<char> copy(1 << 20);
    const double copying = median_speed(texts, [&](const std::string& text) {
        std::memcpy(copy.data(), text.data(), std::min(text.size(), copy.size()));
        result += copy[text.size() / 2];
    });
    const double each_us = 1e6 * static_cast<double>(bytes) / static_cast<double>(texts.size()) / estimate;
    std::printf("| %s | %zu | %.0f | %.2f | %.0f |\n", name, bytes / texts.size(), estimate / 1e6, each_us,
                copying / 1e6);
}

std::vector<std::string> texts_of(const std::vector<Text>& all, std::string_view kind) {
    std::vector<std::string> texts;
    for (const Text& text : all) {
        if (text.kind == kind) texts.push_back(text.bytes);
    }
    return texts;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fputs("usage: speed_estimator JUDGE.CORPUS\n", stderr);
        return 2;
    }
    try {
        const std::vector<Text> all = read_corpus(arguments[1]);
        std::puts(
            "| text | bytes each | estimate, MB/s | a text, µs | memcpy, MB/s |\n|---|--:|--:|--:|--:|");
        std::string chat;
        for (const std::string& text : texts_of(all, "English")) chat += text;
        measure("a chat of 250 words", {chat.substr(0, 1500)});
        for (const char* kind : {"English", "Latin", "Cyrillic", "CJK", "Indic", "code", "JSON"})
            measure(kind, texts_of(all, kind));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "speed_estimator: %s\n", error.what());
        return 1;
    }
    return result == 0 ? 1 : 0;
}
