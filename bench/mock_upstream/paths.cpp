// Which API a path is of: one row an ending.
#include <array>

#include "mock_upstream/call.hpp"

namespace weir::mock {
namespace {

struct Ending {
    std::string_view method;
    std::string_view ending;
    Kind kind;
};

/// The first that fits.
constexpr std::array endings{
    Ending{"GET", "/v1/models", Kind::models},
    Ending{"POST", "/chat/completions", Kind::chat},
    Ending{"POST", "/completions", Kind::completions},
    Ending{"POST", "/responses", Kind::responses},
    Ending{"POST", "/v1/embeddings", Kind::embeddings},
    Ending{"POST", "/api/chat", Kind::ollama_chat},
    Ending{"POST", "/api/generate", Kind::ollama_generate},
    Ending{"POST", "/api/embed", Kind::ollama_embed},
    Ending{"POST", "/embeddings", Kind::embeddings},
    Ending{"POST", "/v1/messages", Kind::messages},
    Ending{"POST", ":generateContent", Kind::gemini_generate},
    Ending{"POST", ":streamGenerateContent", Kind::gemini_stream},
    Ending{"POST", ":batchEmbedContents", Kind::gemini_embed},
    Ending{"POST", "/rerank", Kind::rerank},
    Ending{"POST", "/images/generations", Kind::images},
    Ending{"POST", "/audio/transcriptions", Kind::transcription},
};

struct Beginning {
    std::string_view beginning;
    Kind kind;
};
constexpr std::array stored{
    Beginning{"/v1/responses/", Kind::stored_response},
    Beginning{"/v1/batches", Kind::batches},
};

std::string_view path_of(std::string_view target) {
    return target.substr(0, target.find('?'));
}

}  // namespace

Kind kind_of(std::string_view method, std::string_view target) {
    const std::string_view path = path_of(target);
    for (const Ending& known : endings) {
        if (method == known.method && path.ends_with(known.ending)) return known.kind;
    }
    for (const Beginning& known : stored) {
        if (method == "GET" && path.starts_with(known.beginning)) return known.kind;
    }
    return Kind::unknown;
}

std::string_view model_in_path(std::string_view target) {
    const std::string_view path = path_of(target);
    for (const std::string_view mark : {"/deployments/", "/engines/", "/models/"}) {
        const std::size_t at = path.find(mark);
        if (at == std::string_view::npos) continue;
        const std::string_view rest = path.substr(at + mark.size());
        return rest.substr(0, rest.find_first_of("/:"));
    }
    return {};
}

}  // namespace weir::mock
