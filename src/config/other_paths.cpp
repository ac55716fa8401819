// Paths that are not metered, and what becomes of them.
#include "config/draft.hpp"
#include "config/names.hpp"
#include "config/setting_reader.hpp"

namespace weir::config {

void read_other_paths(ObjectReader& root, Draft& draft) {
    const auto field = root.field("other_paths");
    if (!field) return;
    Config& config = draft.config;
    if (!field->is_object()) {
        const auto choice = field->choice(other_paths_names, R"({"allow": ["/v1/models", …]})");
        if (choice) config.other_paths = static_cast<OtherPaths>(*choice);
        return;
    }
    std::optional<ObjectReader> object = field->object();
    config.other_paths = OtherPaths::reject;
    field->set_origin(field->path());
    if (const auto allow = object->required("allow", R"(an array of paths such as "/v1/models")")) {
        config.other_paths_allow = read_texts(*allow, parse_path_pattern);
    }
    object->finish();
}

}  // namespace weir::config
