// What the admin API reads and changes of the process: implemented by app, by a stand-in in tests.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.hpp"
#include "config/runtime.hpp"
#include "observe/key_activity.hpp"
#include "policy/policy.hpp"
#include "usage/hours.hpp"
#include "usage/totals.hpp"
#include "weir/awaitable.hpp"
#include "weir/limiter.hpp"

namespace weir::admin {

struct Readiness {
    bool ready = true;
    std::string remark;  ///< why it is not, or what is amiss all the same; empty: nothing
};

/// Why something was not done. Nothing was changed then.
struct Problem {
    int status = 500;
    std::string code;     ///< "version_conflict", "invalid_document", "store_unavailable", …
    std::string message;  ///< a sentence that says what to do
    std::vector<config::Mistake> mistakes;
};
template <typename Value>
using Answered = std::variant<Value, Problem>;

/// The configuration in force and what it is made of.
struct Snapshot {
    std::shared_ptr<const policy::Policy> policy;       ///< with the configuration in force
    std::shared_ptr<const config::Outcome> file;        ///< file, environment and flags alone
    std::shared_ptr<const config::RuntimeLayer> layer;  ///< what lies over them
    std::vector<config::Mistake> ignored;               ///< of the layer: what does not fit
    std::string hash;
};

/// Who asks for a change, for the log.
struct Actor {
    std::string token_name;
    std::string address;
};

struct Changed {
    std::int64_t version = 0;  ///< of the layer
    bool durable = true;       ///< false: there is no place that survives this process
};

struct ExplainQuestion {
    std::string key_id;  ///< or
    std::string secret;
    std::string method = "POST";
    std::string path;
    std::string content_type = "application/json";
    std::string body;
};

/// All functions are called on the admin thread.
class Control {
public:
    virtual ~Control() = default;

    virtual Readiness readiness() const = 0;
    virtual std::string metrics_text() = 0;
    /// The time that limits go by, as this node knows it.
    virtual std::int64_t store_now_us() const = 0;

    virtual Snapshot snapshot() const = 0;
    /// Every setting in force, for GET /admin/config: path, value as shown, origin.
    virtual std::vector<config::ShownSetting> settings() const = 0;

    /// Validates the layer as it would become, writes it to the store, puts it in force on this node, and
    /// logs who changed what from what to what. Problems: 412 version_conflict, 422 invalid_document with
    /// every mistake, 503 store_unavailable, 507 too_many_objects.
    virtual awaitable<Answered<Changed>> change(config::RuntimeChange change, Actor actor) = 0;
    /// Reads the file, the secrets and the certificates again. Problems: 422 with every mistake. Else what
    /// only a restart brings.
    virtual Answered<std::vector<config::Mistake>> reload(const Actor& actor) = 0;
    virtual void drain(const Actor& actor) = 0;

    virtual awaitable<result<std::vector<Level>>> peek(std::span<const LedgerLimits> ledgers) = 0;
    /// All that one of them holds.
    virtual awaitable<result<LedgerContents>> read(const LedgerLimits& ledger) = 0;
    /// Empties these windows.
    virtual awaitable<result<void>> reset(std::span<const LedgerLimits> ledgers, Actor actor) = 0;

    /// What all nodes have seen of each key within the last hour.
    virtual const observe::KeyActivity& activity() const = 0;
    /// Daily totals; both days included.
    virtual awaitable<Answered<std::vector<usage::Row>>> usage_totals(std::int64_t from_day,
                                                                      std::int64_t to_day) = 0;
    /// Of one key, by hours since 1970-01-01, ascending, both included; hours without use are left out.
    virtual awaitable<Answered<std::vector<usage::KeyHour>>> key_hours(std::string id, std::int64_t from_hour,
                                                                       std::int64_t to_hour) = 0;
    /// JSON; charges nothing.
    virtual awaitable<Answered<std::string>> explain(ExplainQuestion question) = 0;
    virtual std::string nodes_json() const = 0;   ///< for GET /admin/nodes
    virtual std::string models_json() const = 0;  ///< for GET /admin/models
    virtual std::string figures_json()
        const = 0;  ///< for GET /admin/events, one event's data; made once a second
};

}  // namespace weir::admin
