// Bodies for the paths that weir meters; the prompt is one word said over and over.
#include "load/request_text.hpp"

#include <nlohmann/json.hpp>

namespace weir::load {

std::string make_body(const LoadOptions& options) {
    std::string prompt;
    for (std::uint64_t i = 0; i < options.input_tokens; ++i) prompt += i == 0 ? "word" : " word";

    nlohmann::ordered_json body{{"model", options.model}};
    const auto has_path = [&](std::string_view path) { return options.path.starts_with(path); };
    if (has_path("/v1/embeddings")) {
        body["input"] = prompt;
        return body.dump();
    }
    if (has_path("/v1/responses")) {
        body["input"] = prompt;
        body["max_output_tokens"] = options.tokens_max;
    } else if (has_path("/v1/completions")) {
        body["prompt"] = prompt;
        body["max_tokens"] = options.tokens_max;
    } else {
        body["messages"] = {{{"role", "user"}, {"content", prompt}}};
        body["max_tokens"] = options.tokens_max;
    }
    if (options.stream) {
        body["stream"] = true;
        if (has_path("/v1/chat/") || has_path("/v1/completions"))
            body["stream_options"] = {{"include_usage", true}};
    }
    return body.dump();
}

std::string make_head(const LoadOptions& options, const Target& target, const std::string& key,
                      std::size_t body_bytes) {
    std::string head = "POST " + options.path + " HTTP/1.1\r\nHost: " + target.host + ":" + target.port +
                       "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body_bytes) +
                       "\r\n";
    if (options.path.starts_with("/v1/messages")) {
        head += "x-api-key: " + key + "\r\nanthropic-version: 2023-06-01\r\n";
    } else {
        head += "Authorization: Bearer " + key + "\r\n";
    }
    for (const auto& [name, value] : options.headers)
        head.append(name).append(": ").append(value).append("\r\n");
    return head + "\r\n";
}

}  // namespace weir::load
