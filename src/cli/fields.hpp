// Members of the admin API's documents, where another version of weir may have left some out. Pure.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace weir::cli {

using Json = nlohmann::json;

/// "" where it is no text.
std::string text_of(const Json& object, const char* name);
/// 0 where it is no number.
std::int64_t integer_of(const Json& object, const char* name);
double number_of(const Json& object, const char* name);
bool flag_of(const Json& object, const char* name, bool usual = false);
/// A null where there is none.
const Json& member_of(const Json& object, const char* name);

}  // namespace weir::cli
