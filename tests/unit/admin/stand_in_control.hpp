// A process for the admin API to look at: configuration and layer are real, all else is what a test says.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "admin/control.hpp"
#include "support/manual_clock.hpp"

namespace weir::admin {

/// Tiers default and trial, group acme, upstream mock, keys acme-web (trial, acme) and acme-batch.
extern const char* const usual_file;

class StandInControl final : public Control {
public:
    explicit StandInControl(const std::string& file = usual_file);

    Readiness readiness() const override { return is_ready; }
    std::string metrics_text() override { return "weir_x 1\n"; }
    std::int64_t store_now_us() const override { return clock.now_us(); }
    Snapshot snapshot() const override;
    std::vector<config::ShownSetting> settings() const override { return {{"$.threads", "0", "default"}}; }
    awaitable<Answered<Changed>> change(config::RuntimeChange change, Actor actor) override;
    Answered<std::vector<config::Mistake>> reload(const Actor& actor) override;
    void drain(const Actor& actor) override;
    awaitable<result<std::vector<Level>>> peek(std::span<const LedgerLimits> ledgers) override;
    awaitable<result<LedgerContents>> read(const LedgerLimits& ledger) override;
    awaitable<result<void>> reset(std::span<const LedgerLimits> ledgers, Actor actor) override;
    const observe::KeyActivity& activity() const override { return seen; }
    awaitable<Answered<std::vector<usage::Row>>> usage_totals(std::int64_t from_day,
                                                              std::int64_t to_day) override;
    awaitable<Answered<std::vector<usage::KeyHour>>> key_hours(std::string id, std::int64_t from_hour,
                                                               std::int64_t to_hour) override;
    awaitable<Answered<std::string>> explain(ExplainQuestion question) override;
    std::string nodes_json() const override { return R"({"nodes":[]})"; }
    std::string models_json() const override { return R"({"calibrate":true,"models":[]})"; }
    std::string figures_json() const override;

    /// The layer's document; "" where there is none.
    std::string document(const std::string& path) const;
    /// Puts documents in force, whoever asks.
    void set_documents(config::RuntimeDocuments documents);

    testing::ManualClock clock;
    Readiness is_ready;
    observe::KeyActivity seen;
    std::map<std::string, std::int64_t> used;        ///< by ledger, of every dimension
    std::map<std::string, LedgerContents> contents;  ///< by ledger
    std::vector<usage::Row> rows;
    std::map<std::string, std::vector<usage::KeyHour>> hours;  ///< by key
    std::vector<std::string> actors;                           ///< "name address" of each change
    std::vector<std::string> emptied;
    ExplainQuestion asked;
    std::vector<config::Mistake> reload_mistakes;
    bool is_store_away = false;
    bool is_peek_away = false;  ///< windows alone can't be read
    std::string unreadable;     ///< nor can this ledger
    bool is_durable = true;
    bool is_drained = false;
    int conflicts_left = 0;  ///< so many changes find that somebody else was faster

private:
    std::shared_ptr<const config::Outcome> file_;
    std::shared_ptr<const config::RuntimeLayer> layer_;
    std::shared_ptr<const policy::Policy> policy_;
    std::vector<config::Mistake> ignored_;
};

}  // namespace weir::admin
