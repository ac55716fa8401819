// Three look-ups for each byte, without a branch, none of which waits for another.
#include "llm/text_profile.hpp"

#include <algorithm>
#include <cstring>

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
/// Bytes in a step of the loop, or its own work would be a fifth of it all.
constexpr std::ptrdiff_t bytes_a_step = 8;
/// So many bytes can be summed up before a lane runs over; whole steps.
constexpr std::ptrdiff_t summed_max = lane_mask / (2 * added_each_byte) / bytes_a_step * bytes_a_step;

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

using Slots = std::array<Lanes, token_table::slots_in_all>;

Slots make_slots() noexcept {
    constexpr auto values = make_digit_values();
    Slots slots{};
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

/// The windows' slots, by what finds them soonest.
struct Tables {
    static_assert(token_table::windows.size() == 3);
    /// By the two bytes themselves: nothing has to be hashed, and what texts consist of stands close
    /// together.
    std::array<Lanes, 1 << 16> pairs;
    std::array<Lanes, slot_count(token_table::windows[1])> triples;
    std::array<Lanes, slot_count(token_table::windows[2])> fives;

    explicit Tables(const Slots& slots) noexcept;
};

Tables::Tables(const Slots& slots) noexcept {
    constexpr auto shape = token_table::windows[0];
    static_assert(shape.width == sizeof(std::uint16_t));
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto pair = static_cast<std::uint16_t>(i);
        std::array<char, token_table::before_max + 1 + token_table::behind_max> around{};
        std::memcpy(around.data(), &pair, sizeof pair);
        pairs[i] = slots[token_table::slot_of<0>(around.data() + shape.before)];
    }
    std::copy_n(slots.begin() + token_table::first_slot(1), triples.size(), triples.begin());
    std::copy_n(slots.begin() + token_table::first_slot(2), fives.size(), fives.begin());
}
// Made when the program starts, in less than a millisecond: a compiler would need seconds.
const Tables tables(make_slots());

/// Of each window on its own, so that no sum waits for another.
struct Sums {
    Lanes of_pairs = 0, of_triples = 0, of_fives = 0;

    void look_up(const char* at) noexcept {
        std::uint16_t pair = 0;
        std::memcpy(&pair, at - token_table::windows[0].before, sizeof pair);
        of_pairs += tables.pairs[pair];
        of_triples += tables.triples[token_table::slot_within<1>(at)];
        of_fives += tables.fives[token_table::slot_within<2>(at)];
    }
};

using Thousandths = std::array<std::int64_t, encoding_count>;

void sum_up(const char* at, const char* end, Thousandths& thousandths) noexcept {
    while (at != end) {
        const char* const stop = at + std::min(end - at, summed_max);
        Sums sums;
        for (; stop - at >= bytes_a_step; at += bytes_a_step) {
            for (std::ptrdiff_t i = 0; i < bytes_a_step; ++i) sums.look_up(at + i);
        }
        for (; at != stop; ++at) sums.look_up(at);
        const Lanes lanes = sums.of_pairs + sums.of_triples + sums.of_fives;
        for (std::size_t i = 0; i < encoding_count; ++i)
            thousandths[i] += static_cast<std::int64_t>(lanes >> lane_bits * i & lane_mask);
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
