// Fits the table of src/llm/token_table.hpp to a corpus and prints it as the data file that the estimate
// includes.
//   fit_estimator build/estimator/fit.corpus > src/llm/token_table.inc
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <map>

#include "estimator/corpus.hpp"
#include "llm/token_table.hpp"

namespace {

using namespace weir::estimator;
namespace table = weir::llm::token_table;

using Values = std::array<float, encoding_count>;

constexpr std::size_t identity_count = table::slot_count << table::check_bits;
constexpr std::uint32_t nobody = ~std::uint32_t{0};
/// A context counts as if it had been seen so often more, like what would decide without it.
constexpr float prior = 4;

struct Sum {
    Values tokens{};
    Values without{};  ///< what would be estimated without this context
    float weight = 0;
};

std::vector<std::uint32_t> no_owners() {
    std::vector<std::uint32_t> owners(table::slot_count);
    // A slot that nobody takes has check 0, and is of whoever has that.
    for (std::uint32_t slot = 0; slot < owners.size(); ++slot) owners[slot] = slot << table::check_bits;
    return owners;
}

struct Model {
    std::array<Values, 256> by_byte{};
    std::vector<std::uint32_t> owners = no_owners();
    std::vector<Values> values = std::vector<Values>(table::slot_count);
};

/// The two widest windows that the table knows: the one that decides, and the one that would without it.
struct Found {
    const Values* value = nullptr;
    const Values* without = nullptr;
    std::uint32_t slot = nobody;  ///< of `value`; nobody: the byte alone decides
};

Found find(const Model& model, std::uint64_t around) {
    const auto byte = static_cast<unsigned char>(around >> 8 * table::before_max);
    Found found{&model.by_byte[byte], &model.by_byte[byte], nobody};
    for (const table::Window& window : table::windows) {
        const std::uint32_t identity = table::identity_of(table::hash_of(window, around));
        const std::uint32_t slot = identity >> table::check_bits;
        if (model.owners[slot] != identity) continue;
        found = {&model.values[slot], found.value, slot};
    }
    return found;
}

/// Kinds of which there is much count for less than their length, or Latin would have all the slots.
std::vector<float> weights_of(const std::vector<Text>& texts) {
    std::map<std::string, double> bytes;
    for (const Text& text : texts) bytes[text.kind] += static_cast<double>(text.bytes.size());
    std::vector<float> weights;
    for (const Text& text : texts) {
        double weight = std::pow(bytes[text.kind] / 2e6, -0.6);
        if (text.kind == "runs") weight *= 0.1;   // rare in life
        if (text.kind == "English") weight *= 3;  // and what most prompts are
        weights.push_back(static_cast<float>(weight));
    }
    return weights;
}

class Fit {
public:
    explicit Fit(const std::vector<Text>& texts) : texts_(texts), weights_(weights_of(texts)) {}

    Model run() {
        settle_values();
        for (const table::Window& window : table::windows) {
            give_slots(window);
            settle_values();
            settle_values();
            const auto taken =
                std::count_if(gains_.begin(), gains_.end(), [](float gain) { return gain > 0; });
            std::fprintf(stderr, "window of %u bytes before and %u behind: %td slots are taken\n",
                         window.before, window.behind, taken);
        }
        settle_values();
        return std::move(model_);
    }

private:
    template <typename Take>
    void for_each_byte(Take take) {
        for (std::size_t i = 0; i < texts_.size(); ++i) {
            const std::uint8_t* mark = texts_[i].marks.data();
            table::for_each_byte(texts_[i].bytes, [&](std::uint64_t around) {
                take(around, tokens_at(*mark++), weights_[i]);
            });
        }
    }

    /// A slot goes to the context by which the squared error falls most.
    void give_slots(const table::Window& window) {
        struct Residual {
            Values sum{};
            float weight = 0;
        };
        std::vector<Residual> residuals(identity_count);
        for_each_byte([&](std::uint64_t around, const auto& tokens, float weight) {
            const Values& now = *find(model_, around).value;
            Residual& residual = residuals[table::identity_of(table::hash_of(window, around))];
            residual.weight += weight;
            for (std::size_t i = 0; i < encoding_count; ++i)
                residual.sum[i] += weight * (static_cast<float>(tokens[i]) - now[i]);
        });
        for (std::uint32_t identity = 0; identity < identity_count; ++identity) {
            const Residual& residual = residuals[identity];
            if (residual.weight <= 0) continue;
            float gain = 0;
            for (const float sum : residual.sum) gain += sum * sum / (residual.weight + prior);
            const std::uint32_t slot = identity >> table::check_bits;
            if (gain <= gains_[slot]) continue;
            gains_[slot] = gain;
            model_.owners[slot] = identity;
        }
    }

    void settle_values() {
        std::vector<Sum> sums(table::slot_count);
        std::array<Sum, 256> by_byte;
        for_each_byte([&](std::uint64_t around, const auto& tokens, float weight) {
            const Found found = find(model_, around);
            Sum& sum =
                found.slot == nobody ? by_byte[around >> 8 * table::before_max & 0xff] : sums[found.slot];
            sum.weight += weight;
            for (std::size_t i = 0; i < encoding_count; ++i) {
                sum.tokens[i] += weight * static_cast<float>(tokens[i]);
                sum.without[i] += weight * (*found.without)[i];
            }
        });
        const auto settle = [](const Sum& sum, Values& values) {
            if (sum.weight <= 0) return;
            for (std::size_t i = 0; i < encoding_count; ++i)
                values[i] = (sum.tokens[i] + prior * sum.without[i] / sum.weight) / (sum.weight + prior);
        };
        for (std::size_t slot = 0; slot < table::slot_count; ++slot) settle(sums[slot], model_.values[slot]);
        for (std::size_t byte = 0; byte < by_byte.size(); ++byte) settle(by_byte[byte], model_.by_byte[byte]);
    }

    const std::vector<Text>& texts_;
    std::vector<float> weights_;
    Model model_;
    std::vector<float> gains_ = std::vector<float>(table::slot_count, 0.0F);
};

std::size_t level_of(float probability) {
    const float parts = table::certain * probability;
    std::size_t best = 0;
    for (std::size_t i = 1; i < table::levels.size(); ++i) {
        if (std::abs(static_cast<float>(table::levels[i]) - parts) <
            std::abs(static_cast<float>(table::levels[best]) - parts))
            best = i;
    }
    return best;
}

std::string word_of(const Values& values, std::uint32_t check) {
    std::size_t number = check;
    for (const float value : values) number = number * table::levels.size() + level_of(value);
    std::string word;
    for (std::size_t i = 0; i < table::slot_characters; ++i) {
        word += table::digits[number % table::digits.size()];
        number /= table::digits.size();
    }
    return word;
}

void print(const Model& model) {
    constexpr std::size_t words_per_row = 38;
    std::puts("// Made by bench/estimator/fit, which explains it; not to be changed by hand.");
    std::puts(
        "// How likely a token begins at a byte: for each byte, then for each slot of token_table.hpp.");
    constexpr std::uint32_t check_mask = (1U << table::check_bits) - 1;
    const auto print_words = [](std::size_t count, const auto& word) {
        for (std::size_t i = 0; i < count; i += words_per_row) {
            std::string row;
            for (std::size_t k = i; k < std::min(count, i + words_per_row); ++k) row += word(k);
            std::printf("\"%s\"\n", row.c_str());
        }
    };
    print_words(model.by_byte.size(), [&](std::size_t byte) { return word_of(model.by_byte[byte], 0); });
    print_words(model.owners.size(), [&](std::size_t slot) {
        return word_of(model.values[slot], model.owners[slot] & check_mask);
    });
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fputs("usage: fit_estimator FIT.CORPUS > token_table.inc\n", stderr);
        return 2;
    }
    try {
        const std::vector<Text> texts = read_corpus(arguments[1]);
        print(Fit(texts).run());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fit_estimator: %s\n", error.what());
        return 1;
    }
    return 0;
}
