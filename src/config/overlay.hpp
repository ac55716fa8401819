// What environment and flags set above the file, one row each.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weir::config {

struct Draft;

/// A variable, a flag or both for one setting. Which strings are right is the setting's own row to say,
/// unless `set` does.
struct Overlay {
    std::string_view path;        ///< of the setting: "store.url"
    std::string_view variable;    ///< "WEIR_STORE"
    std::string_view flag = {};   ///< "store"; empty: none
    std::string_view value = {};  ///< in --help: "URL"
    std::string_view help = {};
    void (*set)(Draft&, const std::string&) = nullptr;  ///< throws Unexpected
};

/// In the order of --help. Of two variables for one setting the later one wins.
std::span<const Overlay> overlays();

}  // namespace weir::config
