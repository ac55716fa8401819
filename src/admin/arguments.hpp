// The path and query parameters of a request, decoded once and checked against the endpoint table. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/endpoint.hpp"

namespace weir::admin {

class Arguments {
public:
    void set(std::string_view name, std::string value);

    /// Empty where it was not given and has no usual value.
    const std::string& text(std::string_view name) const noexcept;
    /// Of a parameter of type integer that has a usual value.
    std::int64_t integer(std::string_view name) const;
    bool has(std::string_view name) const noexcept { return values_.contains(name); }

private:
    std::map<std::string, std::string, std::less<>> values_;
};

/// `from_path` in the order of the template, still encoded. Throws Refused with 400 where a parameter is
/// unknown, given twice, or not what the table says.
Arguments read_arguments(const Endpoint& endpoint, const std::vector<std::string_view>& from_path,
                         std::string_view query);

}  // namespace weir::admin
