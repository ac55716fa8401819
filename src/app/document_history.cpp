// Words with blanks between them, as lua/documents.lua keeps them.
#include "app/document_history.hpp"

#include <charconv>

namespace weir::app {

namespace {

constexpr std::size_t history_bytes_max = std::size_t{256} * 32;

std::string word_of(const DocumentVersion& version) {
    return std::to_string(version.version) + ":" + version.revision;
}

std::int64_t number_of(std::string_view word) {
    std::int64_t number = 0;
    std::from_chars(word.data(), word.data() + word.size(), number);
    return number;
}

}  // namespace

DocumentVersion newest_of(const DocumentHistory& history) {
    const std::string_view word = std::string_view(history).substr(0, history.find(' '));
    const std::size_t colon = word.find(':');
    if (colon == std::string_view::npos) return {};
    return {number_of(word), std::string(word.substr(colon + 1))};
}

std::int64_t oldest_version_of(const DocumentHistory& history) {
    const std::size_t blank = history.find_last_of(' ');
    return number_of(std::string_view(history).substr(blank == std::string::npos ? 0 : blank + 1));
}

bool holds(const DocumentHistory& history, const DocumentVersion& version) {
    const std::string padded = " " + history + " ";
    return padded.find(" " + word_of(version) + " ") != std::string::npos;
}

DocumentHistory extended(const DocumentHistory& history, const DocumentVersion& next) {
    DocumentHistory longer = word_of(next);
    if (!history.empty()) longer.append(" ").append(history);
    if (longer.size() > history_bytes_max) longer.resize(longer.rfind(' ', history_bytes_max));
    return longer;
}

}  // namespace weir::app
