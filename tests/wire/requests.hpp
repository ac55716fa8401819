// Requests as clients send them, byte for byte.
#pragma once

#include <string>
#include <string_view>

#include "support/raw_client.hpp"

namespace weir::testing {

struct Request {
    std::string path = "/v1/chat/completions";
    std::string body{};
    std::string fields{};          ///< further lines, each with its CRLF
    std::string key = "test-key";  ///< as Bearer; empty: none
    std::string method = "POST";
    std::string content_type = "application/json";
    std::string version = "HTTP/1.1";
    std::string host = "Host: weir.test\r\n";
};
/// With a Content-Length where there is a body, or the method is POST.
std::string request(const Request& request);

/// GET with the usual key.
std::string get_of(const std::string& path, const std::string& key = "test-key");

/// The members that bodies of the usual APIs need, without braces.
inline const std::string messages_member = R"("messages":[{"role":"user","content":"hello there"}])";

/// {"model":"gpt-4o",<members>}
std::string body_of(const std::string& members);
/// A chat request, plain or streamed; at most 500 tokens of output.
std::string plain_chat();
std::string streamed_chat();
/// A body of multipart/form-data and its type.
struct Form {
    std::string body;
    std::string content_type;
};
Form transcription_form(const std::string& more_fields = {});

}  // namespace weir::testing
