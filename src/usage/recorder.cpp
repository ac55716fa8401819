// The two ways: totals on this disk, or a ledger for the store that sums over all nodes.
#include "usage/recorder.hpp"

#include <exception>
#include <utility>

#include "text/times.hpp"
#include "usage/counter.hpp"
#include "usage/disk.hpp"
#include "usage/ledger_table.hpp"
#include "usage/totals_table.hpp"

namespace weir::usage {

namespace {

std::string failed_flush(const std::exception& error) {
    return "usage can't be written, and is kept in memory until it can: " + std::string(error.what());
}

std::vector<Row> merge(std::vector<Row> rows, std::vector<Row> more, Grouping by) {
    rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    return group(std::move(rows), by);
}

class EmbeddedRecorder final : public Recorder {
public:
    explicit EmbeddedRecorder(const RecorderOptions& options)
        : disk_(options.state_dir, Durability::process, options.now_us),
          totals_(disk_),
          notes_(disk_.notes()) {}

    void add(const std::vector<Row>& rows) override {
        for (const Row& row : rows) waiting_.add({row.day, row.key, row.model, row.hour}, row.amounts);
    }

    bool flush(std::int64_t now_us) override {
        remark_.clear();
        std::vector<Row> rows = waiting_.take();
        try {
            if (!rows.empty()) totals_.add(rows);
        } catch (const std::exception& error) {
            add(rows);
            remark_ = failed_flush(error);
            return false;
        }
        return forget_old(now_us);
    }

    const std::string& remark() const noexcept override { return remark_; }
    std::optional<Batch> next_batch(std::size_t /*rows_at_most*/) override { return std::nullopt; }
    void acknowledge(std::uint64_t /*sequence*/) override {}
    void store_emptied() override {}
    Ledger::Resumed resume_after(std::uint64_t /*sequence*/) override { return {}; }
    void doubt_store() override {}

    std::vector<Row> totals(std::int64_t from_day, std::int64_t to_day, Grouping by) override {
        std::vector<Row> rows = waiting_.rows();
        std::erase_if(rows, [&](const Row& row) {
            return row.hour != whole_day || row.day < from_day || row.day > to_day;
        });
        return merge(totals_.totals(from_day, to_day, by), std::move(rows), by);
    }

    std::vector<KeyHour> hours(std::string_view key, std::int64_t from_hour, std::int64_t to_hour) override {
        return totals_.hours().hours(key, from_hour, to_hour);
    }

    const std::string& node_name() const noexcept override { return no_name_; }
    const std::vector<std::string>& notes() const noexcept override { return notes_; }
    std::uint64_t folded() const noexcept override { return totals_.folded() + waiting_.folded(); }
    std::size_t waiting_rows() const noexcept override { return waiting_.size(); }

private:
    static constexpr std::int64_t forget_interval_us = 3'600'000'000;

    bool forget_old(std::int64_t now_us) {
        const std::int64_t since_us = now_us - forgot_at_us_;
        if (since_us >= 0 && since_us < forget_interval_us) return true;
        try {
            totals_.forget_old(text::day_of(now_us));
            totals_.hours().forget_old(now_us / hour_us);
            forgot_at_us_ = now_us;
        } catch (const std::exception& error) {
            remark_ = failed_flush(error);
            return false;
        }
        return true;
    }

    Disk disk_;
    TotalsTable totals_;
    Counter waiting_{TotalsTable::rows_of_day_max};
    std::vector<std::string> notes_;
    std::string remark_;
    std::string no_name_;
    std::int64_t forgot_at_us_ = 0;
};

class SharedRecorder final : public Recorder {
public:
    explicit SharedRecorder(const RecorderOptions& options) {
        if (options.state_dir.empty()) {
            name_ = random_node_name();
            return;
        }
        disk_.emplace(options.state_dir, Durability::medium, options.now_us);
        notes_ = disk_->notes();
        table_.emplace(*disk_);
        name_ = table_->node_name();
        ledger_ = table_->load();
    }

    void add(const std::vector<Row>& rows) override { ledger_.add(rows); }

    bool flush(std::int64_t now_us) override {
        if (!keep_changes()) return false;
        // Only what has been kept as acknowledged is forgotten, and the next flush writes that down.
        if (now_us >= forgets_at_us_) {
            ledger_.forget_before(text::day_of(now_us) - days_kept + 1,
                                  now_us / hour_us - own_hours_kept + 1);
            forgets_at_us_ = now_us + forget_interval_us;
        }
        return true;
    }

    const std::string& remark() const noexcept override { return remark_; }

    std::optional<Batch> next_batch(std::size_t rows_at_most) override {
        std::optional<Batch> batch = ledger_.next_batch(rows_at_most);
        if (batch && !keep_changes()) return std::nullopt;
        return batch;
    }
    void acknowledge(std::uint64_t sequence) override { ledger_.acknowledge(sequence); }
    void store_emptied() override { ledger_.store_emptied(); }
    Ledger::Resumed resume_after(std::uint64_t sequence) override { return ledger_.resume_after(sequence); }
    void doubt_store() override { ledger_.doubt_store(); }

    std::vector<Row> totals(std::int64_t from_day, std::int64_t to_day, Grouping by) override {
        return group(ledger_.totals(from_day, to_day), by);
    }

    std::vector<KeyHour> hours(std::string_view /*key*/, std::int64_t /*from_hour*/,
                               std::int64_t /*to_hour*/) override {
        return {};
    }

    const std::string& node_name() const noexcept override { return name_; }
    const std::vector<std::string>& notes() const noexcept override { return notes_; }
    std::uint64_t folded() const noexcept override { return ledger_.folded(); }
    std::size_t waiting_rows() const noexcept override { return ledger_.unacknowledged_rows(); }

private:
    static constexpr std::int64_t days_kept = 2;
    static constexpr std::int64_t own_hours_kept = 3;
    static constexpr std::int64_t forget_interval_us = 60'000'000;

    bool keep_changes() {
        remark_.clear();
        const Ledger::Changes changes = ledger_.changes();
        if (changes.empty()) return true;
        try {
            if (table_) table_->keep(changes);
        } catch (const std::exception& error) {
            remark_ = failed_flush(error);
            return false;
        }
        ledger_.changes_kept();
        return true;
    }

    std::optional<Disk> disk_;
    std::optional<LedgerTable> table_;
    Ledger ledger_;
    std::string name_;
    std::vector<std::string> notes_;
    std::string remark_;
    std::int64_t forgets_at_us_ = 0;
};

}  // namespace

std::unique_ptr<Recorder> make_recorder(const RecorderOptions& options) {
    if (options.is_shared) return std::make_unique<SharedRecorder>(options);
    return std::make_unique<EmbeddedRecorder>(options);
}

}  // namespace weir::usage
