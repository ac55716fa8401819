// Makes rows and the usual parts of their bytes.
#include "hostile/request_row.hpp"

#include <array>
#include <cstdio>

#include "support/raw_client.hpp"

namespace weir::testing {

RequestRow refused(std::string name, std::string bytes, int status) {
    return {.name = std::move(name), .bytes = std::move(bytes), .statuses = {status}};
}

RequestRow answered(std::string name, std::string bytes, int status, std::string param) {
    return {.name = std::move(name),
            .bytes = std::move(bytes),
            .statuses = {status, 404},
            .closes = false,
            .upstream_saw = {std::string(canary_line)},
            .param = std::move(param)};
}

RequestRow served(std::string name, std::string bytes, std::string line, int status) {
    return {.name = std::move(name),
            .bytes = std::move(bytes),
            .statuses = {status, 404},
            .closes = false,
            .upstream_saw = {std::move(line), std::string(canary_line)}};
}

std::string sound_body() {
    return chat_body(",\"max_tokens\":2");
}

std::string chat_head(std::string_view fields, std::string_view version) {
    std::string bytes("POST /v1/chat/completions ");
    bytes.append(version).append("\r\nHost: weir.test\r\nAuthorization: Bearer test-key\r\n");
    return bytes.append(fields).append("\r\n");
}

std::string chat_with(std::string_view fields) {
    std::string all(fields);
    all.append("Content-Length: ").append(std::to_string(sound_body().size())).append("\r\n");
    return chat_head(all) + sound_body();
}

std::string get_head(std::string_view target, std::string_view fields) {
    return std::string("GET ").append(target).append(" HTTP/1.1\r\n").append(fields).append("\r\n");
}

std::string chunked(std::string_view body) {
    std::array<char, 24> size{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", body.size());
    return std::string(size.data()).append(body).append("\r\n0\r\n\r\n");
}

}  // namespace weir::testing
