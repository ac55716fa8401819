// Strict where readers could disagree about what a field is: a delimiter is CRLF, two hyphens and the
// boundary.
#include "llm/form_fields.hpp"

#include "llm/call.hpp"
#include "text/ascii.hpp"

namespace weir::llm {

namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t part_head_bytes_max = 8192;

[[noreturn]] void refuse_form() {
    throw CallError{"The body is not valid multipart/form-data.", ""};
}

/// Takes one `;`-separated item off the front; a quoted one may hold semicolons.
std::string_view take_item(std::string_view& rest) noexcept {
    bool quoted = false;
    std::size_t at = 0;
    for (; at < rest.size() && (quoted || rest[at] != ';'); ++at) {
        if (rest[at] == '"') quoted = !quoted;
        if (rest[at] == '\\' && quoted) ++at;
    }
    const std::string_view item = rest.substr(0, at);
    rest = at < rest.size() ? rest.substr(at + 1) : std::string_view();
    return text::trimmed(item);
}

/// The parameter `name` of a header's value, without its quotes; nullptr data where there is none.
std::string_view parameter(std::string_view value, std::string_view name) noexcept {
    take_item(value);
    while (!value.empty()) {
        const std::string_view item = take_item(value);
        const std::size_t equals = item.find('=');
        if (equals == std::string_view::npos ||
            !text::equals_ignoring_case(text::trimmed(item.substr(0, equals)), name))
            continue;
        std::string_view found = text::trimmed(item.substr(equals + 1));
        if (found.size() >= 2 && found.front() == '"' && found.back() == '"')
            found = found.substr(1, found.size() - 2);
        return found;
    }
    return {};
}

/// From the lines of a part's head.
FormField field_of(std::string_view head) {
    FormField field;
    while (!head.empty()) {
        const std::size_t end = head.find(line_end);
        const std::string_view line = head.substr(0, end);
        head = end == std::string_view::npos ? std::string_view() : head.substr(end + line_end.size());
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos ||
            !text::equals_ignoring_case(text::trimmed(line.substr(0, colon)), "content-disposition"))
            continue;
        if (field.name.data() != nullptr) refuse_form();
        const std::string_view value = line.substr(colon + 1);
        field.name = parameter(value, "name");
        field.is_file =
            parameter(value, "filename").data() != nullptr || parameter(value, "filename*").data() != nullptr;
    }
    if (field.name.data() == nullptr) refuse_form();
    return field;
}

}  // namespace

bool is_form(std::string_view content_type) noexcept {
    return text::equals_ignoring_case(take_item(content_type), "multipart/form-data");
}

std::vector<FormField> form_fields(std::string_view content_type, std::string_view body) {
    const std::string_view boundary = parameter(content_type, "boundary");
    if (boundary.empty()) refuse_form();
    const std::string delimiter = "\r\n--" + std::string(boundary);
    const std::string_view first = std::string_view(delimiter).substr(line_end.size());
    std::size_t at = 0;  // behind a delimiter
    if (body.starts_with(first)) {
        at = first.size();
    } else {
        at = body.find(delimiter);
        if (at == std::string_view::npos) refuse_form();
        at += delimiter.size();
    }
    std::vector<FormField> fields;
    while (!body.substr(at).starts_with("--")) {
        while (at < body.size() && (body[at] == ' ' || body[at] == '\t')) ++at;
        if (!body.substr(at).starts_with(line_end) || fields.size() == form_fields_max) refuse_form();
        at += line_end.size();
        const std::size_t head_end = body.substr(0, at + part_head_bytes_max).find("\r\n\r\n", at);
        if (head_end == std::string_view::npos) refuse_form();
        const std::size_t value_at = head_end + 4;
        const std::size_t end = body.find(delimiter, value_at);
        if (end == std::string_view::npos) refuse_form();
        fields.push_back(field_of(body.substr(at, head_end - at)));
        fields.back().value = body.substr(value_at, end - value_at);
        at = end + delimiter.size();
    }
    return fields;
}

}  // namespace weir::llm
