// What app does with a change, without stores and files.
#include "stand_in_control.hpp"

#include <stdexcept>

namespace weir::admin {

const char* const usual_file = R"({
  "upstreams": [{"name": "mock", "url": "http://127.0.0.1:1", "limits": {"rpm": 1000}}],
  "tiers": {"default": {"limits": {"rpm": 100, "otpm": 5000}},
            "trial": {"limits": {"rpm": 20, "more": [{"dimension": "requests", "limit": 500, "window": "1d"}]},
                      "models": {"gpt-4o*": {"otpm": 2000}}}},
  "groups": {"acme": {"limits": {"itpm": 9000}}},
  "keys": [
    {"id": "acme-web", "tier": "trial", "group": "acme",
     "secret_sha256": "1111111111111111111111111111111111111111111111111111111111111111"},
    {"id": "acme-batch", "limits": {"otpm": 700},
     "secret_sha256": "2222222222222222222222222222222222222222222222222222222222222222"}]
})";

StandInControl::StandInControl(const std::string& file) {
    config::Sources sources;
    sources.file_text = file;
    sources.environment = [](const std::string&) { return std::nullopt; };
    sources.read_file = [](const std::string&) { return config::FileText{}; };
    file_ = std::make_shared<const config::Outcome>(config::build_config(sources));
    if (!file_->mistakes.empty()) throw std::logic_error(file_->mistakes.front().message);
    set_documents({});
}

void StandInControl::set_documents(config::RuntimeDocuments documents) {
    layer_ = std::make_shared<const config::RuntimeLayer>(std::move(documents), layer_.get());
    config::Outcome outcome = *file_;
    ignored_ = layer_->lay_over(outcome, clock.now_us());
    policy_ = std::make_shared<const policy::Policy>(
        std::make_shared<const config::Config>(std::move(outcome.config)));
}

Snapshot StandInControl::snapshot() const {
    return {policy_, file_, layer_, ignored_, "abc"};
}

std::string StandInControl::document(const std::string& path) const {
    const auto found = layer_->documents().documents.find(path);
    return found == layer_->documents().documents.end() ? "" : found->second;
}

awaitable<Answered<Changed>> StandInControl::change(config::RuntimeChange change, Actor actor) {
    if (is_store_away) {
        co_return Problem{
            .status = 503, .code = "store_unavailable", .message = "Try again.", .mistakes = {}};
    }
    if (conflicts_left > 0) {
        --conflicts_left;
        config::RuntimeDocuments other = layer_->documents();
        ++other.version;
        set_documents(std::move(other));
    }
    if (change.expected_version != layer_->version()) {
        co_return Problem{
            .status = 412, .code = "version_conflict", .message = "Read it again.", .mistakes = {}};
    }
    auto mistakes = config::mistakes_of_change(*file_, *layer_, change, clock.now_us());
    if (!mistakes.empty()) {
        co_return Problem{.status = 422,
                          .code = "invalid_document",
                          .message = "See the mistakes.",
                          .mistakes = std::move(mistakes)};
    }
    set_documents(config::apply(layer_->documents(), change));
    actors.push_back(actor.token_name + " " + actor.address);
    co_return Changed{layer_->version(), is_durable};
}

Answered<std::vector<config::Mistake>> StandInControl::reload(const Actor&) {
    if (reload_mistakes.empty()) return std::vector<config::Mistake>{{"$.threads", "a restart brings it"}};
    return Problem{.status = 422,
                   .code = "invalid_configuration",
                   .message = "The configuration has mistakes.",
                   .mistakes = reload_mistakes};
}

void StandInControl::drain(const Actor&) {
    is_drained = true;
}

awaitable<result<std::vector<Level>>> StandInControl::peek(std::span<const LedgerLimits> ledgers) {
    if (is_store_away || is_peek_away) co_return errc::store_unavailable;
    std::vector<Level> levels;
    for (std::size_t i = 0; i < ledgers.size(); ++i) {
        const auto found = used.find(std::string(ledgers[i].ledger.name()));
        for (const Dimension dimension : all_dimensions) {
            const std::int64_t limit = ledgers[i].limits.of(dimension);
            if (limit == unlimited) continue;
            levels.push_back({.ledger_index = i,
                              .dimension = dimension,
                              .limit = limit,
                              .used = found == used.end() ? 0 : found->second,
                              .reset_us = 1'500});
        }
    }
    co_return levels;
}

awaitable<result<LedgerContents>> StandInControl::read(const LedgerLimits& ledger) {
    if (is_store_away || is_peek_away || ledger.ledger.name() == unreadable) {
        co_return errc::store_unavailable;
    }
    const auto found = contents.find(std::string(ledger.ledger.name()));
    co_return found == contents.end() ? LedgerContents{} : found->second;
}

awaitable<result<void>> StandInControl::reset(std::span<const LedgerLimits> ledgers, Actor) {
    if (is_store_away) co_return errc::store_unavailable;
    for (const LedgerLimits& ledger : ledgers) {
        emptied.emplace_back(ledger.ledger.name());
        used.erase(std::string(ledger.ledger.name()));
    }
    co_return result<void>();
}

awaitable<Answered<std::vector<usage::Row>>> StandInControl::usage_totals(std::int64_t from_day,
                                                                          std::int64_t to_day) {
    std::vector<usage::Row> wanted;
    for (const usage::Row& row : rows) {
        if (row.day >= from_day && row.day <= to_day) wanted.push_back(row);
    }
    co_return wanted;
}

awaitable<Answered<std::vector<usage::KeyHour>>> StandInControl::key_hours(std::string id,
                                                                           std::int64_t from_hour,
                                                                           std::int64_t to_hour) {
    if (is_store_away)
        co_return Problem{
            .status = 503, .code = "store_unavailable", .message = "It is away.", .mistakes = {}};
    std::vector<usage::KeyHour> wanted;
    for (const usage::KeyHour& hour : hours[id]) {
        if (hour.hour >= from_hour && hour.hour <= to_hour) wanted.push_back(hour);
    }
    co_return wanted;
}

awaitable<Answered<std::string>> StandInControl::explain(ExplainQuestion question) {
    asked = question;
    if (question.key_id == "nobody") {
        co_return Problem{.status = 404, .code = "not_found", .message = "No such key.", .mistakes = {}};
    }
    co_return std::string(
        R"({"key":{},"request":{},"upstreams":[],"estimate":{},"ledgers":[],"decision":{}})");
}

std::string StandInControl::figures_json() const {
    return R"({"now":"","node":"n","store":{},"nodes":[],"upstreams":[],"rates":{},"limits":[],"latency_ms":{},"recent":[]})";
}

}  // namespace weir::admin
