// Sources for tests: variables and files are values.
#include "unit/config/sources.hpp"

namespace weir::config {

std::function<std::optional<std::string>(const std::string&)> reader_of(Texts texts) {
    return [texts = std::move(texts)](const std::string& name) {
        const auto found = texts.find(name);
        return found == texts.end() ? std::nullopt : std::optional(found->second);
    };
}

std::function<FileText(const std::string&)> file_reader_of(Texts texts) {
    return [texts = std::move(texts)](const std::string& path) -> FileText {
        const auto found = texts.find(path);
        if (found == texts.end()) return {.text = std::nullopt, .why = "No such file or directory"};
        return {.text = found->second};
    };
}

namespace {

Outcome build(std::optional<std::string> json, const Given& given) {
    return build_config({.file_text = std::move(json),
                         .flags = given.flags,
                         .environment = reader_of(given.environment),
                         .read_file = file_reader_of(given.files),
                         .terminal = given.terminal});
}

}  // namespace

Outcome build_from(const std::string& json, const Given& given) {
    return build(json, given);
}

Outcome build_without_file(const Given& given) {
    return build(std::nullopt, given);
}

std::vector<std::string> lines_of(const std::vector<Mistake>& mistakes) {
    std::vector<std::string> lines;
    lines.reserve(mistakes.size());
    for (const Mistake& mistake : mistakes) lines.push_back(mistake.where + ": " + mistake.message);
    return lines;
}

}  // namespace weir::config
