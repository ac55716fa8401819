// Makes a policy of a configuration, once for each that is published.
#include <algorithm>
#include <utility>

#include "config/providers.hpp"
#include "policy/index.hpp"
#include "policy/ledgers.hpp"

namespace weir::policy {

namespace {

/// Of keys on models together: more are made when they are asked for, rather than kept.
constexpr std::size_t model_ledgers_max = 100'000;

std::size_t count_model_ledgers(const config::Config& config) {
    std::size_t models = 0;
    for (const auto& [name, tier] : config.tiers) models = std::max(models, tier.models.size());
    return config.keys.size() * models;
}

SharedLedgers shared_below(double ceiling, const config::Config& config) {
    SharedLedgers shared;
    for (const auto& [name, group] : config.groups)
        shared.groups.emplace(name, ledgers_of_group(group, ceiling));
    for (const config::Upstream& upstream : config.upstreams)
        shared.upstreams.push_back(ledgers_of_upstream(upstream, ceiling));
    return shared;
}

}  // namespace

Policy::Policy(std::shared_ptr<const config::Config> config, Digest sha256)
    : config_(std::move(config)), sha256_(sha256) {
    auto index = std::make_shared<Index>();
    for (const config::Key& key : config_->keys) {
        index->keys.emplace(key.secret_sha256, &key);
        index->keys_by_id.emplace(key.id, &key);
    }
    // After all the current ones: a former secret gives way to them.
    for (const config::Key& key : config_->keys) {
        for (const config::FormerSecret& former : key.former_secrets)
            index->keys.emplace(former.sha256, &key);
    }
    index->shared.emplace(1.0, shared_below(1.0, *config_));
    for (const auto& [name, tier] : config_->tiers) {
        if (!index->shared.contains(tier.ceiling))
            index->shared.emplace(tier.ceiling, shared_below(tier.ceiling, *config_));
    }
    for (const config::Upstream& upstream : config_->upstreams) {
        const config::Provider* provider = config::provider_of(upstream.url);
        const bool is_other = provider != nullptr && !provider->is_azure;
        index->knows_no_deployments.push_back(is_other && upstream.azure_api_version.empty());
    }

    const bool keeps_models = count_model_ledgers(*config_) <= model_ledgers_max;
    index->compiled.resize(config_->keys.size());
    index_ = index;
    for (std::size_t i = 0; i < index->compiled.size(); ++i) {
        CompiledKey& compiled = index->compiled[i];
        const Subject subject = subject_of(config_->keys[i]);
        compiled.own = ledgers_of_key(subject);
        if (subject.group != nullptr) {
            const SharedLedgers& shared = index->shared.at(subject.tier->ceiling);
            compiled.of_group = &shared.groups.find(subject.group->name)->second;
        }
        if (!keeps_models) continue;
        for (const config::ModelLimits& model : subject.tier->models)
            compiled.by_model.push_back(ledgers_on_model(subject, model));
    }
}

Subject Policy::subject_of(const config::Key& key) const {
    Subject subject;
    subject.key = &key;
    subject.id = subject.ledger_id = key.id;
    const auto tier = config_->tiers.find(key.tier);
    subject.tier = tier != config_->tiers.end() ? &tier->second : &config_->tiers.find("default")->second;
    if (const auto group = config_->groups.find(key.group); group != config_->groups.end()) {
        subject.group = &group->second;
    }
    subject.compiled = &index_->compiled[static_cast<std::size_t>(&key - config_->keys.data())];
    return subject;
}

std::optional<Subject> Policy::find(std::string_view id) const {
    const auto key = index_->keys_by_id.find(id);
    if (key == index_->keys_by_id.end()) return std::nullopt;
    return subject_of(*key->second);
}

}  // namespace weir::policy
