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

/// A model's name or a prefix of one with `*` at the end.
void check_model_pattern(std::string_view text);

/// RFC 9110, 5.6.2; and none that weir or the connection itself has a say in.
void check_header_name(std::string_view text);
/// RFC 9110, 5.5, without obs-text.
std::string parse_header_value(const std::string& text);
/// True of the fields that carry a client's key.
bool is_credential_header(std::string_view name);

/// A key as it can stand in a header: visible ASCII.
std::string parse_secret(const std::string& text);

/// 64 hexadecimal digits, of anything but nothing.
std::array<unsigned char, 32> parse_sha256(const std::string& text);

/// A path of a file.
std::string parse_file_path(const std::string& text);

}  // namespace weir::config
