// What was learned of models, for operators.
#pragma once

#include <cstdint>
#include <string>

#include "proxy/learned.hpp"

namespace weir::app {

/// The JSON of GET /admin/models, the model taught last first. `calibrates`: the factors are applied.
std::string models_json(const proxy::Learned& learned, bool calibrates, std::int64_t now_us);

}  // namespace weir::app
