// Reduces JSON of any length that passes in pieces to the few members that an answer is read by, in constant
// memory. Inside the room alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "llm/answer_key.hpp"

namespace weir::llm {

/// A scanner, not a parser: it follows strings and nesting, and leaves it to the client to complain.
/// Documents are the outermost objects, one behind another or as the elements of an outermost array. Each is
/// reduced to a small object with what it says of usage, ends and errors; long strings are shortened,
/// generated text is only noticed.
class JsonDigest {
public:
    /// `keeps_ids`: the document's own `id` is wanted too. `keeps_choices`: and how far each choice is; that
    /// of the elements of an array always is.
    JsonDigest(bool keeps_ids, bool keeps_choices) noexcept
        : keeps_ids_(keeps_ids), keeps_choices_(keeps_choices) {}
    void keep_choices() noexcept { keeps_choices_ = true; }
    /// A document's members of unknown names are wanted, too, as far as that there is one.
    void mark_others() noexcept { marks_others_ = true; }

    enum class Found : std::uint8_t {
        more,     ///< the piece is used up
        document  ///< one ended right before `at`; text() and has_text() are about it until the next call
    };
    Found next(std::string_view bytes, std::size_t& at);
    void reset() noexcept;

    /// A document before the first of these was read elsewhere.
    void pass_over_document() noexcept { begun_ = true; }
    /// What came is whole: no bracket is open.
    bool at_rest() const noexcept { return begun_ && depth_ == 0; }
    /// The documents are elements of an array.
    bool in_array() const noexcept { return is_array_; }
    std::string& text() noexcept { return text_; }
    bool has_text() const noexcept { return has_text_; }

    /// A document that needs more is cut off, and so no JSON.
    static constexpr std::size_t text_bytes_max = 64 << 10;
    static constexpr std::size_t string_bytes_max = 256;
    /// What longer strings become.
    static constexpr std::string_view shortened = "+";

private:
    enum class Context : std::uint8_t {
        document,
        choice,
        response,
        message,
        delta,
        counts,   ///< of tokens
        result,   ///< an answer within the answer
        results,  ///< one for each prompt
    };
    enum class Action : std::uint8_t {
        skip,
        copy,        ///< the value as it is, but for long strings
        copy_short,  ///< a string, if it is short
        mark,        ///< only whether something is in it
        enter,       ///< an object, or the array of choices or results: its members are looked at one by one
        watch,       ///< generated text may stand in it, at any depth
        note_string  ///< it is generated text itself, where it is a string
    };
    struct Member {
        Action action = Action::skip;
        Context context = Context::document;  ///< of what is entered
        bool string_is_text = false;
        bool is_payload = false;  ///< what is marked is output
    };
    /// An object or array that was entered.
    struct Level {
        std::size_t depth = 0;
        Context context = Context::document;
        bool is_object = false;
    };
    static constexpr std::size_t levels_max = 8;
    static constexpr std::size_t key_bytes_max = 32;
    static constexpr std::size_t short_bytes_max = 8;
    static constexpr std::size_t text_bytes_usual = 1 << 10;

    static const Member skip;
    static const Member copy;
    static const Member copy_short;
    static const Member mark;
    static const Member note;
    static const Member watch;
    Member member_of_usage(AnswerKey key) const noexcept;
    Member member_of_document(AnswerKey key) const noexcept;
    Member member_of(Context context, AnswerKey key) const noexcept;
    void end_piece(std::string_view bytes);
    std::size_t pass_string(std::string_view bytes, std::size_t begin);
    bool structural(std::string_view bytes, std::size_t at);
    void begin_value(std::size_t at);
    void open(char bracket);
    bool close(std::string_view bytes, std::size_t at);
    void end_member(std::string_view bytes, std::size_t at);
    void push(Context context, bool is_object, bool with_key);
    void append_key();
    void append_mark(std::string_view name);
    void append(std::string_view bytes);
    void copy_until(std::string_view bytes, std::size_t end);
    const Level* member_level() const noexcept;

    bool keeps_ids_;
    bool keeps_choices_;
    bool marks_others_ = false;
    bool begun_ = false;
    bool is_array_ = false;
    std::size_t depth_ = 0;
    std::size_t level_count_ = 0;
    std::array<Level, levels_max> levels_{};

    // The string at hand, or the last one.
    bool in_string_ = false;
    bool escaped_ = false;       ///< the byte before was a backslash
    bool string_here_ = false;   ///< it began in this piece
    bool is_shortened_ = false;  ///< "+" stands for it
    std::size_t string_begin_ = 0;
    std::size_t string_bytes_ = 0;
    std::size_t string_mark_ = 0;  ///< where it begins in text_, if it began in an earlier piece
    std::string_view key_;         ///< its first bytes, in the piece or in key_bytes_
    std::array<char, key_bytes_max> key_bytes_{};
    std::size_t key_size_ = 0;

    // The member at hand, of the innermost level.
    Member member_;
    bool in_value_ = false;  ///< behind its colon
    bool copying_ = false;
    bool watching_ = false;
    bool value_is_text_ = false;  ///< if a string comes next
    bool has_content_ = false;    ///< it is no number, and not empty
    bool is_marked_ = false;      ///< some member of an unknown name is not empty
    std::size_t copy_from_ = 0;   ///< in the piece

    bool has_text_ = false;
    std::string text_;
};

}  // namespace weir::llm
