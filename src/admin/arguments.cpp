// One check for each type of parameter.
#include "admin/arguments.hpp"

#include <algorithm>

#include "config/names.hpp"
#include "config/unexpected.hpp"
#include "text/numbers.hpp"
#include "text/percent.hpp"

namespace weir::admin {

namespace {

Refused wrong(std::string_view name, std::string_view expected) {
    std::string message("parameter ");
    return Refused(400, "invalid_parameter", message.append(name).append(": ").append(expected));
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
            const std::optional<std::int64_t> number = text::number_in<std::int64_t>(value);
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
        const auto name = text::percent_decoded(pair.substr(0, equals), text::Plus::blank);
        const auto value =
            text::percent_decoded(pair.substr(std::min(equals + 1, pair.size())), text::Plus::blank);
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
    return text::number_in<std::int64_t>(text(name)).value_or(0);
}

Arguments read_arguments(const Endpoint& endpoint, const std::vector<std::string_view>& from_path,
                         std::string_view query) {
    Arguments arguments;
    auto next = from_path.begin();
    for (const Parameter& parameter : endpoint.parameters) {
        if (parameter.place != Place::path || next == from_path.end()) continue;
        const std::optional<std::string> value = text::percent_decoded(*next++);
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

}  // namespace weir::admin
