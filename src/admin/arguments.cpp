// One check for each type of parameter.
#include "admin/arguments.hpp"

#include <algorithm>
#include <charconv>

#include "config/names.hpp"
#include "config/unexpected.hpp"

namespace weir::admin {

namespace {

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Refused wrong(std::string_view name, std::string_view expected) {
    std::string message("parameter ");
    return Refused(400, "invalid_parameter", message.append(name).append(": ").append(expected));
}

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool is_choice(std::string_view choices, std::string_view text) noexcept {
    for (std::size_t i = 0; !choice_at(choices, i).empty(); ++i) {
        if (choice_at(choices, i) == text) return true;
    }
    return false;
}

bool are_choices(std::string_view choices, std::string_view list) noexcept {
    for (;;) {
        const auto comma = list.find(',');
        if (!is_choice(choices, list.substr(0, comma))) return false;
        if (comma == std::string_view::npos) return true;
        list.remove_prefix(comma + 1);
    }
}

bool is_day(std::string_view text) noexcept {
    constexpr std::string_view form = "0000-00-00";
    return std::equal(text.begin(), text.end(), form.begin(), form.end(), [](char c, char expected) {
        return expected == '0' ? c >= '0' && c <= '9' : c == expected;
    });
}

void check(const Parameter& parameter, const std::string& value) {
    const std::string all = std::string(parameter.choices);
    switch (parameter.type) {
        case Type::integer: {
            const std::optional<std::int64_t> number = parse_integer(value);
            if (number && *number >= parameter.min && *number <= parameter.max) return;
            throw wrong(parameter.name, "expected an integer from " + std::to_string(parameter.min) + " to " +
                                            std::to_string(parameter.max));
        }
        case Type::choice:
            if (!is_choice(parameter.choices, value)) throw wrong(parameter.name, "expected one of " + all);
            return;
        case Type::choices:
            if (!are_choices(parameter.choices, value)) {
                throw wrong(parameter.name, "expected some of " + all + ", with commas between them");
            }
            return;
        case Type::day:
            if (!is_day(value)) throw wrong(parameter.name, "expected a day such as 2026-11-26");
            return;
        case Type::name:
            try {
                config::check_name(value);
            } catch (const config::Unexpected& unexpected) {
                throw wrong(parameter.name, unexpected.what());
            }
            return;
        case Type::text:
            if (value.size() > static_cast<std::size_t>(parameter.max)) {
                throw wrong(parameter.name, "expected at most " + std::to_string(parameter.max) + " bytes");
            }
    }
}

const Parameter* find_parameter(const Endpoint& endpoint, std::string_view name) noexcept {
    const auto found = std::find_if(
        endpoint.parameters.begin(), endpoint.parameters.end(),
        [&](const Parameter& other) { return other.place == Place::query && other.name == name; });
    return found == endpoint.parameters.end() ? nullptr : &*found;
}

void read_query(const Endpoint& endpoint, std::string_view query, Arguments& arguments) {
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        if (pair.empty()) continue;
        const auto equals = std::min(pair.find('='), pair.size());
        const auto name = percent_decoded(pair.substr(0, equals), true);
        const auto value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())), true);
        if (!name || !value) throw Refused(400, "invalid_parameter", "the query is not percent-encoded");
        const Parameter* parameter = find_parameter(endpoint, *name);
        if (parameter == nullptr) {
            throw Refused(400, "unknown_parameter",
                          "the query has a parameter that is not known here; see /admin/openapi.json");
        }
        if (arguments.has(parameter->name)) throw wrong(parameter->name, "expected it once");
        check(*parameter, *value);
        arguments.set(parameter->name, *value);
    }
}

}  // namespace

void Arguments::set(std::string_view name, std::string value) {
    values_.insert_or_assign(std::string(name), std::move(value));
}

const std::string& Arguments::text(std::string_view name) const noexcept {
    static const std::string nothing;
    const auto found = values_.find(name);
    return found == values_.end() ? nothing : found->second;
}

std::int64_t Arguments::integer(std::string_view name) const {
    return parse_integer(text(name)).value_or(0);
}

Arguments read_arguments(const Endpoint& endpoint, const std::vector<std::string_view>& from_path,
                         std::string_view query) {
    Arguments arguments;
    auto next = from_path.begin();
    for (const Parameter& parameter : endpoint.parameters) {
        if (parameter.place != Place::path || next == from_path.end()) continue;
        const std::optional<std::string> value = percent_decoded(*next++, false);
        if (!value) throw wrong(parameter.name, "expected it to be percent-encoded");
        check(parameter, *value);
        arguments.set(parameter.name, *value);
    }
    read_query(endpoint, query, arguments);
    for (const Parameter& parameter : endpoint.parameters) {
        if (!parameter.usual.empty() && !arguments.has(parameter.name)) {
            arguments.set(parameter.name, std::string(parameter.usual));
        }
    }
    return arguments;
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_blank) {
            decoded += ' ';
        } else if (text[i] == '%') {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0) return std::nullopt;
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            decoded += text[i];
        }
    }
    return decoded;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        if (plain.find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            encoded.append({'%', digits[byte >> 4], digits[byte & 15]});
        }
    }
    return encoded;
}

}  // namespace weir::admin
