// Lines of Prometheus text format 0.0.4.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace weir::observe {

using Label = std::pair<std::string_view, std::string_view>;
using Labels = std::initializer_list<Label>;

/// Values of one family stand together, behind its head.
class PrometheusText {
public:
    /// Begins a family.
    void family(std::string_view name, std::string_view type, std::string_view help);
    /// Of the family that was begun last.
    void value(Labels labels, std::uint64_t value) { line("", labels, {}, std::to_string(value)); }
    void value(Labels labels, double value);
    /// `counts` has one more than `bounds`: what is above them all. Bounds and sum are in millionths.
    void histogram(Labels labels, std::span<const std::int64_t> bounds, std::span<const std::uint64_t> counts,
                   std::uint64_t sum);

    std::string take() { return std::move(out_); }

private:
    void line(std::string_view suffix, Labels labels, std::string_view bound, std::string_view value);

    std::string out_;
    std::string name_;
};

}  // namespace weir::observe
