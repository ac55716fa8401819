// From whose paths a request is on to how configurations say it.
#pragma once

#include "config/config.hpp"
#include "llm/api.hpp"

namespace weir::proxy {

constexpr config::Dialect served_dialect(llm::Dialect dialect) noexcept {
    switch (dialect) {
        case llm::Dialect::openai:
            return config::Dialect::openai;
        case llm::Dialect::anthropic:
            return config::Dialect::anthropic;
        case llm::Dialect::ollama:
            return config::Dialect::ollama;
        case llm::Dialect::gemini:
            return config::Dialect::gemini;
    }
    return config::Dialect::openai;
}

}  // namespace weir::proxy
