// However a text is walked, the counts are those of one walk from its beginning to its end.
#include "llm/text_profile.hpp"

#include <array>
#include <string>

#include "llm/text_automaton.hpp"
#include "support/property.hpp"

namespace weir::llm {
namespace {

automaton::Counts counts_of_one_walk(const std::string& text) {
    const auto* const begin = reinterpret_cast<const unsigned char*>(text.data());
    automaton::Counts counts{};
    automaton::Walk walk{.at = begin, .end = begin + text.size()};
    while (walk.at != walk.end) take_character(walk, counts);
    return counts;
}

automaton::Counts counts_of_profile(const std::string& text) {
    TextProfile profile;
    profile.add(text);
    return profile.counts;
}

TEST(TextProfileTest, CountsAreThoseOfOneWalk) {
    static const std::array<std::string, 16> pieces{
        "a ", "the ",   "Quick ", "brown fox",   "\n",    "12345 ", "  ",   "HTTPx ",
        "é",  "naïve ", "漢字",   "{\"key\": [", "🙂 ", "\xe0",   "\xf0", "\xff "};
    testing::check_property({.cases = 500, .size_max = 1000}, [] {
        std::string text;
        for (const auto piece :
             *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>()))
            text += pieces[piece % pieces.size()];
        RC_ASSERT(counts_of_profile(text) == counts_of_one_walk(text));
    });
}

TEST(TextProfileTest, CountsOfAnyBytesAreThoseOfOneWalk) {
    // Few different bytes, so that what looks like a place to begin comes up within what is no UTF-8.
    static constexpr std::array<char, 8> bytes{' ', 'a', 'b', 'Z', '\xc3', '\xe6', '\xf0', '\xa0'};
    testing::check_property({.cases = 500, .size_max = 2000}, [] {
        std::string text;
        for (const auto byte :
             *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>()))
            text += bytes[byte % bytes.size()];
        RC_ASSERT(counts_of_profile(text) == counts_of_one_walk(text));
    });
}

}  // namespace
}  // namespace weir::llm
