// Who is asking, and which ledgers apply: one configuration, compiled for look-ups.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "weir/limit.hpp"

namespace weir::policy {

/// The one a request is charged to. Points into its Policy.
struct Subject {
    std::string id;         ///< for logs: the key's id, a short hash of an unknown key, "anonymous"
    std::string ledger_id;  ///< names its ledgers; distinct from every configured id where the key is unknown
    const config::Tier* tier = nullptr;
    const config::Key* key = nullptr;      ///< nullptr where the key is unknown
    const config::Group* group = nullptr;  ///< nullptr where it has none
};

/// All that a reservation for one request needs to know.
struct Applicable {
    std::vector<LedgerLimits> ledgers;  ///< key, group, key on model, upstream; no ledger twice
    /// The tier's, cut to the tightest limit on output or on all tokens.
    std::int64_t output_default = 0;
};

/// Immutable; any thread.
class Policy {
public:
    explicit Policy(std::shared_ptr<const config::Config> config);

    const config::Config& config() const noexcept { return *config_; }

    /// `secret` as the client sent it; empty: none. nullopt: unknown, where keys are required.
    std::optional<Subject> identify(std::string_view secret) const;

    /// `model` may be empty.
    Applicable limits_for(const Subject& subject, std::string_view model,
                          const config::Upstream& upstream) const;

    /// Every ledger that may apply to the subject, whatever the model.
    std::vector<LedgerLimits> ledgers_of(const Subject& subject, const config::Upstream& upstream) const;

private:
    struct Index;
    std::shared_ptr<const config::Config> config_;
    std::shared_ptr<const Index> index_;
};

/// Of the tier's limits, those of dimensions that `own` names give way to `own`.
config::LimitSet replace_by_dimension(const config::LimitSet& tier, const config::LimitSet& own);

/// The longest pattern that matches; nullptr where none does.
const config::ModelLimits* match_model(const std::vector<config::ModelLimits>& models,
                                       std::string_view model);

/// Whose ledgers they are.
struct LedgerOwner {
    Scope scope = Scope::key;
    std::string_view id;
    /// The group, the key where it has none, the upstream: whose ledgers a shared store keeps together.
    std::string_view tenant;
    bool may_overflow = false;
};

/// One ledger per window among the limits, named "<scope>:<id>:<window in us>".
void append_ledgers(std::vector<LedgerLimits>& ledgers, const LedgerOwner& owner,
                    const config::LimitSet& limits);

/// Eight hex digits of a hash (FNV-1a): a name itself may hold what a store's keys must not.
std::string tenant_tag(std::string_view tenant);

}  // namespace weir::policy
