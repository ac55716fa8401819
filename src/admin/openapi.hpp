// The OpenAPI 3.1 document, made from the endpoint table. Pure.
#pragma once

#include <set>
#include <span>
#include <string>

#include "admin/endpoint.hpp"

namespace weir::admin {

std::string openapi_text(std::span<const Endpoint> table);

/// Every status that an endpoint may answer with.
std::set<int> statuses_of(const Endpoint& endpoint);

/// The schemas that endpoints name: {"KeyList": {…}, …} as JSON.
std::string schemas_text();

}  // namespace weir::admin
