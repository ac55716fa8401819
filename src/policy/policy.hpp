// Who is asking, which upstreams may serve it, and which ledgers apply: one configuration, compiled for
// look-ups.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "weir/ledger_set.hpp"
#include "weir/limit.hpp"

namespace weir::policy {

/// The ledgers of one configured key, made when the configuration was published.
struct CompiledKey {
    std::vector<LedgerLimits> own;                        ///< of the key
    const std::vector<LedgerLimits>* of_group = nullptr;  ///< nullptr where it has none
    std::vector<std::vector<LedgerLimits>> by_model;  ///< as the tier's models; empty: made when asked for
};

/// The one a request is charged to. Points into its Policy.
struct Subject {
    std::string id;         ///< for logs: the key's id, a short hash of an unknown key, "anonymous"
    std::string ledger_id;  ///< names its ledgers; distinct from every configured id where the key is unknown
    const config::Tier* tier = nullptr;
    const config::Key* key = nullptr;       ///< nullptr where the key is unknown
    const config::Group* group = nullptr;   ///< nullptr where it has none
    const CompiledKey* compiled = nullptr;  ///< nullptr: its ledgers are made when they are asked for
};

struct Identified {
    Subject subject;
    std::size_t credential = 0;  ///< the one that counts, of those given; 0 where none was
};

/// An upstream that may serve a request, and what it calls the model.
struct Route {
    std::size_t upstream = 0;  ///< index into config().upstreams
    std::string_view sent_as;  ///< the policy's; empty: as the client said
};
using Routes = boost::container::small_vector<Route, 4>;

/// Whether an upstream may serve a request, and why not: the first reason.
enum class Fit : std::uint8_t {
    serves,
    other_dialect,  ///< it serves others' paths
    not_azure,      ///< the path is one of Azure's deployments, the upstream a provider that has none
    other_models
};
struct Fitting {
    Fit fit = Fit::serves;
    std::string_view sent_as;  ///< as in Route
};

/// All that a reservation for one request needs to know.
struct Applicable {
    Applicable() = default;
    Applicable(Applicable&&) = default;
    Applicable& operator=(Applicable&&) = default;

    /// Key, group, key on model, upstream; no ledger twice. Those of group and upstream are cut to the tier's
    /// ceiling. Of several upstreams each is a candidate, in the
    /// order that was given, also where it has no ledgers, and without its limits in shadow mode: these must
    /// not send a request elsewhere. Refers to those of the policy, and to `made`.
    LedgerSet ledgers;
    std::vector<std::vector<LedgerLimits>> made;  ///< for this request: those of an unknown key
    /// The tier's, cut to the tightest limit on output or on all tokens; of candidates to that of the one
    /// that allows most, so that nothing is cut which one of them has room for.
    std::int64_t output_default = 0;
    // The tightest over all ledgers but candidates'. What is in shadow mode bounds nothing.
    std::int64_t input_limit = unlimited;
    std::int64_t output_limit = unlimited;
    std::int64_t total_limit = unlimited;

    /// The most input that the limits allow beside so much output: the tightest of them, and of candidates
    /// the one that allows most. May be negative.
    std::int64_t input_room(std::int64_t output_tokens) const noexcept;
    /// The same of output beside so much input.
    std::int64_t output_room(std::int64_t input_tokens) const noexcept;
};

/// Immutable; any thread.
class Policy {
public:
    /// How a secret is hashed; any implementation of SHA-256 will do.
    using Digest = config::Sha256 (*)(std::string_view);
    explicit Policy(std::shared_ptr<const config::Config> config, Digest sha256 = config::sha256);

    const config::Config& config() const noexcept { return *config_; }

    /// `credentials` as the client sent them, the one that its dialect names first. Where exactly one of them
    /// is a known key, that one counts (agents send placeholders beside it), else the first; empty ones are
    /// none. A former secret is as good as the key's own. nullopt: no known key, where keys are required; or
    /// a disabled one, and none that is not.
    std::optional<Identified> identify(std::span<const std::string_view> credentials) const;

    /// The key of that id; nullopt where none is configured.
    std::optional<Subject> find(std::string_view id) const;

    /// Of credentials that identify nobody: the disabled key among them; nullptr where there is none.
    const config::Key* find_disabled(std::span<const std::string_view> credentials) const;

    /// Whether a path that is not metered passes. `path` without its query.
    bool passes_unmetered(std::string_view path) const noexcept;

    /// Those that serve the dialect, the path and the model, in the configuration's order. `path` without
    /// its query. `model` as the client said it; empty where the request names none: then an upstream's
    /// models don't matter. Does not allocate for up to 4.
    Routes routes_for(config::Dialect dialect, std::string_view path, std::string_view model) const;
    /// Where there are no routes: false: nobody serves the path; true: somebody does, but not the model.
    bool serves_path(config::Dialect dialect, std::string_view path) const;
    /// The same of one upstream, with the reason.
    Fitting fit_of(std::size_t upstream, config::Dialect dialect, std::string_view path,
                   std::string_view model) const;

    /// `upstreams`: indexes into `config().upstreams`, at least one, each once; the one to be asked first in
    /// front. One is no candidate: its ledgers stand behind the others. `model` may be empty.
    /// `further_models`: any of them may serve instead, so their limits hold as well.
    Applicable limits_for(const Subject& subject, std::string_view model,
                          std::span<const std::size_t> upstreams,
                          std::span<const std::string> further_models = {}) const;
    /// Of these upstreams the ledgers alone, each a candidate, for a request that is moved to one of them.
    LedgerSet candidates(const Subject& subject, std::span<const std::size_t> upstreams) const;
    /// Of one upstream, whole; they live as long as the policy.
    std::span<const LedgerLimits> upstream_ledgers(std::size_t upstream) const noexcept;

    /// Every ledger that may apply to the subject, whatever the model and the upstream.
    std::vector<LedgerLimits> ledgers_of(const Subject& subject) const;

private:
    struct Index;

    Subject subject_of(const config::Key& key) const;
    Subject anonymous_subject() const;

    std::shared_ptr<const config::Config> config_;
    std::shared_ptr<const Index> index_;
    Digest sha256_;
};

/// Of the tier's limits, those of dimensions that `own` names give way to `own`.
config::LimitSet replace_by_dimension(const config::LimitSet& tier, const config::LimitSet& own);

/// The pattern of the most characters that matches, of several the one with the fewest `*`; nullptr where
/// none does. Compared without case and outer white space; `openai/gpt-4o` is matched by what matches
/// `gpt-4o` too, and so are `gpt-4o:free` and `gpt-4o@2024`, by a pattern without a tag or version.
const config::ModelLimits* match_model(const std::vector<config::ModelLimits>& models,
                                       std::string_view model);
/// The same of the models that an upstream serves.
const config::ServedModels* match_model(const std::vector<config::ServedModels>& models,
                                        std::string_view model);

/// Whose ledgers they are.
struct LedgerOwner {
    Scope scope = Scope::key;
    std::string_view id;
    /// The group, the key where it has none, the upstream: whose ledgers a shared store keeps together.
    std::string_view tenant;
    bool may_overflow = false;
    bool enforced = true;  ///< false: none of its limits is, whatever they say
};

/// The group's or upstream's name, the key's id: what stands between scope and window in a ledger's name, or
/// "in_flight".
std::string_view owner_name(const LedgerLimits& ledger) noexcept;

/// One ledger per window among the limits, named "<scope>:<id>:<window in us>", and one of requests in
/// flight, named "<scope>:<id>:in_flight". Where a window has limits of both kinds, those in shadow mode have
/// a ledger of their own, with `shadow_suffix` behind its name: what it does not count, because it would have
/// refused it, the others do count.
void append_ledgers(std::vector<LedgerLimits>& ledgers, const LedgerOwner& owner,
                    const config::LimitSet& limits);

/// Eight hex digits of a hash (FNV-1a): a name itself may hold what a store's keys must not.
std::string tenant_tag(std::string_view tenant);

}  // namespace weir::policy
