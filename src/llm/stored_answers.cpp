// Judged by the ends of paths, as in api.cpp.
#include "llm/stored_answers.hpp"

#include <algorithm>
#include <array>

#include "text/ascii.hpp"
#include "text/percent.hpp"

namespace weir::llm {

namespace {

/// Takes the last segment off `path`, without its slash. Trailing slashes are no segments.
std::string_view take_last_segment(std::string_view& path) noexcept {
    while (path.ends_with('/')) path.remove_suffix(1);
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return {};
    const std::string_view segment = path.substr(slash + 1);
    path = path.substr(0, slash);
    return segment;
}

/// `path` is <prefix>/COLLECTION/{id}.
bool is_member_of(std::string_view path, std::string_view collection) noexcept {
    const std::string_view id = take_last_segment(path);
    if (id.empty() || path.size() <= collection.size()) return false;
    const std::size_t begin = path.size() - collection.size();
    return path[begin - 1] == '/' && text::equals_ignoring_case(path.substr(begin), collection);
}

/// A segment without what some servers take off: blanks before it, and all behind its first character that no
/// provider has in its ids.
std::string_view plain(std::string_view segment) noexcept {
    segment.remove_prefix(std::min(segment.find_first_not_of(' '), segment.size()));
    const auto is_kept = [](char c) {
        return text::is_letter(c) || text::is_digit(c) || c == '-' || c == '_';
    };
    const auto* const end = std::find_if_not(segment.begin(), segment.end(), is_kept);
    return segment.substr(0, static_cast<std::size_t>(end - segment.begin()));
}

/// The last segment that is one, and takes it off `path`. Backslashes are slashes to some.
std::string_view take_last_plain_segment(std::string_view& path) noexcept {
    while (!path.empty()) {
        const std::size_t slash = path.find_last_of("/\\");
        const std::string_view segment = path.substr(slash + 1);  // npos + 1 is 0
        path = path.substr(0, slash == std::string_view::npos ? 0 : slash);
        if (!plain(segment).empty()) return segment;
    }
    return {};
}

/// Of one spelling: the id as it stands there, and plain.
std::vector<std::string_view> ids_in(std::string_view path, bool is_cancel) {
    if (is_cancel && !text::equals_ignoring_case(plain(take_last_plain_segment(path)), "cancel")) return {};
    const std::string_view id = take_last_plain_segment(path);
    const std::string_view collection = take_last_plain_segment(path);
    if (id.empty() || !text::equals_ignoring_case(plain(collection), "responses")) return {};
    return {id, plain(id)};
}

}  // namespace

bool may_report_new_usage(std::string_view method, std::string_view path) noexcept {
    if (method != "POST") return false;
    std::string_view rest = path;
    const std::string_view last = take_last_segment(rest);
    if (text::equals_ignoring_case(last, "cancel")) return false;
    if (text::equals_ignoring_case(last, "batch")) return true;  // vLLM's chat/completions/batch is no id
    constexpr std::array<std::string_view, 3> stored{"chat/completions", "runs", "batches"};
    for (const std::string_view collection : stored) {
        if (is_member_of(path, collection)) return false;
    }
    return true;
}

std::vector<std::string> stored_response_ids(std::string_view method, std::string_view path) {
    if (method != "GET" && method != "DELETE" && method != "POST") return {};
    const bool is_cancel = method == "POST";
    std::string spelled(path);
    std::vector<std::string> ids;
    // As it stands there, decoded, and decoded by two servers in a row.
    for (int round = 0; round < 3; ++round) {
        for (std::string_view id : ids_in(spelled, is_cancel)) {
            if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.emplace_back(id);
        }
        auto decoded = text::percent_decoded(spelled);
        if (!decoded || *decoded == spelled) break;
        spelled = std::move(*decoded);
        spelled.resize(std::min(spelled.find_first_of("?#"), spelled.size()));
    }
    return ids;
}

bool is_of_any_provider(std::string_view path) noexcept {
    const std::string_view last = take_last_segment(path);
    const std::string_view verb = last.substr(last.rfind(':') + 1);
    constexpr std::array<std::string_view, 4> names{"models", "count_tokens", "countTokens", "tokenize"};
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return text::equals_ignoring_case(verb, name); });
}

}  // namespace weir::llm
