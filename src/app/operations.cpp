// Reading and changing; what goes on by itself is in operations_loop.cpp.
#include "app/operations.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "app/explain.hpp"
#include "app/learned_models.hpp"
#include "app/open_files.hpp"
#include "text/hex.hpp"

namespace weir::app {

using admin::Answered;
using admin::Problem;

namespace {

constexpr std::int64_t levels_interval_us = 900'000;

usage::Row row_of(UsageIncrement total) {
    return {.day = total.day,
            .key = std::move(total.key),
            .model = std::move(total.model),
            .amounts = usage::amounts_of(total.amounts)};
}

usage::KeyHour hour_of(const HourIncrement& told) {
    usage::KeyHour hour{.hour = told.hour, .amounts = {}};
    hour.amounts.requests = told.sums[0];
    hour.amounts.refused = told.sums[1];
    hour.amounts.input_tokens = told.sums[2];
    hour.amounts.output_tokens = told.sums[3];
    hour.amounts.peaks = usage::peaks_of(told.peaks);
    return hour;
}

Problem usage_unreadable(const std::exception& error) {
    return {.status = 503, .code = "usage_unreadable", .message = error.what(), .mistakes = {}};
}

Problem store_unavailable() {
    return {.status = 503,
            .code = "store_unavailable",
            .message = "The shared store does not answer. Try again when /readyz says that it is back.",
            .mistakes = {}};
}

}  // namespace

Operations::Operations(OperationsParts parts, std::string runtime_file, const std::string& state_directory)
    : parts_(std::move(parts)),
      layer_(
          parts_.context, parts_.config,
          {.shared = parts_.shared,
           .file = std::move(runtime_file),
           .newest_of_others = [this] { return newest_of_others(); }},
          [this] { return parts_.store.now_us(); }, parts_.publish),
      learned_file_(state_directory, parts_.clock),
      limiter_(parts_.store.make_limiter(parts_.context)),
      pause_(parts_.context),
      count_pause_(parts_.context),
      name_(text::random_hex(12)),
      started_us_(parts_.clock.now_us()) {}

admin::Readiness Operations::readiness() const {
    if (draining_) return {.ready = false, .remark = "this node is draining"};
    return parts_.store.readiness();
}

admin::Snapshot Operations::snapshot() const {
    return {.policy = parts_.policy(),
            .file = parts_.config.base(),
            .layer = layer_.layer(),
            .ignored = layer_.ignored(),
            .hash = parts_.config.hash()};
}

std::vector<config::ShownSetting> Operations::settings() const {
    std::vector<config::ShownSetting> settings = config::shown_settings(*parts_.config.effective());
    show_allowed_connections(parts_.connections_max, settings);
    return settings;
}

awaitable<Answered<admin::Changed>> Operations::change(config::RuntimeChange change, admin::Actor actor) {
    auto answered = co_await layer_.change(std::move(change), std::move(actor));
    if (std::holds_alternative<admin::Changed>(answered)) ++changes_;
    co_return answered;
}

Answered<std::vector<config::Mistake>> Operations::reload(const admin::Actor& actor) {
    spdlog::info("admin: {} ({}) asked for a reload", actor.token_name, actor.address);
    Reloaded reloaded = parts_.reload();
    if (reloaded.mistakes.empty()) return std::move(reloaded.notes);
    return Problem{.status = 422,
                   .code = "invalid_configuration",
                   .message = "The configuration has mistakes, so that nothing was changed.",
                   .mistakes = std::move(reloaded.mistakes)};
}

void Operations::drain(const admin::Actor& actor) {
    spdlog::info("admin: {} ({}) asked to drain", actor.token_name, actor.address);
    parts_.drain();
}

awaitable<result<std::vector<Level>>> Operations::peek(std::span<const LedgerLimits> ledgers) {
    // A long call would keep decisions waiting.
    constexpr std::size_t ledgers_per_call = 32;
    std::vector<Level> levels;
    for (std::size_t begin = 0; begin < ledgers.size(); begin += ledgers_per_call) {
        const auto part = ledgers.subspan(begin, std::min(ledgers_per_call, ledgers.size() - begin));
        const auto read = co_await limiter_->peek(part);
        if (!read) co_return read.error();
        for (Level level : *read) {
            level.ledger_index += begin;
            levels.push_back(level);
        }
    }
    co_return levels;
}

awaitable<result<LedgerContents>> Operations::read(const LedgerLimits& ledger) {
    return limiter_->read(ledger);
}

awaitable<result<void>> Operations::reset(std::span<const LedgerLimits> ledgers, admin::Actor actor) {
    const auto emptied = co_await limiter_->reset(ledgers);
    if (emptied) {
        for (const LedgerLimits& ledger : ledgers) {
            spdlog::info("admin: {} ({}) emptied {}", actor.token_name, actor.address, ledger.ledger.name());
        }
        parts_.waiting_room.wish_recall();
    }
    co_return emptied;
}

awaitable<Answered<std::vector<usage::Row>>> Operations::usage_totals(std::int64_t from_day,
                                                                      std::int64_t to_day) {
    if (parts_.shared == nullptr) {
        try {
            co_return parts_.usage.totals(from_day, to_day, {});
        } catch (const std::exception& error) {
            co_return usage_unreadable(error);
        }
    }
    std::vector<usage::Row> rows;
    for (std::int64_t day = from_day; day <= to_day; ++day) {
        auto read = co_await parts_.shared->read_usage(day);
        if (!read) co_return store_unavailable();
        for (UsageIncrement& total : *read) rows.push_back(row_of(std::move(total)));
    }
    co_return rows;
}

awaitable<Answered<std::vector<usage::KeyHour>>> Operations::key_hours(std::string id, std::int64_t from_hour,
                                                                       std::int64_t to_hour) {
    if (parts_.shared == nullptr) {
        try {
            co_return parts_.usage.hours(id, from_hour, to_hour);
        } catch (const std::exception& error) {
            co_return usage_unreadable(error);
        }
    }
    auto read = co_await parts_.shared->read_hours(std::move(id), from_hour, to_hour);
    if (!read) co_return store_unavailable();
    std::vector<usage::KeyHour> hours;
    hours.reserve(read->size());
    std::transform(read->begin(), read->end(), std::back_inserter(hours), hour_of);
    co_return hours;
}

awaitable<Answered<std::string>> Operations::explain(admin::ExplainQuestion question) {
    const std::shared_ptr<const policy::Policy> current = parts_.policy();
    co_return co_await app::explain(*current, parts_.learned, *limiter_, std::move(question));
}

std::string Operations::nodes_json() const {
    return cluster_.nodes_json(parts_.clock.now_us());
}

std::string Operations::figures_json() const {
    const std::shared_ptr<const policy::Policy> current = parts_.policy();
    const auto facts_of = [&](std::string_view id) {
        const auto subject = current->find(id);
        return subject ? observe::KeyFacts{.known = true, .tier = subject->tier->name} : observe::KeyFacts{};
    };
    return cluster_.figures_json(name_, activity_, facts_of, parts_.clock.now_us());
}

std::string Operations::models_json() const {
    return app::models_json(parts_.learned, parts_.config.current()->calibrate, parts_.clock.now_us());
}

bool Operations::levels_are_due() {
    const std::int64_t now_us = parts_.clock.steady_us();
    if (now_us - levels_us_ < levels_interval_us) return false;
    levels_us_ = now_us;
    return true;
}

}  // namespace weir::app
