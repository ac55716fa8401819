// A look-up for each window around each byte, none of which waits for another.
#include "llm/text_profile.hpp"

#include "llm/token_table.hpp"

namespace weir::llm {

namespace {

static_assert(token_table::encoding_count == encoding_count);

/// A slot as it is summed up: from the lowest bit on a number for each encoding. The check stands above them,
/// where a hash has it, and no sum needs it.
using Slot = std::uint64_t;
constexpr unsigned lane_bits = 14;
constexpr Slot lane_mask = (Slot{1} << lane_bits) - 1;
constexpr unsigned check_shift = 64 - token_table::slot_bits - token_table::check_bits;
constexpr Slot check_mask = ((Slot{1} << token_table::check_bits) - 1) << check_shift;
static_assert(lane_bits * encoding_count <= check_shift);
/// So many slots can be summed up before a lane runs over.
constexpr unsigned summed_max = lane_mask / token_table::certain;
constexpr std::int64_t thousandths_each = 1000 / token_table::certain;

constexpr std::string_view data =
#include "llm/token_table.inc"
    ;
constexpr std::size_t byte_count = 256;
static_assert(data.size() == (byte_count + token_table::slot_count) * token_table::slot_characters);

constexpr auto make_digit_values() noexcept {
    std::array<std::uint8_t, 128> values{};
    for (std::size_t i = 0; i < token_table::digits.size(); ++i) {
        values[static_cast<unsigned char>(token_table::digits[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}

template <std::size_t count>
std::array<Slot, count> make_slots(std::size_t first) noexcept {
    constexpr auto values = make_digit_values();
    std::array<Slot, count> slots{};
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t number = 0;
        for (std::size_t k = token_table::slot_characters; k-- > 0;) {
            const char digit = data[(first + i) * token_table::slot_characters + k];
            number = number * token_table::digits.size() + values[static_cast<unsigned char>(digit)];
        }
        for (std::size_t encoding = encoding_count; encoding-- > 0;) {
            const Slot probability = token_table::levels[number % token_table::levels.size()];
            slots[i] |= probability << lane_bits * encoding;
            number /= token_table::levels.size();
        }
        slots[i] |= Slot{number} << check_shift;
    }
    return slots;
}
// Made when the program starts, in a millisecond: a compiler would need seconds.
const std::array<Slot, byte_count> byte_slots = make_slots<byte_count>(0);
const std::array<Slot, token_table::slot_count> slots = make_slots<token_table::slot_count>(byte_count);

/// `found`, or the slot of the window where it is of these bytes.
template <std::size_t window>
Slot look_up(std::uint64_t around, Slot found) noexcept {
    const std::uint64_t hash = token_table::hash_of(token_table::windows[window], around);
    const Slot slot = slots[hash >> (64 - token_table::slot_bits)];
    return ((hash ^ slot) & check_mask) == 0 ? slot : found;
}

/// The slot of the widest window that the table knows.
Slot find(std::uint64_t around) noexcept {
    Slot found = byte_slots[around >> 8 * token_table::before_max & 0xff];
    found = look_up<0>(around, found);
    found = look_up<1>(around, found);
    found = look_up<2>(around, found);
    return look_up<3>(around, found);
}
static_assert(token_table::windows.size() == 4);

}  // namespace

void TextProfile::add(std::string_view text) noexcept {
    bytes += static_cast<std::int64_t>(text.size());
    Slot sum = 0;
    unsigned summed = 0;
    const auto empty = [&] {
        for (std::size_t i = 0; i < encoding_count; ++i) {
            thousandths[i] += thousandths_each * static_cast<std::int64_t>(sum >> lane_bits * i & lane_mask);
        }
        sum = summed = 0;
    };
    // Inlined, or the sum would be stored and loaded again for each byte.
    const auto take = [&](std::uint64_t around) __attribute__((always_inline)) {
        sum += find(around);
        if (++summed == summed_max) [[unlikely]]
            empty();
    };
    token_table::for_each_byte(text, take);
    empty();
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
