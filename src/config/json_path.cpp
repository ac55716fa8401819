// Paths stay one printable line whatever a name holds.
#include "config/json_path.hpp"

#include <algorithm>

#include "text/json_text.hpp"

namespace weir::config {

namespace {

constexpr std::size_t name_bytes_max = 128;

bool is_plain(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

void append_escaped(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return text::append_unicode_escape(out, byte);
    if (c == '"' || c == '\\') out += '\\';
    out += c;
}

}  // namespace

std::string member_path(std::string_view parent, std::string_view name) {
    std::string path(parent);
    if (!name.empty() && name.size() <= name_bytes_max && std::all_of(name.begin(), name.end(), is_plain)) {
        return path.append(".").append(name);
    }
    path.append("[\"");
    // Not within a character of several bytes.
    std::size_t kept = std::min(name.size(), name_bytes_max);
    while (kept > 0 && kept < name.size() && (static_cast<unsigned char>(name[kept]) & 0xc0) == 0x80) --kept;
    for (const char c : name.substr(0, kept)) append_escaped(path, c);
    return path.append(kept < name.size() ? "…\"]" : "\"]");
}

std::string item_path(std::string_view parent, std::size_t index) {
    return std::string(parent).append("[").append(std::to_string(index)).append("]");
}

}  // namespace weir::config
