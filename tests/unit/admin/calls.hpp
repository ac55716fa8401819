// Asks the admin API without a socket: what a connection does between reading and writing.
#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "admin/call.hpp"
#include "admin/dispatch.hpp"
#include "stand_in_control.hpp"

namespace weir::admin {

struct Reply {
    int status = 0;
    Json json;  ///< null where the body is none
    std::string text;
    std::map<std::string, std::string> fields;
    std::string code() const {
        return json.contains("error") ? json["error"]["code"].get<std::string>() : "";
    }
};

class Calls {
public:
    explicit Calls(std::vector<config::AdminToken> tokens = {}, bool is_loopback = true,
                   const std::string& file = usual_file);

    /// `body` is sent as JSON where it is not empty.
    Reply ask(const std::string& method, const std::string& target, const std::string& body = {},
              const std::map<std::string, std::string>& fields = {});
    Reply get(const std::string& target) { return ask("GET", target); }

    StandInControl control;
    Services services;
    std::string address = "192.0.2.1";

private:
    boost::asio::io_context context_;
};

}  // namespace weir::admin
