// Fits the table of src/llm/token_table.hpp to a corpus and prints it as the data file that the estimate
// includes.
//   fit_estimator build/estimator/fit.corpus > src/llm/token_table.inc
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <iterator>
#include <map>

#include "estimator/corpus.hpp"
#include "estimator/repeated.hpp"
#include "llm/token_table.hpp"

namespace {

using namespace weir::estimator;
namespace table = weir::llm::token_table;

/// One for each encoding, and one that keeps the compiler's vectors full.
using Values = std::array<float, 4>;
static_assert(encoding_count < std::tuple_size_v<Values>);
using Table = std::vector<Values>;
using Sums = std::array<double, std::tuple_size_v<Values>>;

constexpr int rounds = 50;
/// An error in the count of a text counts 1. So much counts one in a piece of so many bytes, the mean of a
/// text's pieces, and one in the place of a token: enough that the table also holds for short texts, and for
/// texts unlike these.
constexpr std::size_t piece_bytes = 16;
constexpr float piece_weight = 0.3F;
constexpr float place_weight = 0.03F;
/// Draws numbers that few bytes decide towards where they began.
constexpr float shrinkage = 0.001F;

struct Row {
    std::vector<std::array<std::uint32_t, table::windows.size()>> slots;  ///< for each byte
    const std::vector<std::uint8_t>* marks = nullptr;
    Values count_weight{};
    Values piece_weight{};
    Values place_weight{};
};

/// A kind counts with the root of how much there is of it, or Latin would decide for all others.
std::vector<float> weights_of(const std::vector<Text>& texts) {
    std::map<std::string, double> bytes;
    for (const Text& text : texts) bytes[text.kind] += static_cast<double>(text.bytes.size());
    std::vector<float> weights;
    for (const Text& text : texts) {
        double weight = std::min(std::pow(bytes[text.kind] / 5e6, -0.5), 7.0);
        if (text.kind == "repeated") weight = 0.3;
        if (text.kind == "runs") weight *= 0.2;   // rare in life
        if (text.kind == "English") weight *= 2;  // and what most prompts are
        weights.push_back(static_cast<float>(weight));
    }
    return weights;
}

Row row_of(const Text& text, float weight) {
    Row row;
    row.marks = &text.marks;
    row.slots.reserve(text.bytes.size());
    table::for_each_run(text.bytes, [&](const char* at, const char* end) {
        for (; at != end; ++at) {
            row.slots.push_back({static_cast<std::uint32_t>(table::slot_of<0>(at)),
                                 static_cast<std::uint32_t>(table::slot_of<1>(at)),
                                 static_cast<std::uint32_t>(table::slot_of<2>(at))});
        }
    });
    const auto tokens = tokens_of(text);
    for (std::size_t i = 0; i < encoding_count; ++i) {
        const auto count = static_cast<float>(std::max(tokens[i], 5.0));
        row.count_weight[i] = weight / (count * count);  // the error is relative
        const auto pieces = std::max(1.0F, static_cast<float>(text.bytes.size()) / piece_bytes);
        row.piece_weight[i] = piece_weight * pieces * row.count_weight[i];
        row.place_weight[i] = place_weight * weight / count;
    }
    return row;
}

Values values_of(std::uint8_t mark) {
    const auto tokens = tokens_at(mark);
    Values values{};
    for (std::size_t i = 0; i < encoding_count; ++i) values[i] = static_cast<float>(tokens[i]);
    return values;
}

Sums product(const Table& left, const Table& right) {
    Sums sums{};
    for (std::size_t slot = 0; slot < left.size(); ++slot) {
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += double{left[slot][i]} * right[slot][i];
    }
    return sums;
}

/// table += factors * more
void add(Table& to, const Sums& factors, const Table& more) {
    for (std::size_t slot = 0; slot < to.size(); ++slot) {
        for (std::size_t i = 0; i < factors.size(); ++i)
            to[slot][i] += static_cast<float>(factors[i]) * more[slot][i];
    }
}

Sums quotients(const Sums& above, const Sums& below, double sign = 1) {
    Sums result{};
    for (std::size_t i = 0; i < encoding_count; ++i)
        result[i] = below[i] > 0 ? sign * above[i] / below[i] : 0;
    return result;
}

/// Least squares by conjugate gradients: of the relative errors in the counts of texts and of their pieces,
/// and of the places.
class Fit {
public:
    explicit Fit(const std::vector<Text>& texts) {
        const std::vector<float> weights = weights_of(texts);
        for (std::size_t i = 0; i < texts.size(); ++i) rows_.push_back(row_of(texts[i], weights[i]));
        for (std::size_t mark = 0; mark < tokens_.size(); ++mark)
            tokens_[mark] = values_of(static_cast<std::uint8_t>(mark));
    }

    Table run() const {
        Table result = start();
        const Table scale = diagonal();
        Table gradient = apply([&](const Row& row, std::size_t byte) {
            Values missing = tokens_[(*row.marks)[byte]];
            const Values sum = sum_at(result, row, byte);
            for (std::size_t i = 0; i < sum.size(); ++i) missing[i] -= sum[i];
            return missing;
        });
        Table scaled = divide(gradient, scale);
        Table direction = scaled;
        Sums length = product(gradient, scaled);
        for (int round = 0; round < rounds; ++round) {
            Table image =
                apply([&](const Row& row, std::size_t byte) { return sum_at(direction, row, byte); });
            add(image, {shrinkage, shrinkage, shrinkage, 0}, direction);
            const Sums along = product(direction, image);
            add(result, quotients(length, along), direction);
            add(gradient, quotients(length, along, -1), image);
            scaled = divide(gradient, scale);
            const Sums next = product(gradient, scaled);
            const Sums keep = quotients(next, length);
            length = next;
            std::swap(direction, scaled);
            add(direction, keep, scaled);
            std::fprintf(stderr, "round %d of %d: gradient %.2e\n", round + 1, rounds, length[0]);
        }
        return result;
    }

private:
    /// What no text has counts as this much.
    static Table start() {
        constexpr float unseen = 0.5F;
        Table result(table::slots_in_all);
        for (std::size_t slot = 0; slot < table::slot_count(table::windows[0]); ++slot)
            result[slot] = {unseen, unseen, unseen, 0};
        return result;
    }

    static Values sum_at(const Table& from, const Row& row, std::size_t byte) {
        Values sum{};
        for (const std::uint32_t slot : row.slots[byte]) {
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += from[slot][i];
        }
        return sum;
    }

    /// What the bytes' values give to each slot: weighed by themselves, and as sums over a piece and a text.
    template <typename ValueAt>
    Table apply(ValueAt value_at) const {
        Table result(table::slots_in_all);
        std::vector<Values> values;
        for (const Row& row : rows_) {
            values.resize(row.slots.size());
            for (std::size_t byte = 0; byte < values.size(); ++byte) values[byte] = value_at(row, byte);
            const Values whole = weighed_sum(values, 0, values.size(), row.count_weight);
            for (std::size_t begin = 0; begin < values.size(); begin += piece_bytes) {
                const std::size_t end = std::min(values.size(), begin + piece_bytes);
                const Values piece = weighed_sum(values, begin, end, row.piece_weight);
                for (std::size_t byte = begin; byte < end; ++byte) {
                    for (std::size_t i = 0; i < whole.size(); ++i) {
                        const float given = whole[i] + piece[i] + row.place_weight[i] * values[byte][i];
                        for (const std::uint32_t slot : row.slots[byte]) result[slot][i] += given;
                    }
                }
            }
        }
        return result;
    }

    static Values weighed_sum(const std::vector<Values>& values, std::size_t begin, std::size_t end,
                              const Values& weight) {
        Values sum{};
        for (std::size_t byte = begin; byte < end; ++byte) {
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += values[byte][i];
        }
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] *= weight[i];
        return sum;
    }

    /// By what a gradient is divided, so that frequent slots and rare ones settle together.
    Table diagonal() const {
        Table result(table::slots_in_all, Values{shrinkage, shrinkage, shrinkage, 1});
        for (const Row& row : rows_) {
            for (const auto& slots : row.slots) {
                for (const std::uint32_t slot : slots) {
                    for (std::size_t i = 0; i < encoding_count; ++i)
                        result[slot][i] +=
                            row.place_weight[i] + 2 * (row.piece_weight[i] + row.count_weight[i]);
                }
            }
        }
        return result;
    }

    static Table divide(Table above, const Table& below) {
        for (std::size_t slot = 0; slot < above.size(); ++slot) {
            for (std::size_t i = 0; i < above[slot].size(); ++i) above[slot][i] /= below[slot][i];
        }
        return above;
    }

    std::vector<Row> rows_;
    std::array<Values, 256> tokens_{};
};

int step_of(float tokens) {
    const float step = std::round(std::sqrt(std::abs(tokens) * 1000 * 20));
    return static_cast<int>(std::copysign(std::min(step, static_cast<float>(table::step_max)), tokens));
}

std::string word_of(const Values& values) {
    std::size_t number = 0;
    for (std::size_t i = encoding_count; i-- > 0;) {
        number *= table::step_count;
        number += static_cast<std::size_t>(step_of(values[i]) + table::step_max);
    }
    std::string word(table::slot_characters, ' ');
    for (std::size_t i = word.size(); i-- > 0; number /= table::digits.size())
        word[i] = table::digits[number % table::digits.size()];
    return word;
}

void print(const Table& fitted) {
    constexpr std::size_t words_per_row = 28;
    std::puts("// Made by bench/estimator/fit, which explains it; not to be changed by hand.");
    std::puts("// What each slot of token_table.hpp adds to a count of tokens.");
    for (std::size_t i = 0; i < fitted.size(); i += words_per_row) {
        std::string row;
        for (std::size_t k = i; k < std::min(fitted.size(), i + words_per_row); ++k)
            row += word_of(fitted[k]);
        std::printf("\"%s\"\n", row.c_str());
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fputs("usage: fit_estimator FIT.CORPUS > token_table.inc\n", stderr);
        return 2;
    }
    try {
        std::vector<Text> texts = read_corpus(arguments[1]);
        std::ranges::move(repeated_words(texts), std::back_inserter(texts));
        print(Fit(texts).run());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fit_estimator: %s\n", error.what());
        return 1;
    }
    return 0;
}
