// Secrets stand in variables and files, never in the document.
#include "config/draft.hpp"
#include "config/names.hpp"

namespace weir::config {

std::optional<std::string> variable(const Sources& sources, const std::string& name) {
    std::optional<std::string> value;
    if (sources.environment) value = sources.environment(name);
    return value && value->empty() ? std::nullopt : value;
}

namespace {

/// A secret that was put in the name's place must not be told: what is no usual name of a variable is not
/// repeated.
bool is_usual_name(const std::string& name) noexcept {
    constexpr std::string_view usual = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    constexpr std::size_t usual_bytes_max = 64;
    return !name.empty() && name.size() <= usual_bytes_max &&
           name.find_first_not_of(usual) == std::string::npos;
}

std::optional<std::string> checked(const Field& field, const std::string& secret) {
    try {
        return parse_secret(secret);
    } catch (const Unexpected& unexpected) {
        field.refuse(unexpected.what());
        return std::nullopt;
    }
}

}  // namespace

std::optional<std::string> secret_in_variable(const Field& field, Draft& draft, const std::string& path) {
    const auto name = field.text("the name of an environment variable");
    if (!name) return std::nullopt;
    const auto value = variable(draft.sources, *name);
    if (!value) {
        const bool is_empty = draft.sources.environment && draft.sources.environment(*name);
        const std::string which =
            is_usual_name(*name) ? ": " + *name + (is_empty ? " is empty" : " is not set") : "";
        field.refuse("expected the name of an environment variable that is set and not empty" + which);
        return std::nullopt;
    }
    field.set_origin(path, "environment " + *name);
    return checked(field, *value);
}

std::optional<std::string> secret_in_file(const Field& field, Draft& draft, const std::string& path) {
    const auto file = field.parsed(parse_file_path);
    if (!file) return std::nullopt;
    FileText read{.text = std::nullopt, .why = "files are not read here"};
    if (draft.sources.read_file) read = draft.sources.read_file(*file);
    std::optional<std::string>& content = read.text;
    if (!content) {
        field.refuse("expected the path of a file that can be read: " + read.why);
        return std::nullopt;
    }
    while (content->ends_with('\n') || content->ends_with('\r')) content->pop_back();
    if (content->empty()) {
        field.refuse("expected the path of a file that is not empty");
        return std::nullopt;
    }
    field.set_origin(path, "file " + *file);
    return checked(field, *content);
}

}  // namespace weir::config
