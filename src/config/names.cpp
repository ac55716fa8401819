// Character classes.
#include "config/names.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "config/unexpected.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"
#include "text/tokens.hpp"

namespace weir::config {

namespace {

constexpr std::size_t name_bytes_max = 128;
constexpr std::size_t pattern_bytes_max = 256;
constexpr std::size_t path_pattern_bytes_max = 1024;
constexpr std::size_t header_value_bytes_max = 4096;
constexpr std::size_t file_path_bytes_max = 4096;

constexpr const char* hash_of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

bool is_visible(char c) noexcept {
    return c > 0x20 && c < 0x7f;
}

/// Of names of headers, whose case does not matter.
bool is_one_of(std::string_view text, std::initializer_list<std::string_view> names) noexcept {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return text::equals_ignoring_case(name, text); });
}

bool is_path(std::string_view text) noexcept {
    return !text.empty() && text.size() <= file_path_bytes_max &&
           std::none_of(text.begin(), text.end(), text::is_control);
}

}  // namespace

void check_name(std::string_view text) {
    const bool fits = !text.empty() && text.size() <= name_bytes_max;
    const bool allowed = std::all_of(text.begin(), text.end(), [](char c) {
        return is_visible(c) && std::string_view("~:{}/\"'`\\").find(c) == std::string_view::npos;
    });
    if (!fits || !allowed) {
        throw Unexpected(
            R"(expected a name of 1 to 128 visible ASCII characters without ~ : { } / \ and quotes)");
    }
}

std::string parse_name(const std::string& text) {
    check_name(text);
    return text;
}

void check_model_pattern(std::string_view text) {
    const bool fits = !text.empty() && text.size() <= pattern_bytes_max;
    if (!fits || std::any_of(text.begin(), text.end(), text::is_control)) {
        throw Unexpected("expected a model's name of 1 to 256 bytes without control characters");
    }
    std::string_view part = text;
    if (part.size() > 1 && part.front() == '*') part.remove_prefix(1);
    if (part.back() == '*') part.remove_suffix(1);
    const bool is_all = text == "*";
    if (part.find('*') != std::string_view::npos || (part.empty() && !is_all)) {
        throw Unexpected(
            "expected a model's name, or a part of one with a single * before it, after it, or both");
    }
}

bool is_same_pattern(std::string_view left, std::string_view right) noexcept {
    return text::equals_ignoring_case(text::trimmed(left, " "), text::trimmed(right, " "));
}

std::string parse_sent_model(const std::string& text) {
    if (text.size() > pattern_bytes_max || std::any_of(text.begin(), text.end(), text::is_control)) {
        throw Unexpected(
            "expected the name that the upstream knows the model by: 1 to 256 bytes without "
            "control characters");
    }
    if (text.find('*') != std::string::npos) {
        throw Unexpected(
            "expected one name: a * in it stands for nothing; \"\" passes on the name that the client said");
    }
    if (text == "." || text == "..")
        throw Unexpected("expected a name: in a path . and .. stand for folders");
    return text;
}

std::string parse_azure_version(const std::string& text) {
    constexpr std::string_view form = "dddd-dd-dd";
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    bool fits = text.size() >= form.size();
    for (std::size_t i = 0; fits && i < form.size(); ++i) {
        fits = form[i] == 'd' ? is_digit(text[i]) : text[i] == form[i];
    }
    const bool ends = fits && (text.size() == form.size() || text.substr(form.size()) == "-preview");
    if (!ends) {
        throw Unexpected(R"(expected a version of Azure's API such as "2024-10-21" or "2025-04-01-preview")");
    }
    return text;
}

bool is_credential_header(std::string_view name) noexcept {
    return is_one_of(name, {"authorization", "x-api-key", "api-key", "x-goog-api-key"});
}

void check_header_name(std::string_view text) {
    if (text.empty() || text.size() > name_bytes_max ||
        !std::all_of(text.begin(), text.end(), text::is_token_character)) {
        throw Unexpected("expected the name of a header: 1 to 128 letters, digits or !#$%&'*+-.^_`|~");
    }
    const std::string name = text::to_lower(text);
    const bool belongs_to_connection =
        is_one_of(name, {"connection", "keep-alive", "proxy-connection", "proxy-authenticate",
                         "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"});
    const bool set_by_weir = is_one_of(name, {"host", "content-length", "expect", "via", "accept-encoding",
                                              "x-forwarded-for", "x-forwarded-proto", "x-request-id"});
    if (belongs_to_connection)
        throw Unexpected("expected another header: this one belongs to the connection");
    if (set_by_weir || name.starts_with("x-weir-")) {
        throw Unexpected("expected another header: weir itself sets this one");
    }
}

std::string parse_header_value(const std::string& text) {
    const bool fits = !text.empty() && text.size() <= header_value_bytes_max;
    if (!fits || text::is_blank(text.front()) || text::is_blank(text.back()) ||
        !std::all_of(text.begin(), text.end(), [&](char c) { return is_visible(c) || text::is_blank(c); })) {
        throw Unexpected("expected a header's value: 1 to 4096 ASCII characters, no blank at either end");
    }
    return text;
}

std::string parse_secret(const std::string& text) {
    const bool fits = !text.empty() && text.size() <= header_value_bytes_max;
    if (!fits || !std::all_of(text.begin(), text.end(), is_visible)) {
        throw Unexpected("expected it to hold a key of 1 to 4096 visible ASCII characters, without blanks");
    }
    return text;
}

std::array<unsigned char, 32> parse_sha256(const std::string& text) {
    const std::string digits = text::to_lower(text);
    std::array<unsigned char, 32> digest{};
    bool valid = digits.size() == 2 * digest.size();
    for (std::size_t i = 0; valid && i < digits.size(); i += 2) {
        const int high = text::hex_value(digits[i]);
        const int low = text::hex_value(digits[i + 1]);
        valid = high >= 0 && low >= 0;
        digest[i / 2] = static_cast<unsigned char>(high * 16 + low);
    }
    if (!valid) throw Unexpected("expected the SHA-256 of the secret: 64 hexadecimal digits");
    if (digits == hash_of_nothing) {
        throw Unexpected("expected the SHA-256 of the secret: this is the one of an empty text");
    }
    return digest;
}

std::string parse_origin(const std::string& text) {
    if (text == "*") return text;
    std::string origin = text::to_lower(text);
    const std::size_t colon = origin.find("://");
    const std::size_t host = colon == std::string::npos ? origin.size() : colon + 3;
    const auto is_in_host = [](char c) {
        return is_visible(c) && std::string_view("/?#@*\"\\,<>").find(c) == std::string_view::npos;
    };
    const bool fits =
        origin.size() <= name_bytes_max && colon > 0 && host < origin.size() &&
        std::all_of(origin.begin() + static_cast<std::ptrdiff_t>(host), origin.end(), is_in_host);
    if (!fits || !std::all_of(origin.begin(), origin.begin() + static_cast<std::ptrdiff_t>(colon),
                              text::is_token_character)) {
        throw Unexpected(R"(expected an origin such as "https://app.example" without path, or "*")");
    }
    // Browsers leave these out.
    for (const auto& [scheme, port] : {std::pair("https://", ":443"), std::pair("http://", ":80")}) {
        if (origin.starts_with(scheme) && origin.ends_with(port))
            origin.resize(origin.size() - std::string_view(port).size());
    }
    return origin;
}

std::string parse_allowed_header(const std::string& text) {
    if (text.empty() || text.size() > name_bytes_max ||
        !std::all_of(text.begin(), text.end(), text::is_token_character) || text == "*") {
        throw Unexpected("expected the name of a header: 1 to 128 letters, digits or !#$%&'*+-.^_`|~");
    }
    return text::to_lower(text);
}

std::string parse_path_pattern(const std::string& text) {
    const bool fits = !text.empty() && text.size() <= path_pattern_bytes_max && text.front() == '/' &&
                      std::all_of(text.begin(), text.end(), is_visible);
    if (!fits || text.find_first_of("?#") != std::string::npos || text.find('*') < text.size() - 1) {
        throw Unexpected(
            R"(expected a path such as "/v1/models", or the beginning of one with a single * at its end)");
    }
    return text;
}

std::string parse_request_path(const std::string& text) {
    const bool fits = text.starts_with('/') && text.size() <= path_pattern_bytes_max &&
                      std::all_of(text.begin(), text.end(), is_visible);
    if (!fits || text.find('#') != std::string::npos)
        throw Unexpected(R"(expected a path that begins with "/", such as "/health")");
    return text;
}

std::string parse_file_path(const std::string& text) {
    if (!is_path(text)) throw Unexpected("expected the path of a file");
    return text;
}

std::string parse_folder_path(const std::string& text) {
    if (!is_path(text)) throw Unexpected("expected the path of a folder");
    return text;
}

}  // namespace weir::config
