// Bodies for the paths that weir meters; the prompt is one word said over and over.
#include "load/request_text.hpp"

#include <nlohmann/json.hpp>
#include <random>

namespace weir::load {
namespace {

/// Bodies of different sizes: enough to look like their distribution, few enough to be made at once and kept.
constexpr std::size_t sizes_max = 1024;
constexpr std::size_t sizes_min = 16;
constexpr std::size_t bytes_max = 64UL * 1024 * 1024;

std::string body_part(const LoadOptions& options, std::mt19937_64& random) {
    const std::uint64_t input_tokens = draw(options.input_tokens, random);
    const std::string body = make_body(options, input_tokens, draw(options.output_tokens, random));
    return "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string target_part(const LoadOptions& options, const Target& target) {
    std::string text = "POST " + options.path +
                       " HTTP/1.1\r\nHost: " + target.url().substr(target.url().find("//") + 2) +
                       "\r\nContent-Type: application/json\r\n";
    if (options.path.starts_with("/v1/messages")) text += "anthropic-version: 2023-06-01\r\n";
    for (const auto& [name, value] : options.headers)
        text.append(name).append(": ").append(value).append("\r\n");
    return text;
}

std::string key_part(const LoadOptions& options, const std::string& key) {
    const bool is_anthropic = options.path.starts_with("/v1/messages");
    return (is_anthropic ? "x-api-key: " : "Authorization: Bearer ") + key + "\r\n";
}

}  // namespace

std::string make_body(const LoadOptions& options, std::uint64_t input_tokens, std::uint64_t output_tokens) {
    std::string prompt;
    prompt.reserve(input_tokens * 5);
    for (std::uint64_t i = 0; i < input_tokens; ++i) prompt += i == 0 ? "word" : " word";

    nlohmann::ordered_json body{{"model", options.model}};
    const auto has_path = [&](std::string_view path) { return options.path.starts_with(path); };
    if (has_path("/v1/embeddings")) {
        body["input"] = prompt;
        return body.dump();
    }
    if (has_path("/v1/responses")) {
        body["input"] = prompt;
        body["max_output_tokens"] = output_tokens;
    } else if (has_path("/v1/completions")) {
        body["prompt"] = prompt;
        body["max_tokens"] = output_tokens;
    } else {
        body["messages"] = {{{"role", "user"}, {"content", prompt}}};
        body["max_tokens"] = output_tokens;
    }
    if (options.stream) {
        body["stream"] = true;
        if (has_path("/v1/chat/") || has_path("/v1/completions"))
            body["stream_options"] = {{"include_usage", true}};
    }
    return body.dump();
}

RequestTexts::RequestTexts(const LoadOptions& options) {
    for (const Target& target : options.targets) by_target_.push_back(target_part(options, target));
    for (const std::string& key : options.keys) by_key_.push_back(key_part(options, key));
    // Always the same sequence, so that runs can be compared.
    std::mt19937_64 random(1);  // NOLINT(cert-msc51-cpp)
    const bool is_fixed = !varies(options.input_tokens) && !varies(options.output_tokens);
    const std::size_t wanted = is_fixed ? 1 : sizes_max;
    std::size_t bytes = 0;
    while (by_size_.size() < wanted && (bytes < bytes_max || by_size_.size() < sizes_min)) {
        by_size_.push_back(body_part(options, random));
        bytes += by_size_.back().size();
    }
}

}  // namespace weir::load
