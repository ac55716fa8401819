// What is let through beside metered requests: other paths, and pages of other origins.
#include "config/draft.hpp"
#include "config/names.hpp"

namespace weir::config {

namespace {

constexpr std::size_t list_items_max = 256;
constexpr Range max_age_s_range{0, 86'400};

template <typename Parse>
std::vector<std::string> read_list(const Field& field, Parse parse) {
    std::vector<std::string> list;
    const auto items = field.items();
    if (!items) return list;
    if (items->size() > list_items_max) field.refuse("expected at most 256 of them");
    for (const Field& item : *items) {
        if (auto parsed = item.parsed(parse)) list.push_back(std::move(*parsed));
    }
    field.set_origin(field.path());
    return list;
}

}  // namespace

void read_other_paths(ObjectReader& root, Draft& draft) {
    const auto field = root.field("other_paths");
    if (!field) return;
    Config& config = draft.config;
    if (!field->is_object()) {
        const auto choice = field->choice({"pass", "reject"}, R"({"allow": ["/v1/models", …]})");
        if (choice) config.other_paths = *choice == 0 ? OtherPaths::pass : OtherPaths::reject;
        return;
    }
    std::optional<ObjectReader> object = field->object();
    config.other_paths = OtherPaths::reject;
    field->set_origin(field->path());
    if (const auto allow = object->required("allow", R"(an array of paths such as "/v1/models")")) {
        config.other_paths_allow = read_list(*allow, parse_path_pattern);
    }
    object->finish();
}

void read_cors(ObjectReader& root, Draft& draft) {
    const auto field = root.field("cors");
    if (!field) return;
    std::optional<ObjectReader> object = field->object();
    if (!object) return;
    Cors& cors = draft.config.cors;
    if (const auto origins = object->field("allowed_origins")) {
        cors.allowed_origins = read_list(*origins, parse_origin);
    }
    if (const auto headers = object->field("allowed_headers_more")) {
        cors.allowed_headers_more = read_list(*headers, parse_allowed_header);
    }
    object->integer("max_age_s", max_age_s_range, cors.max_age_s);
    object->finish();
}

}  // namespace weir::config
