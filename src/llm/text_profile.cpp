// One walk over the text is a chain of look-ups, each waiting for the one before. So long texts are walked in
// four places at once, which begin where the state is known without a walk.
#include "llm/text_profile.hpp"

#include <algorithm>

#include "llm/text_automaton.hpp"

namespace weir::llm {

namespace {

using automaton::Counts;
using automaton::Walk;

constexpr std::size_t walk_count = 4;
constexpr std::size_t walked_at_once_min = 256;
constexpr std::size_t looked_at_max = 64;  // for a place to begin

using Walks = std::array<Walk, walk_count>;

constexpr bool is_letter(unsigned char c) noexcept {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/// Behind a space that follows a letter the state is after_space, whatever came before; nullptr where there
/// is none. Three bytes of ASCII before the space, or it might belong to a character that is no UTF-8.
const unsigned char* find_known_state(const unsigned char* begin, const unsigned char* end) noexcept {
    for (const unsigned char* at = begin + 3; at < end; ++at) {
        if (*at == ' ' && is_letter(at[-1]) && at[-2] < 0x80 && at[-3] < 0x80) return at + 1;
    }
    return nullptr;
}

/// Walks that together are the one from `begin` to `end`; false where the text offers no such places.
bool split(const unsigned char* begin, const unsigned char* end, Walks& walks) noexcept {
    const auto part = static_cast<std::size_t>(end - begin) / walk_count;
    walks.front().at = begin;
    walks.back().end = end;
    for (std::size_t i = 1; i < walk_count; ++i) {
        const unsigned char* const near = begin + i * part;
        const unsigned char* const found = find_known_state(near, near + std::min(part, looked_at_max));
        if (found == nullptr) return false;
        walks[i - 1].end = found;
        walks[i].at = found;
        walks[i].state = automaton::after_space;
    }
    return true;
}

void walk_to_the_end(Walk walk, Counts& counts) noexcept {
    while (walk.at != walk.end) take_character(walk, counts);
}

/// As long as all of them meet ASCII. Each has counts of its own: a count just stored would be waited for,
/// too.
void walk_ascii(Walks& walks, std::array<Counts, walk_count>& counts, std::size_t bytes_max) noexcept {
    auto [first, second, third, fourth] = walks;
    std::size_t i = 0;
    for (; i < bytes_max; ++i) {
        const unsigned char a = first.at[i], b = second.at[i], c = third.at[i], d = fourth.at[i];
        if ((a | b | c | d) >= 0x80) break;
        first.state = take_ascii(first.state, a, counts[0]);
        second.state = take_ascii(second.state, b, counts[1]);
        third.state = take_ascii(third.state, c, counts[2]);
        fourth.state = take_ascii(fourth.state, d, counts[3]);
    }
    walks = {first, second, third, fourth};
    for (Walk& walk : walks) walk.at += i;
}

void walk_together(Walks walks, Counts& sum) noexcept {
    std::array<Counts, walk_count> counts{};
    const auto bytes_left = [&] {
        const auto shortest = std::min_element(walks.begin(), walks.end(), [](const Walk& a, const Walk& b) {
            return a.end - a.at < b.end - b.at;
        });
        return static_cast<std::size_t>(shortest->end - shortest->at);
    };
    while (const std::size_t bytes_max = bytes_left()) {
        walk_ascii(walks, counts, bytes_max);
        for (std::size_t i = 0; i < walk_count; ++i) {
            if (walks[i].at != walks[i].end) take_character(walks[i], counts[i]);
        }
    }
    for (std::size_t i = 0; i < walk_count; ++i) walk_to_the_end(walks[i], counts[i]);
    for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] += counts[0][i] + counts[1][i] + counts[2][i] + counts[3][i];
}

}  // namespace

void TextProfile::add(std::string_view utf8) noexcept {
    bytes += static_cast<std::int64_t>(utf8.size());
    const auto* const begin = reinterpret_cast<const unsigned char*>(utf8.data());
    const auto* const end = begin + utf8.size();
    Walks walks;
    if (utf8.size() >= walked_at_once_min && split(begin, end, walks)) return walk_together(walks, counts);
    walk_to_the_end({.at = begin, .end = end}, counts);
}

void TextProfile::add_json_marks(std::int64_t more) noexcept {
    constexpr std::int64_t bytes_each = 8;  // quotes, colon, comma, a line end and some indentation
    bytes += bytes_each * more;
    counts[static_cast<std::size_t>(CharacterClass::json_mark)] += more;
}

}  // namespace weir::llm
