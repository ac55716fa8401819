// Sources for tests: variables and files are values.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/config.hpp"

namespace weir::config {

using Texts = std::map<std::string, std::string>;

/// A reader of those and no others.
std::function<std::optional<std::string>(const std::string&)> reader_of(Texts texts);

/// The same of files; the others don't exist.
std::function<FileText(const std::string&)> file_reader_of(Texts texts);

struct Given {
    Texts environment = {};
    Texts flags = {};
    Texts files = {};
    bool terminal = false;
};

Outcome build_from(const std::string& json, const Given& given = {});
Outcome build_without_file(const Given& given = {});

/// "path: message" of each.
std::vector<std::string> lines_of(const std::vector<Mistake>& mistakes);

}  // namespace weir::config
