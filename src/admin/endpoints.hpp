// From a request to the admin port to its answer. Pure but for the sources that it asks.
#pragma once

#include <string>
#include <string_view>

#include "admin/admin_server.hpp"

namespace weir::admin {

struct AdminRequest {
    std::string_view method;
    std::string_view path;           ///< without the query
    std::string_view authorization;  ///< the header's value, empty where absent
};

struct AdminAnswer {
    int status = 200;
    std::string_view content_type = "text/plain; charset=utf-8";
    std::string body;
};

/// Health checks never need the token. The rest needs it where one is set, and is not served at all where
/// none is set and the listener can be reached from other hosts.
AdminAnswer answer_admin(const AdminRequest& request, const AdminOptions& options,
                         const AdminSources& sources);

}  // namespace weir::admin
