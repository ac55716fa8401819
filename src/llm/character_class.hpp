// The classes of characters that the fitted token estimate tells apart. Inside the room alone.
#pragma once

#include "llm/text_profile.hpp"

namespace weir::llm {

/// Each byte of ASCII and each other character counts once, by what it is and what it follows.
enum class CharacterClass : std::uint8_t {
    // ASCII and Latin words
    word_start,       ///< after a space or at the beginning
    word_after_mark,  ///< after punctuation or a new line
    word_after_digit,
    letter_early,    ///< the second to fourth letter
    letter_middle,   ///< the fifth to eighth
    letter_late,     ///< further ones
    hump,            ///< an upper-case letter after a lower-case one
    upper_run,       ///< an upper-case letter after another
    fall,            ///< a lower-case letter after at least two upper-case ones
    latin_extended,  ///< letters beyond ASCII
    // digits: the tokenizers take three at a time
    digit_group,  ///< the first, fourth, seventh, … of a run
    digit_after_space,
    digit_after_letter,
    digit_rest,
    // white space
    space,  ///< the first of a run
    space_second,
    space_rest,
    newline,  ///< the first of a run
    newline_rest,
    // punctuation
    mark,  ///< the first of a run
    mark_after_space,
    mark_second,
    mark_rest,
    control,
    json_mark,  ///< what surrounds a key or a string of JSON
    // other scripts
    greek,
    cyrillic,
    hebrew,
    arabic,
    indic,
    thai,
    hangul,
    kana,
    han,
    caucasian,    ///< Armenian, Georgian
    rare_script,  ///< Ethiopic, Khmer, Lao, Myanmar, Tibetan and all that is not named
    typography,   ///< dashes, curly quotes, CJK punctuation
    symbol,       ///< arrows, mathematics, boxes, dingbats
    emoji,
    joiner,  ///< combining marks, joiners, variation selectors
};

static_assert(static_cast<std::size_t>(CharacterClass::joiner) + 1 == character_class_count_max);

}  // namespace weir::llm
