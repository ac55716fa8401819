// Reading a distribution and drawing from it.
#include "load/size_distribution.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "load/text_print.hpp"
#include "text/numbers.hpp"

namespace weir::load {
namespace {

std::optional<SizeDistribution> read_uniform(std::string_view text) {
    const std::size_t dots = text.find("..");
    if (dots == std::string_view::npos) return std::nullopt;
    const auto least = text::number_in<std::uint64_t>(text.substr(0, dots));
    const auto most = text::number_in<std::uint64_t>(text.substr(dots + 2));
    if (!least || !most || *least < 1 || *most < *least || *most > size_max) return std::nullopt;
    return Uniform{*least, *most};
}

std::optional<SizeDistribution> read_lognormal(std::string_view text) {
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    const auto median = text::number_in<double>(text.substr(0, comma));
    const auto sigma = text::number_in<double>(text.substr(comma + 1));
    if (!median || !sigma || !(*median >= 1 && *median <= size_max) || !(*sigma >= 0 && *sigma <= 5)) {
        return std::nullopt;
    }
    return Lognormal{*median, *sigma};
}

std::optional<SizeDistribution> read(std::string_view text) {
    constexpr std::string_view uniform = "uniform:";
    constexpr std::string_view lognormal = "lognormal:";
    if (text.starts_with(uniform)) return read_uniform(text.substr(uniform.size()));
    if (text.starts_with(lognormal)) return read_lognormal(text.substr(lognormal.size()));
    const auto value = text::number_in<std::uint64_t>(text);
    if (!value || *value > size_max) return std::nullopt;
    return Fixed{*value};
}

}  // namespace

std::string parse_size(std::string_view text, SizeDistribution& size) {
    const auto read_size = read(text);
    if (!read_size) {
        return "expected a number, uniform:LEAST..MOST or lognormal:MEDIAN,SIGMA, got " + std::string(text);
    }
    size = *read_size;
    return {};
}

std::string text_of(const SizeDistribution& size) {
    if (const auto* fixed = std::get_if<Fixed>(&size)) return std::to_string(fixed->value);
    std::string text;
    if (const auto* uniform = std::get_if<Uniform>(&size)) {
        print(text, "uniform:%llu..%llu", static_cast<unsigned long long>(uniform->least),
              static_cast<unsigned long long>(uniform->most));
        return text;
    }
    const auto& shape = std::get<Lognormal>(size);
    print(text, "lognormal:%g,%g", shape.median, shape.sigma);
    return text;
}

bool varies(const SizeDistribution& size) {
    return !std::holds_alternative<Fixed>(size);
}

std::uint64_t draw(const SizeDistribution& size, std::mt19937_64& random) {
    if (const auto* fixed = std::get_if<Fixed>(&size)) return fixed->value;
    if (const auto* uniform = std::get_if<Uniform>(&size)) {
        return std::uniform_int_distribution<std::uint64_t>(uniform->least, uniform->most)(random);
    }
    const auto& shape = std::get<Lognormal>(size);
    const double value = std::lognormal_distribution<double>(std::log(shape.median), shape.sigma)(random);
    return static_cast<std::uint64_t>(std::clamp(std::round(value), 1.0, static_cast<double>(size_max)));
}

}  // namespace weir::load
