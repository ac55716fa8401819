// The automaton that walks over text: what a character counts as depends on it and on the state that the
// characters before it left. Inside the room alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "llm/character_class.hpp"

namespace weir::llm::automaton {

using enum CharacterClass;

/// What came before. word_1 … word_8: so many letters, the last one in lower case; word_8 means eight or
/// more.
enum State : std::uint8_t {
    begin,
    after_space,
    after_spaces,
    after_newline,
    after_mark,
    after_marks,
    word_1,
    word_2,
    word_3,
    word_4,
    word_5,
    word_6,
    word_7,
    word_8,
    upper_1,
    upper_2,
    digit_1,
    digit_2,
    digit_3,
    after_other,
    state_count
};

enum Kind : std::uint8_t {
    lower,
    upper,
    digit,
    blank,
    line_end,
    punctuation,
    other_control,
    extended_letter,
    kind_count
};

struct Step {
    State next = begin;
    CharacterClass counts_as = control;
};

constexpr bool is_word(State state) noexcept {
    return state >= word_1 && state <= upper_2;
}
constexpr bool is_digits(State state) noexcept {
    return state >= digit_1 && state <= digit_3;
}
constexpr bool is_blank(State state) noexcept {
    return state == after_space || state == after_spaces;
}

constexpr CharacterClass word_start_after(State state) noexcept {
    if (is_digits(state)) return word_after_digit;
    if (state == begin || is_blank(state)) return word_start;
    return word_after_mark;
}

constexpr State longer_word(State state) noexcept {
    if (state >= word_1 && state < word_8) return static_cast<State>(state + 1);
    if (state == word_8) return word_8;
    return state == upper_1 || state == upper_2 ? word_2 : word_1;
}

constexpr Step step_letter(State state, bool is_upper) noexcept {
    if (!is_word(state)) return {is_upper ? upper_1 : word_1, word_start_after(state)};
    const bool after_upper = state == upper_1 || state == upper_2;
    if (is_upper) return after_upper ? Step{upper_2, upper_run} : Step{upper_1, hump};
    if (state == upper_2) return {word_2, fall};
    const State next = longer_word(state);
    return {next, next <= word_4 ? letter_early : state < word_8 ? letter_middle : letter_late};
}

constexpr Step step_digit(State state) noexcept {
    if (state == digit_1) return {digit_2, digit_rest};
    if (state == digit_2) return {digit_3, digit_rest};
    if (is_blank(state)) return {digit_1, digit_after_space};
    return {digit_1, is_word(state) ? digit_after_letter : digit_group};
}

constexpr Step step_mark(State state) noexcept {
    if (state == after_mark) return {after_marks, mark_second};
    if (state == after_marks) return {after_marks, mark_rest};
    return {after_mark, is_blank(state) ? mark_after_space : mark};
}

constexpr Step step_blank(State state) noexcept {
    if (state == after_space) return {after_spaces, space_second};
    if (state == after_spaces) return {after_spaces, space_rest};
    return {after_space, space};
}

constexpr Step step_of(State state, Kind kind) noexcept {
    switch (kind) {
        case lower:
            return step_letter(state, false);
        case upper:
            return step_letter(state, true);
        case digit:
            return step_digit(state);
        case blank:
            return step_blank(state);
        case line_end:
            return {after_newline, state == after_newline ? newline_rest : newline};
        case punctuation:
            return step_mark(state);
        case extended_letter:
            return {longer_word(state), latin_extended};
        default:
            return {begin, control};
    }
}

constexpr auto make_steps() noexcept {
    std::array<std::array<Step, kind_count>, state_count> steps{};
    for (std::size_t state = 0; state < state_count; ++state) {
        for (std::size_t kind = 0; kind < kind_count; ++kind) {
            steps[state][kind] = step_of(static_cast<State>(state), static_cast<Kind>(kind));
        }
    }
    return steps;
}
inline constexpr auto steps = make_steps();

constexpr Kind kind_of(unsigned char c) noexcept {
    if (c >= 'a' && c <= 'z') return lower;
    if (c >= 'A' && c <= 'Z') return upper;
    if (c >= '0' && c <= '9') return digit;
    if (c == ' ' || c == '\t') return blank;
    if (c == '\n' || c == '\r') return line_end;
    return c < 0x20 || c == 0x7f ? other_control : punctuation;
}

constexpr auto make_kinds() noexcept {
    std::array<Kind, 128> kinds{};
    for (std::size_t c = 0; c < kinds.size(); ++c) kinds[c] = kind_of(static_cast<unsigned char>(c));
    return kinds;
}
inline constexpr auto kinds = make_kinds();

struct Range {
    std::uint32_t last;
    CharacterClass counts_as;
};
/// Unicode blocks up to and including `last`, in order; latin_extended goes on with a word.
inline constexpr std::array<Range, 52> ranges{{
    {0x00bf, symbol},      {0x02af, latin_extended}, {0x036f, joiner},
    {0x03ff, greek},       {0x052f, cyrillic},       {0x058f, caucasian},
    {0x05ff, hebrew},      {0x06ff, arabic},         {0x074f, rare_script},
    {0x077f, arabic},      {0x089f, rare_script},    {0x08ff, arabic},
    {0x0dff, indic},       {0x0e7f, thai},           {0x109f, rare_script},
    {0x10ff, caucasian},   {0x11ff, hangul},         {0x1c7f, rare_script},
    {0x1c8f, cyrillic},    {0x1dff, rare_script},    {0x1eff, latin_extended},
    {0x1fff, greek},       {0x200a, typography},     {0x200f, joiner},
    {0x206f, typography},  {0x20cf, symbol},         {0x20ff, joiner},
    {0x2bff, symbol},      {0x2dff, rare_script},    {0x2e7f, typography},
    {0x2fff, rare_script}, {0x303f, typography},     {0x30ff, kana},
    {0x312f, rare_script}, {0x318f, hangul},         {0x31ff, kana},
    {0x33ff, symbol},      {0x4dbf, rare_script},    {0x9fff, han},
    {0xa95f, rare_script}, {0xa97f, hangul},         {0xabff, rare_script},
    {0xd7ff, hangul},      {0xf8ff, rare_script},    {0xfaff, han},
    {0xfdff, arabic},      {0xfe0f, joiner},         {0xfe6f, typography},
    {0xfeff, arabic},      {0xff64, typography},     {0xff9f, kana},
    {0xffff, symbol},
}};

constexpr CharacterClass class_beyond_bmp(std::uint32_t point) noexcept {
    if (point >= 0x1f3fb && point <= 0x1f3ff) return joiner;
    if (point >= 0x1f000 && point <= 0x1faff) return emoji;
    if (point >= 0xe0000) return joiner;
    return rare_script;
}

inline constexpr std::uint32_t block_bits = 4;
/// Blocks of 16; where a range ends within one, the class of its first character.
constexpr auto make_blocks() noexcept {
    std::array<CharacterClass, (0x10000 >> block_bits)> blocks{};
    std::size_t range = 0;
    for (std::uint32_t block = 0; block < blocks.size(); ++block) {
        while (ranges[range].last < block << block_bits) ++range;
        blocks[block] = ranges[range].counts_as;
    }
    return blocks;
}
inline constexpr auto blocks = make_blocks();

struct Decoded {
    std::uint32_t point = 0xfffff;  ///< of no named script
    std::size_t size = 1;
};

/// A lenient decoder: bytes that are no UTF-8 come out one by one, as text of no named script.
inline Decoded decode(const unsigned char* bytes, std::size_t left) noexcept {
    const auto tail = [&](std::size_t i) { return static_cast<std::uint32_t>(bytes[i] & 0x3f); };
    const std::uint32_t first = bytes[0];
    if (first >= 0xc2 && first < 0xe0 && left >= 2) return {(first & 0x1f) << 6 | tail(1), 2};
    if (first >= 0xe0 && first < 0xf0 && left >= 3) return {(first & 0x0f) << 12 | tail(1) << 6 | tail(2), 3};
    if (first >= 0xf0 && first < 0xf5 && left >= 4) {
        return {(first & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4};
    }
    return {};
}

using Counts = std::array<std::int64_t, character_class_count_max>;

/// A piece of text, and the state in which its first character is met.
struct Walk {
    const unsigned char* at = nullptr;
    const unsigned char* end = nullptr;
    State state = begin;
};

/// Counts one byte of ASCII; returns the state after it.
inline State take_ascii(State state, unsigned char byte, Counts& counts) noexcept {
    const Step step = steps[state][kinds[byte]];
    ++counts[static_cast<std::size_t>(step.counts_as)];
    return step.next;
}

/// Counts one character. REQUIRES: not at the end.
inline void take_character(Walk& walk, Counts& counts) noexcept {
    if (*walk.at < 0x80) {
        walk.state = take_ascii(walk.state, *walk.at++, counts);
        return;
    }
    const Decoded decoded = decode(walk.at, static_cast<std::size_t>(walk.end - walk.at));
    walk.at += decoded.size;
    const CharacterClass counts_as =
        decoded.point < 0x10000 ? blocks[decoded.point >> block_bits] : class_beyond_bmp(decoded.point);
    ++counts[static_cast<std::size_t>(counts_as)];
    walk.state = counts_as == latin_extended ? steps[walk.state][extended_letter].next : after_other;
}

}  // namespace weir::llm::automaton
