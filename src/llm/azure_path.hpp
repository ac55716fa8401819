#pragma once
#include <string>
#include <string_view>
#include "llm/api.hpp"
namespace weir::llm {
inline std::string azure_target(std::string_view path, std::string_view query, std::string_view,
                                std::string_view) {
    return std::string(path).append(query);
}
}  // namespace weir::llm
