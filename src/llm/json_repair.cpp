// One walk, in which only strings and numbers are told apart.
#include "llm/json_repair.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "llm/json_scan.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"

namespace weir::llm {

namespace {

class Repair {
public:
    explicit Repair(std::string& text) noexcept : text_(text) {}

    void run() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                string();
            } else if (c == '-' || text::is_digit(c)) {
                number();
            } else {
                ++at_;
            }
        }
    }

private:
    char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }

    void string() {
        for (++at_; at_ < text_.size() && text_[at_] != '"';) {
            if (text_[at_] != '\\') {
                ++at_;
            } else if (at_ + 1 < text_.size() && text_[at_ + 1] == 'u') {
                escaped_unit();
            } else {
                at_ += 2;
            }
        }
        ++at_;
    }

    /// The UTF-16 unit of an escape at `at`; -1 where there is none.
    int unit_at(std::size_t at) const noexcept {
        if (at + 6 > text_.size() || text_[at] != '\\' || text_[at + 1] != 'u') return -1;
        int unit = 0;
        for (std::size_t i = at + 2; i < at + 6; ++i) {
            const int digit = text::hex_value(text_[i]);
            if (digit < 0) return -1;
            unit = unit * 16 + digit;
        }
        return unit;
    }

    void escaped_unit() {
        constexpr std::size_t escape_bytes = 6;
        const auto is_high = [](int unit) { return unit >= 0xd800 && unit < 0xdc00; };
        const auto is_low = [](int unit) { return unit >= 0xdc00 && unit < 0xe000; };
        const int unit = unit_at(at_);
        if (unit < 0) {
            at_ += 2;  // malformed: the parser will say so
        } else if (is_high(unit) && is_low(unit_at(at_ + escape_bytes))) {
            at_ += 2 * escape_bytes;
        } else {
            if (is_high(unit) || is_low(unit)) text_.replace(at_ + 2, 4, "fffd");
            at_ += escape_bytes;
        }
    }

    bool digits() noexcept {
        const std::size_t begin = at_;
        while (text::is_digit(peek())) ++at_;
        return at_ > begin;
    }

    /// Leaves `at_` behind all that could belong to the number.
    void number() {
        const std::size_t begin = at_;
        bool is_integer = true;
        if (peek() == '-') ++at_;
        const bool leads_with_zero = peek() == '0';
        const std::size_t integer_begin = at_;
        bool is_sound = digits() && !(leads_with_zero && at_ > integer_begin + 1);
        if (peek() == '.') {
            ++at_;
            is_integer = false;
            is_sound = digits() && is_sound;
        }
        if (peek() == 'e' || peek() == 'E') {
            ++at_;
            is_integer = false;
            if (peek() == '+' || peek() == '-') ++at_;
            is_sound = digits() && is_sound;
        }
        // What follows at once would join what is put here.
        const bool ends =
            at_ == text_.size() || std::string_view(" \t\n\r,]}").find(peek()) != std::string_view::npos;
        if (!ends) return skip_word();
        if (is_sound && is_too_large(begin, is_integer)) replace(begin);
    }

    void skip_word() noexcept {
        const auto is_part = [](char c) {
            return text::is_digit(c) || c == '-' || c == '+' || c == '.' || text::is_letter(c);
        };
        while (is_part(peek())) ++at_;
    }

    bool is_too_large(std::size_t begin, bool is_integer) const noexcept {
        const char* const first = text_.data() + begin;
        const char* const last = text_.data() + at_;
        std::errc error{};
        if (is_integer && *first == '-') {
            std::int64_t value = 0;
            error = std::from_chars(first, last, value).ec;
        } else if (is_integer) {
            std::uint64_t value = 0;
            error = std::from_chars(first, last, value).ec;
        } else {
            double value = 0;
            error = std::from_chars(first, last, value).ec;
        }
        return error == std::errc::result_out_of_range;
    }

    void replace(std::size_t begin) {
        constexpr std::string_view large = "9e99";  // nothing that is too large is shorter
        std::fill(text_.begin() + static_cast<std::ptrdiff_t>(begin),
                  text_.begin() + static_cast<std::ptrdiff_t>(at_), ' ');
        text_.replace(begin, large.size(), large);
    }

    std::string& text_;
    std::size_t at_ = 0;
};

}  // namespace

std::string repaired_json(std::string_view text) {
    std::string copy;
    copy.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    copy.assign(text);
    Repair(copy).run();
    return copy;
}

}  // namespace weir::llm
