// From a method and a path to an endpoint. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "admin/endpoint.hpp"

namespace weir::admin {

struct Route {
    const Endpoint* endpoint = nullptr;
    std::vector<std::string_view> parameters;  ///< of the path, still encoded, in order
};

/// HEAD goes where GET does. Throws Refused: 405 with Allow where the path has other methods, else 404.
Route find_route(std::span<const Endpoint> table, std::string_view method, std::string_view path);

}  // namespace weir::admin
