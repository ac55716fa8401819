// One object a model.
#include "app/learned_models.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "admin/json_text.hpp"

namespace weir::app {

namespace {

using Json = nlohmann::ordered_json;

/// Figures for people.
double rounded(double value) {
    return std::round(value * 1e4) / 1e4;
}

Json lengths_json(const learning::OutputLengths& lengths, const std::string& model) {
    const learning::AnswerOf of = learning::AnswerOf::anybody(model);
    const auto p50 = lengths.quantile(of, 0.5, std::nullopt);
    if (!p50) return nullptr;
    return {{"p50", *p50},
            {"p90", lengths.quantile(of, 0.9, std::nullopt).value_or(*p50)},
            {"p99", lengths.quantile(of, 0.99, std::nullopt).value_or(*p50)}};
}

}  // namespace

std::string models_json(const proxy::Learned& learned, bool calibrates, std::int64_t now_us) {
    Json rows = Json::array();
    for (const learning::Calibration::Row& row : learned.calibration.rows(now_us)) {
        rows.push_back({{"upstream", row.upstream},
                        {"model", row.model},
                        {"answers", std::llround(row.answers)},
                        {"actual_by_estimated", rounded(row.ratio)},
                        {"factor", calibrates ? rounded(row.factor) : 1.0},
                        {"output_tokens", lengths_json(learned.output_lengths, row.model)}});
    }
    return admin::to_text({{"calibrate", calibrates}, {"models", std::move(rows)}});
}

}  // namespace weir::app
