// Three look-ups for each byte, without a branch, none of which waits for another.
#include "llm/text_profile.hpp"

#include <algorithm>

#include "llm/token_table.hpp"

namespace weir::llm {

namespace {

static_assert(token_table::encoding_count == encoding_count);

/// From the lowest bit on a number for each encoding. So that it is not below 0, thousandths_max is added.
using Lanes = std::uint64_t;
constexpr unsigned lane_bits = 21;
constexpr Lanes lane_mask = (Lanes{1} << lane_bits) - 1;
static_assert(lane_bits * encoding_count <= 64);
constexpr std::int64_t added_each_byte = token_table::windows.size() * token_table::thousandths_max;
/// So many bytes can be summed up before a lane runs over.
constexpr std::ptrdiff_t summed_max = lane_mask / (2 * added_each_byte);

constexpr std::string_view data =
#include "llm/token_table.inc"
    ;
static_assert(data.size() == token_table::slots_in_all * token_table::slot_characters);

constexpr auto make_digit_values() noexcept {
    std::array<std::uint8_t, 128> values{};
    for (std::size_t i = 0; i < token_table::digits.size(); ++i) {
        values[static_cast<unsigned char>(token_table::digits[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}

auto make_slots() noexcept {
    constexpr auto values = make_digit_values();
    std::array<Lanes, token_table::slots_in_all> slots{};
    for (std::size_t i = 0; i < slots.size(); ++i) {
        std::size_t number = 0;
        for (const char digit : data.substr(i * token_table::slot_characters, token_table::slot_characters))
            number = number * token_table::digits.size() + values[static_cast<unsigned char>(digit)];
        for (std::size_t encoding = 0; encoding < encoding_count; ++encoding) {
            const int step = static_cast<int>(number % token_table::step_count) - token_table::step_max;
            const int lane = token_table::thousandths_of(step) + token_table::thousandths_max;
            slots[i] |= static_cast<Lanes>(lane) << lane_bits * encoding;
            number /= token_table::step_count;
        }
    }
    return slots;
}
// Made when the program starts, in less than a millisecond: a compiler would need seconds.
const std::array<Lanes, token_table::slots_in_all> slots = make_slots();

Lanes look_up(const char* at) noexcept {
    static_assert(token_table::windows.size() == 3);
    return slots[token_table::slot_of<0>(at)] + slots[token_table::slot_of<1>(at)] +
           slots[token_table::slot_of<2>(at)];
}

using Thousandths = std::array<std::int64_t, encoding_count>;

void sum_up(const char* at, const char* end, Thousandths& sums) noexcept {
    while (at != end) {
        const char* const stop = at + std::min(end - at, summed_max);
        Lanes lanes = 0;
        // Four in a step, or the loop's own work would be a fifth of it.
        for (; stop - at >= 4; at += 4)
            lanes += look_up(at) + look_up(at + 1) + look_up(at + 2) + look_up(at + 3);
        for (; at != stop; ++at) lanes += look_up(at);
        for (std::size_t i = 0; i < encoding_count; ++i)
            sums[i] += static_cast<std::int64_t>(lanes >> lane_bits * i & lane_mask);
    }
}

}  // namespace

void TextProfile::add(std::string_view text) noexcept {
    if (text.empty()) return;
    constexpr std::int64_t token = 1000;
    const auto more_bytes = static_cast<std::int64_t>(text.size());
    bytes += more_bytes;
    Thousandths sums{};
    token_table::for_each_run(text, [&](const char* at, const char* end) { sum_up(at, end, sums); });
    for (std::size_t i = 0; i < encoding_count; ++i) {
        // What is like no text may come out below a token in all, or above one for each byte.
        const std::int64_t sum = sums[i] - added_each_byte * more_bytes;
        thousandths[i] += std::clamp(sum, token, token * more_bytes);
    }
}

void TextProfile::add(const TextProfile& other, std::int64_t times) noexcept {
    bytes += times * other.bytes;
    for (std::size_t i = 0; i < encoding_count; ++i) thousandths[i] += times * other.thousandths[i];
}

void TextProfile::add_json_marks(std::int64_t more) noexcept {
    constexpr std::int64_t bytes_each = 8;  // quotes, colon, comma, a line end and some indentation
    constexpr std::int64_t token = 1000;
    bytes += bytes_each * more;
    for (std::int64_t& sum : thousandths) sum += token * more;
}

}  // namespace weir::llm
