// The request as it goes to the upstream: whose path, which model, which options.
#include <utility>

#include "llm/azure_path.hpp"
#include "llm/model_place.hpp"
#include "proxy/exchange.hpp"
#include "proxy/request_rules.hpp"

namespace weir::proxy {

namespace {

/// `body` with these changes, in pieces. The changes are of the same text, and do not overlap.
std::array<std::string_view, 5> spliced(std::string_view body, std::span<const llm::Splice* const> splices) {
    std::array<std::string_view, 5> pieces{};
    std::size_t piece = 0;
    std::size_t taken = 0;
    for (const llm::Splice* splice : splices) {
        pieces.at(piece++) = body.substr(taken, splice->offset - taken);
        pieces.at(piece++) = splice->insert;
        taken = splice->offset + splice->erase;
    }
    pieces.at(piece) = body.substr(taken);
    return pieces;
}

}  // namespace

/// The path and query that this upstream knows the request by; `made` holds it where it is another.
std::string_view Exchange::target(std::string& made) const {
    const std::string_view whole = request_.path_and_query;
    if (!upstream().azure_api_version.empty()) {
        made = llm::azure_path({.path_and_query = whole,
                                .deployment = choice_->model(),
                                .api_version = upstream().azure_api_version,
                                .base_path = upstream().url.base_path});
        return made;
    }
    if (choice_->sent_as().empty()) return whole;
    auto renamed = llm::path_with_model(record_.path, choice_->sent_as());
    if (!renamed) return whole;
    made = renamed->append(whole.substr(record_.path.size()));
    return made;
}

UpstreamMessage Exchange::make_message() {
    boost::container::small_vector<const llm::Splice*, 2> splices;
    rename_ = choice_->sent_as().empty() || !is_metered()
                  ? std::nullopt
                  : llm::model_splice(call_text(), choice_->sent_as());
    if (rename_) splices.push_back(&*rename_);
    if (asks_for_usage_) splices.push_back(&*call_.ask_for_usage);
    std::sort(splices.begin(), splices.end(),
              [](const llm::Splice* one, const llm::Splice* other) { return one->offset < other->offset; });
    // Only what is spliced goes on decoded: its coding would have to be made anew.
    const bool is_spliced = !splices.empty();
    UpstreamMessage message;
    message.body = spliced(is_spliced ? body_.text() : body_.bytes(), {splices.data(), splices.size()});
    std::size_t body_bytes = 0;
    for (const std::string_view piece : message.body) body_bytes += piece.size();
    std::string made_target;
    message.head = make_upstream_head(
        {.head = request_.head,
         .path_and_query = target(made_target),
         .upstream = upstream(),
         .dialect = dialect_,
         .credential = credential_,
         .injects_key = subject_.has_value(),
         .readable_answer = is_metered() || request_.head.method == "POST",
         .body_is_decoded = is_spliced && body_.is_decoded(),
         .body_is_changed = is_spliced,
         .has_body = request_.framing.chunked || request_.framing.content_length.has_value(),
         .body_bytes = body_bytes,
         .client_address = request_.client_address,
         .client_tls = client_.transport().is_tls(),
         .request_id = record_.request_id,
         .decided_at_us = record_.decided_at_us});
    return message;
}

}  // namespace weir::proxy
