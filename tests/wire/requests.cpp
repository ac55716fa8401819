// Text only.
#include "wire/requests.hpp"

namespace weir::testing {

std::string request(const Request& request) {
    std::string bytes = request.method + " " + request.path + " " + request.version + "\r\n" + request.host;
    if (!request.key.empty()) bytes += "Authorization: Bearer " + request.key + "\r\n";
    bytes += request.fields;
    if (!request.body.empty() || request.method == "POST") {
        bytes += "Content-Type: " + request.content_type + "\r\nContent-Length: ";
        bytes += std::to_string(request.body.size()) + "\r\n";
    }
    return bytes + "\r\n" + request.body;
}

std::string get_of(const std::string& path, const std::string& key) {
    return request({.path = path, .key = key, .method = "GET"});
}

std::string body_of(const std::string& members) {
    return R"({"model":"gpt-4o",)" + members + "}";
}

std::string plain_chat() {
    return request({.body = body_of(messages_member + R"(,"max_tokens":500)")});
}

std::string streamed_chat() {
    return request({.body = body_of(messages_member + R"(,"max_tokens":500,"stream":true)")});
}

Form transcription_form(const std::string& more_fields) {
    const auto field = [](const std::string& name, const std::string& value) {
        return "--bound\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    };
    return {field("model", "gpt-4o-transcribe") + more_fields +
                "--bound\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n"
                "Content-Type: audio/wav\r\n\r\nRIFF\x01\x02\x03\xff\xfe binary\r\n--bound--\r\n",
            "multipart/form-data; boundary=bound"};
}

}  // namespace weir::testing
