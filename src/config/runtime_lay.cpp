// Kind by kind: what keys name comes before them, what lies over others after them. An object is in force
// whole or not at all.
#include <unordered_map>
#include <unordered_set>

#include "config/draft.hpp"
#include "config/json_path.hpp"
#include "config/limits.hpp"
#include "config/runtime_objects.hpp"
#include "text/times.hpp"

namespace weir::config {

namespace {

using Kind = RuntimePath::Kind;
using Object = RuntimeLayer::Object;

constexpr const char* origin_runtime = "runtime";
constexpr std::string_view override_of_key = "override/key/";

class Laying {
public:
    Laying(const RuntimeLayer::Objects& objects, const RuntimeChange* judged, std::int64_t now_us,
           Outcome& outcome)
        : objects_(objects), judged_(judged), now_us_(now_us), outcome_(outcome), config_(outcome.config) {}

    std::vector<LeftOut> run() {
        for (const auto& [path, object] : objects_) {
            for (const Mistake& mistake : object->mistakes) left_out_.push_back({path, mistake});
        }
        index_keys();
        each("tier/", &Laying::lay_tier);
        each("group/", &Laying::lay_group);
        each("upstream/", &Laying::lay_upstream);
        each("key/", &Laying::lay_key);
        each("override/tier/", &Laying::lay_override);
        each("override/group/", &Laying::lay_override);
        each("override/upstream/", &Laying::lay_override);
        // A key's factor multiplies what its tier's override has made of the tier.
        each(override_of_key, &Laying::lay_override);
        outcome_.warnings = warnings_of(config_, outcome_.origins);
        return std::move(left_out_);
    }

private:
    using Lay = void (Laying::*)(const std::string&, const Object&);

    bool is_judged(const std::string& path) const {
        return judged_ != nullptr && judged_->set.contains(path);
    }

    void each(std::string_view prefix, Lay lay) {
        for (const bool judged : {false, true}) {
            if (judged && judged_ == nullptr) continue;
            for (auto each = objects_.lower_bound(prefix); each != objects_.end(); ++each) {
                const auto& [path, object] = *each;
                if (!path.starts_with(prefix)) break;
                if (object->mistakes.empty() && is_judged(path) == judged) (this->*lay)(path, *object);
            }
        }
    }

    void leave_out(const std::string& path, std::string where, std::string message) {
        left_out_.push_back({path, {std::move(where), std::move(message)}});
    }

    /// Finds the keys that the layer is about, and who has the secrets that it gives: few, where there are
    /// many keys. All that will be added fits, so that names stay.
    void index_keys() {
        std::unordered_set<std::string_view> ids;
        std::unordered_set<Sha256, Sha256Hash> secrets;
        for (const auto& [path, object] : objects_) {
            if (const KeyParts* key = object->as_key()) {
                ids.insert(object->path->name);
                if (key->secret_sha256) secrets.insert(*key->secret_sha256);
                for (const FormerSecret& former : key->former_secrets) secrets.insert(former.sha256);
            } else if (path.starts_with(override_of_key)) {
                ids.insert(std::string_view(path).substr(override_of_key.size()));
            }
        }
        if (ids.empty()) return;
        std::vector<Key>& keys = config_.keys;
        keys.reserve(keys.size() + ids.size());
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (ids.contains(keys[i].id)) indexes_.emplace(keys[i].id, i);
            if (secrets.contains(keys[i].secret_sha256)) secrets_.emplace(keys[i].secret_sha256, i);
        }
    }

    void lay_tier(const std::string& /*path*/, const Object& object) {
        const Tier& tier = std::get<Tier>(object.parts);
        config_.tiers.insert_or_assign(tier.name, tier);
        outcome_.origins.lay(member_path("$.tiers", tier.name), object.given, origin_runtime, true);
    }

    void lay_group(const std::string& /*path*/, const Object& object) {
        const Group& group = std::get<Group>(object.parts);
        config_.groups.insert_or_assign(group.name, group);
        outcome_.origins.lay(member_path("$.groups", group.name), object.given, origin_runtime, true);
    }

    void lay_upstream(const std::string& path, const Object& object) {
        for (std::size_t i = 0; i < config_.upstreams.size(); ++i) {
            if (config_.upstreams[i].name != object.path->name) continue;
            config_.upstreams[i].limits = std::get<LimitSet>(object.parts);
            outcome_.origins.lay(item_path("$.upstreams", i), object.given, origin_runtime, false);
            return;
        }
        leave_out(path, "$", "expected the name of an upstream that is configured");
    }

    std::vector<FormerSecret> former_in_force(const KeyParts& parts) const {
        std::vector<FormerSecret> former = parts.former_secrets;
        std::erase_if(former, [&](const FormerSecret& each) { return each.until_us <= now_us_; });
        return former;
    }

    /// Whether nobody else has the secret.
    bool is_own(const Sha256& secret, std::size_t index, const std::string& path, const std::string& where) {
        const auto owner = secrets_.find(secret);
        if (owner == secrets_.end() || owner->second == index) return true;
        leave_out(path, where,
                  "expected one of its own: the key " + config_.keys[owner->second].id + " has the same");
        return false;
    }

    void lay_key(const std::string& path, const Object& object) {
        const KeyParts& parts = std::get<KeyParts>(object.parts);
        const auto found = indexes_.find(object.path->name);
        const bool is_new = found == indexes_.end();
        const std::size_t index = is_new ? config_.keys.size() : found->second;
        const std::vector<FormerSecret> former = former_in_force(parts);
        const std::size_t mistakes = left_out_.size();
        if (is_new && !parts.secret_sha256) {
            leave_out(path, "$.secret_sha256", std::string("is missing: expected ") + secret_expected);
        }
        if (parts.tier && !config_.tiers.contains(*parts.tier)) {
            leave_out(path, "$.tier", no_such("tier", *parts.tier, config_.tiers));
        }
        if (parts.group && !parts.group->empty() && !config_.groups.contains(*parts.group)) {
            leave_out(path, "$.group", no_such("group", *parts.group, config_.groups));
        }
        if (parts.secret_sha256) is_own(*parts.secret_sha256, index, path, "$.secret_sha256");
        for (std::size_t i = 0; i < parts.former_secrets.size(); ++i) {
            const FormerSecret& each = parts.former_secrets[i];
            if (each.until_us <= now_us_) continue;
            const std::string where = item_path("$.former_secrets", i);
            is_own(each.sha256, index, path, where);
            const bool is_current =
                !is_new && !parts.secret_sha256 && config_.keys[index].secret_sha256 == each.sha256;
            if (is_current) leave_out(path, where, "expected another secret than the one in force");
        }
        if (left_out_.size() > mistakes) return;
        if (is_new) {
            config_.keys.emplace_back().id = object.path->name;
            indexes_.emplace(config_.keys.back().id, index);
        }
        fill(config_.keys[index], parts, former);
        secrets_.emplace(config_.keys[index].secret_sha256, index);
        for (const FormerSecret& each : former) secrets_.emplace(each.sha256, index);
        outcome_.origins.lay(item_path("$.keys", index), object.given, origin_runtime, is_new);
    }

    static void fill(Key& key, const KeyParts& parts, const std::vector<FormerSecret>& former) {
        if (parts.secret_sha256) key.secret_sha256 = *parts.secret_sha256;
        if (parts.tier) key.tier = *parts.tier;
        if (parts.group) key.group = *parts.group;
        if (parts.limits) key.limits = replace_by_dimension(key.limits, *parts.limits);
        if (parts.disabled) key.disabled = *parts.disabled;
        if (parts.max_wait_ms) key.max_wait_ms = parts.max_wait_ms;
        key.former_secrets = former;
    }

    void lay_override(const std::string& path, const Object& object) {
        const Override& override_ = std::get<Override>(object.parts);
        if (override_.until_us && *override_.until_us <= now_us_) return;
        std::string origin = "runtime override";
        if (override_.until_us) origin.append(" until ").append(text::rfc3339(*override_.until_us));
        if (lay_on(*parse_runtime_path(object.path->name), override_, origin)) return;
        leave_out(path, "$", "lies over " + object.path->name + ", which is not in force");
    }

    /// False where there is nothing that it could lie over.
    bool lay_on(const RuntimePath& target, const Override& override_, const std::string& origin) {
        if (target.kind == Kind::key) return lay_on_key(target.name, override_, origin);
        if (target.kind == Kind::tier) return lay_on_tier(target.name, override_, origin);
        if (target.kind == Kind::group) {
            const auto group = config_.groups.find(target.name);
            if (group == config_.groups.end()) return false;
            change(group->second.limits, override_, member_path("$.groups", target.name) + ".limits", origin);
            return true;
        }
        for (std::size_t i = 0; i < config_.upstreams.size(); ++i) {
            if (config_.upstreams[i].name != target.name) continue;
            change(config_.upstreams[i].limits, override_, item_path("$.upstreams", i) + ".limits", origin);
            return true;
        }
        return false;
    }

    bool lay_on_key(const std::string& id, const Override& override_, const std::string& origin) {
        const auto found = indexes_.find(id);
        if (found == indexes_.end()) return false;
        Key& key = config_.keys[found->second];
        if (override_.factor) {
            const auto tier = config_.tiers.find(key.tier);
            if (tier != config_.tiers.end())
                key.limits = replace_by_dimension(tier->second.limits, key.limits);
        }
        change(key.limits, override_, item_path("$.keys", found->second) + ".limits", origin);
        return true;
    }

    bool lay_on_tier(const std::string& name, const Override& override_, const std::string& origin) {
        const auto found = config_.tiers.find(name);
        if (found == config_.tiers.end()) return false;
        Tier& tier = found->second;
        const std::string path = member_path("$.tiers", name);
        change(tier.limits, override_, path + ".limits", origin);
        if (!override_.factor) return true;
        for (ModelLimits& model : tier.models) {
            change(model.limits, override_, member_path(path + ".models", model.pattern), origin);
        }
        return true;
    }

    void change(LimitSet& limits, const Override& override_, const std::string& path,
                const std::string& origin) {
        limits = override_.factor ? scaled(std::move(limits), *override_.factor)
                                  : replace_by_dimension(limits, override_.limits);
        for (const LimitSpec& spec : override_.factor ? limits : override_.limits) {
            outcome_.origins.insert_or_assign(limit_path(path, spec), origin);
        }
    }

    const RuntimeLayer::Objects& objects_;
    const RuntimeChange* judged_;
    const std::int64_t now_us_;
    Outcome& outcome_;
    Config& config_;
    std::vector<LeftOut> left_out_;
    std::unordered_map<std::string_view, std::size_t> indexes_;
    std::unordered_map<Sha256, std::size_t, Sha256Hash> secrets_;
};

}  // namespace

std::vector<LeftOut> lay_objects(const RuntimeLayer::Objects& objects, const RuntimeChange* judged,
                                 std::int64_t now_us, Outcome& outcome) {
    if (objects.empty() || !outcome.mistakes.empty()) return {};
    return Laying(objects, judged, now_us, outcome).run();
}

}  // namespace weir::config
