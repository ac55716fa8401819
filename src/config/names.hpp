// Which texts may serve as names, header fields and secrets. Every parser throws Unexpected.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace weir::config {

/// Ids, and names of tiers, groups and upstreams: they become parts of ledger names, log lines and labels, so
/// none may hold a character that those give a meaning to. Unknown keys' ledgers begin with `~`.
std::string parse_name(const std::string& text);
void check_name(std::string_view text);

/// A model's name, or a part of one with `*` at either end or both.
void check_model_pattern(std::string_view text);
/// They match the same models.
bool is_same_pattern(std::string_view left, std::string_view right) noexcept;

/// The name that an upstream knows a model by; empty: the client's. Documents are UTF-8 as a whole.
std::string parse_sent_model(const std::string& text);
/// "2024-10-21", "2025-04-01-preview"
std::string parse_azure_version(const std::string& text);

/// RFC 9110, 5.6.2; and none that weir or the connection itself has a say in.
void check_header_name(std::string_view text);
/// RFC 9110, 5.5, without obs-text.
std::string parse_header_value(const std::string& text);
/// True of the fields that carry a client's key.
bool is_credential_header(std::string_view name) noexcept;

/// A key as it can stand in a header: visible ASCII.
std::string parse_secret(const std::string& text);

/// 64 hexadecimal digits, of anything but nothing.
std::array<unsigned char, 32> parse_sha256(const std::string& text);

/// An origin as browsers send it, or "*": in lower case, without the scheme's own port.
std::string parse_origin(const std::string& text);
/// The name of a header that a page may send, in lower case.
std::string parse_allowed_header(const std::string& text);
/// A path of requests, or the beginning of one with `*` at its end.
std::string parse_path_pattern(const std::string& text);

/// A path of requests with its query where it has one; empty: none.
std::string parse_request_path(const std::string& text);

/// A path of a file.
std::string parse_file_path(const std::string& text);
std::string parse_folder_path(const std::string& text);

}  // namespace weir::config
