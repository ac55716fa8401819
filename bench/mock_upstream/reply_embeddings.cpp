// POST /v1/embeddings: vectors that depend on nothing but their place, as numbers or as base64 of 32-bit
// floats.
#include <openssl/evp.h>

#include <bit>
#include <vector>

#include "mock_upstream/json_text.hpp"
#include "mock_upstream/reply.hpp"
#include "mock_upstream/usage_text.hpp"
#include "text/json_text.hpp"

namespace weir::mock {
namespace {

static_assert(std::endian::native == std::endian::little, "the base64 form is little-endian");

/// In thousandths, so that both forms say the same.
std::int64_t thousandths_at(std::uint64_t input, std::uint64_t place) {
    return static_cast<std::int64_t>((input * 31 + place * 7) % 199) - 99;
}

void append_base64(std::string& out, std::uint64_t input, std::uint64_t count) {
    std::vector<float> values;
    for (std::uint64_t place = 0; place < count; ++place) {
        values.push_back(static_cast<float>(thousandths_at(input, place)) / 1000.0F);
    }
    const std::size_t bytes = values.size() * sizeof(float);
    std::vector<unsigned char> text(bytes * 2 + 8);
    const auto* raw = reinterpret_cast<const unsigned char*>(values.data());
    const int length = EVP_EncodeBlock(text.data(), raw, static_cast<int>(bytes));
    out += '"';
    out.append(text.begin(), text.begin() + length);
    out += '"';
}

void embeddings_plain(const Reply& reply, Body& body) {
    std::string& out = body.text;
    out += R"({"object":"list","data":[)";
    for (std::uint64_t input = 0; input < reply.call.inputs; ++input) {
        append(out, input == 0 ? "" : ",", R"({"object":"embedding","index":)", input, R"(,"embedding":)");
        if (reply.call.base64) {
            append_base64(out, input, reply.dimensions);
        } else {
            append_vector(out, input, reply.dimensions);
        }
        out += '}';
    }
    out += R"(],"model":)";
    text::append_json_string(out, reply.call.model);
    if (reply.reports_usage) {
        out += ",\"usage\":";
        append_usage_value(reply, {.output = {}}, out);
    }
    out += '}';
    body.pad_at = out.size();
}

}  // namespace

void append_vector(std::string& out, std::uint64_t input, std::uint64_t count) {
    out += '[';
    for (std::uint64_t place = 0; place < count; ++place) {
        append(out, place == 0 ? "" : ",", thousandths_at(input, place), "e-3");
    }
    out += ']';
}

const Dialect embeddings_dialect{embeddings_plain, nullptr, nullptr, nullptr};

}  // namespace weir::mock
