// One entry is five parts between slashes.
#include "learning/calibration_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "text/numbers.hpp"
#include "text/percent.hpp"

namespace weir::learning {

namespace {

constexpr double weight_max = 1e9;

/// What stands before the first `separator`, which is taken off with it; the whole where there is none.
std::string_view take_until(std::string_view& text, char separator) noexcept {
    const std::size_t at = text.find(separator);
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return taken;
}

std::optional<double> positive_in(std::string_view text) noexcept {
    const auto number = text::number_in<std::int64_t>(text);
    if (!number || *number <= 0) return std::nullopt;
    return static_cast<double>(*number);
}

std::optional<std::string> name_in(std::string_view text) {
    auto name = text::percent_decoded(text);
    if (name && name->size() > name_bytes_max) return std::nullopt;
    return name;
}

std::optional<ToldRatio> read_ratio(std::string_view text) {
    auto upstream = name_in(take_until(text, '/'));
    auto model = name_in(take_until(text, '/'));
    const auto answers = positive_in(take_until(text, '/'));
    const auto weight = positive_in(take_until(text, '/'));
    const auto millionths = positive_in(text);
    if (!upstream || upstream->empty() || !model || !answers || !weight || !millionths) return std::nullopt;
    return ToldRatio{std::move(*upstream),
                     std::move(*model),
                     {.ratio = std::clamp(*millionths / 1e6, RatioSums::ratio_min, RatioSums::ratio_max),
                      .weight = std::min(*weight, weight_max),
                      .answers = std::min(*answers, RatioSums::answers_max)}};
}

}  // namespace

bool append_ratio(std::string& text, const ToldRatio& told, std::size_t bytes_max) {
    const std::array<long long, 3> numbers{std::llround(told.ratio.answers), std::llround(told.ratio.weight),
                                           std::llround(told.ratio.ratio * 1e6)};
    if (*std::min_element(numbers.begin(), numbers.end()) <= 0) return false;
    std::string more = text.empty() ? "" : ",";
    more.append(text::percent_encoded(told.upstream)).append("/");
    more.append(text::percent_encoded(told.model));
    for (const long long number : numbers) more.append("/").append(std::to_string(number));
    if (text.size() + more.size() > bytes_max) return false;
    text.append(more);
    return true;
}

std::optional<std::vector<ToldRatio>> read_ratios(std::string_view text) {
    std::vector<ToldRatio> ratios;
    while (!text.empty()) {
        auto told = read_ratio(take_until(text, ','));
        if (!told) return std::nullopt;
        ratios.push_back(std::move(*told));
    }
    return ratios;
}

}  // namespace weir::learning
