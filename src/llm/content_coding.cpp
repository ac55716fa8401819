// Bounds are checked on what leaves each coding, so that neither layer of two can be a bomb.
#include "llm/content_coding.hpp"

#include <array>

#include "llm/decoding_stage.hpp"
#include "text/ascii.hpp"

namespace weir::llm {

namespace {

struct NamedCoding {
    std::string_view name;
    ContentCoding coding;
};
constexpr std::array<NamedCoding, 5> named_codings{{{"gzip", ContentCoding::gzip},
                                                    {"x-gzip", ContentCoding::gzip},
                                                    {"deflate", ContentCoding::deflate},
                                                    {"zstd", ContentCoding::zstd},
                                                    {"br", ContentCoding::br}}};

bool is_fault(ContentDecoder::State state) noexcept {
    return state == ContentDecoder::State::corrupt || state == ContentDecoder::State::too_large;
}

}  // namespace

std::optional<std::vector<ContentCoding>> parse_content_codings(std::string_view value) {
    std::vector<ContentCoding> codings;
    while (true) {
        const std::size_t comma = value.find(',');
        const std::string name = text::to_lower(text::trimmed(value.substr(0, comma)));
        if (!name.empty() && name != "identity") {
            bool is_known = false;
            for (const NamedCoding& known : named_codings) {
                if (known.name != name) continue;
                codings.push_back(known.coding);
                is_known = true;
            }
            if (!is_known || codings.size() > content_codings_max) return std::nullopt;
        }
        if (comma == std::string_view::npos) return codings;
        value.remove_prefix(comma + 1);
    }
}

struct ContentDecoder::Chain {
    struct Layer {
        std::unique_ptr<DecodingStage> stage;
        std::int64_t decoded_bytes = 0;
        State state = State::more;
        DecodingStage::Next next;
    };

    Bounds bounds;
    std::vector<Layer> layers;  ///< the one applied last first
    std::int64_t encoded_bytes = 0;
    const Sink* sink = nullptr;  ///< of the call at hand
    State fault = State::more;

    State feed(std::size_t layer, std::string_view bytes);
    State take(Layer& layer, std::size_t next_layer, std::string_view decoded);
};

ContentDecoder::State ContentDecoder::Chain::feed(std::size_t layer, std::string_view bytes) {
    if (layer == layers.size()) {
        (*sink)(bytes);
        return State::more;
    }
    layers[layer].state = layers[layer].stage->feed(bytes, layers[layer].next);
    return layers[layer].state;
}

ContentDecoder::State ContentDecoder::Chain::take(Layer& layer, std::size_t next_layer,
                                                  std::string_view decoded) {
    layer.decoded_bytes += static_cast<std::int64_t>(decoded.size());
    // What is encoded still can be a little larger than what it decodes to.
    const std::int64_t slack = next_layer < layers.size() ? ratio_free_bytes : 0;
    const bool is_large = layer.decoded_bytes > bounds.decoded_bytes_max + slack;
    const bool is_bomb =
        layer.decoded_bytes > ratio_free_bytes && layer.decoded_bytes / bounds.ratio_max > encoded_bytes;
    if (is_large || is_bomb) return State::too_large;
    return feed(next_layer, decoded);
}

ContentDecoder::ContentDecoder(std::span<const ContentCoding> codings, const Bounds& bounds)
    : chain_(std::make_unique<Chain>()) {
    Chain& chain = *chain_;
    chain.bounds = bounds;
    chain.layers.resize(codings.size());
    for (std::size_t i = 0; i < codings.size(); ++i) {
        chain.layers[i].stage = make_decoding_stage(codings[codings.size() - 1 - i]);
        chain.layers[i].next = [&chain, i](std::string_view decoded) {
            return chain.take(chain.layers[i], i + 1, decoded);
        };
    }
}
ContentDecoder::~ContentDecoder() = default;
ContentDecoder::ContentDecoder(ContentDecoder&&) noexcept = default;
ContentDecoder& ContentDecoder::operator=(ContentDecoder&&) noexcept = default;

ContentDecoder::State ContentDecoder::feed(std::string_view bytes, std::string& out) {
    return feed(bytes, [&out](std::string_view decoded) { out.append(decoded); });
}

ContentDecoder::State ContentDecoder::feed(std::string_view bytes, const Sink& sink) {
    Chain& chain = *chain_;
    if (is_fault(chain.fault)) return chain.fault;
    if (!bytes.empty()) {
        chain.encoded_bytes += static_cast<std::int64_t>(bytes.size());
        if (chain.layers.empty() && chain.encoded_bytes > chain.bounds.decoded_bytes_max)
            return chain.fault = State::too_large;
        chain.sink = &sink;
        const State state = chain.feed(0, bytes);
        if (is_fault(state)) return chain.fault = state;
    }
    for (const Chain::Layer& layer : chain.layers) {
        if (layer.state != State::done) return State::more;
    }
    return State::done;
}

ContentDecoder::State ContentDecoder::finish() {
    Chain& chain = *chain_;
    if (is_fault(chain.fault) || chain.encoded_bytes == 0) {
        return is_fault(chain.fault) ? chain.fault : State::done;
    }
    for (const Chain::Layer& layer : chain.layers) {
        if (layer.state != State::done) return chain.fault = State::corrupt;
    }
    return State::done;
}

}  // namespace weir::llm
