// The requests as bytes, made before the run: what depends on the target, on the key, and on the size apart.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "load/options.hpp"

namespace weir::load {

std::string make_body(const LoadOptions& options, std::uint64_t input_tokens, std::uint64_t output_tokens);

class RequestTexts {
public:
    explicit RequestTexts(const LoadOptions& options);

    /// One request, to be written one after the other. Keys take turns from number to number, and each key
    /// goes through all sizes.
    std::array<std::string_view, 3> pieces(std::size_t target, std::uint64_t number) const {
        return {by_target_[target], by_key_[number % by_key_.size()],
                by_size_[number / by_key_.size() % by_size_.size()]};
    }
    std::size_t key_of(std::uint64_t number) const { return number % by_key_.size(); }
    std::size_t size_count() const { return by_size_.size(); }

private:
    std::vector<std::string> by_target_;  ///< the request line and what all requests say
    std::vector<std::string> by_key_;     ///< who is asking
    std::vector<std::string> by_size_;    ///< Content-Length and the body
};

}  // namespace weir::load
