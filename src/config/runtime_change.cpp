// Whether a change may be made: the layer as it would become is laid over the configuration, and looked at.
#include <algorithm>
#include <set>

#include "config/runtime_objects.hpp"
#include "text/times.hpp"

namespace weir::config {

namespace {

using Kind = RuntimePath::Kind;

constexpr std::size_t told_keys_max = 5;

class Judging {
public:
    Judging(const Outcome& base, const RuntimeLayer& before, const RuntimeChange& change, std::int64_t now_us)
        : base_(base),
          before_(before),
          change_(change),
          now_us_(now_us),
          after_(apply(before.documents(), change), &before),
          names_objects_(change.set.size() + change.erase.size() > 1) {}

    std::vector<Mistake> run() {
        if (after_.documents().documents.size() > runtime_objects_max) {
            mistakes_.push_back(
                {"$", "expected at most " + std::to_string(runtime_objects_max) + " runtime objects in all"});
        }
        for (const auto& [path, document] : change_.set) judge_document(path);
        Outcome outcome = base_;
        const std::vector<LeftOut> left_out = lay_objects(after_.objects(), &change_, now_us_, outcome);
        for (const LeftOut& each : left_out) {
            // Those of the document itself are told already.
            const bool is_new = change_.set.contains(each.object);
            if (is_new && after_.objects().find(each.object)->second->mistakes.empty()) {
                tell(each.object, each.mistake);
            }
        }
        for (const std::string& path : change_.erase) judge_erased(path, outcome.config);
        if (mistakes_.empty()) judge_others(left_out);
        return std::move(mistakes_);
    }

private:
    void tell(const std::string& path, Mistake mistake) {
        if (names_objects_) mistake.where = path + ": " + mistake.where;
        mistakes_.push_back(std::move(mistake));
    }

    void judge_document(const std::string& path) {
        const RuntimeLayer::Object& object = *after_.objects().find(path)->second;
        for (const Mistake& mistake : object.mistakes) tell(path, mistake);
        const Override* override_ = object.as_override();
        if (override_ != nullptr && override_->until_us && *override_->until_us <= now_us_) {
            tell(path, {"$.until", "expected a time to come: it is " + text::rfc3339(now_us_)});
        }
    }

    void judge_erased(const std::string& erased, const Config& config) {
        const auto path = parse_runtime_path(erased);
        if (!path || change_.set.contains(erased)) return;
        const bool is_gone = (path->kind == Kind::tier && !config.tiers.contains(path->name)) ||
                             (path->kind == Kind::group && !config.groups.contains(path->name)) ||
                             (path->kind == Kind::key && !has_key(config, path->name));
        if (!is_gone) return;
        const std::string over = "override/" + erased;
        if (after_.objects().contains(over))
            tell(erased, {"$", over + " lies over it: take that away first"});
        if (path->kind == Kind::key) return;
        std::vector<std::string> keys;
        for (const auto& [key_path, object] : after_.objects()) {
            const KeyParts* key = object->as_key();
            if (key == nullptr) continue;
            if ((path->kind == Kind::tier ? key->tier : key->group) == path->name) {
                keys.push_back(object->path->name);
            }
        }
        if (keys.empty()) return;
        tell(erased, {"$", named_by(keys) + (path->kind == Kind::tier ? " another tier" : " another group") +
                               " first"});
    }

    static bool has_key(const Config& config, const std::string& id) {
        return std::any_of(config.keys.begin(), config.keys.end(),
                           [&](const Key& key) { return key.id == id; });
    }

    /// "2 keys name it still (a, b): give them"
    static std::string named_by(const std::vector<std::string>& keys) {
        std::string text = std::to_string(keys.size());
        text.append(keys.size() == 1 ? " key names it still (" : " keys name it still (");
        for (std::size_t i = 0; i < std::min(keys.size(), told_keys_max); ++i) {
            text.append(i == 0 ? "" : ", ").append(keys[i]);
        }
        return text.append(keys.size() > told_keys_max ? ", …): give them" : "): give them");
    }

    /// What is no part of the change, and would be in force without it.
    void judge_others(const std::vector<LeftOut>& left_out) {
        const auto is_other = [&](const LeftOut& each) { return !change_.set.contains(each.object); };
        if (std::none_of(left_out.begin(), left_out.end(), is_other)) return;
        Outcome outcome = base_;
        std::set<std::string> known;
        for (const LeftOut& each : lay_objects(before_.objects(), nullptr, now_us_, outcome)) {
            known.insert(each.object);
        }
        for (const LeftOut& each : left_out) {
            if (!is_other(each) || known.contains(each.object)) continue;
            mistakes_.push_back({"$", each.object + " would fit no more: " + each.mistake.where + ": " +
                                          each.mistake.message});
        }
    }

    const Outcome& base_;
    const RuntimeLayer& before_;
    const RuntimeChange& change_;
    const std::int64_t now_us_;
    const RuntimeLayer after_;
    const bool names_objects_;
    std::vector<Mistake> mistakes_;
};

}  // namespace

std::vector<Mistake> mistakes_of_change(const Outcome& base, const RuntimeLayer& before,
                                        const RuntimeChange& change, std::int64_t now_us) {
    return Judging(base, before, change, now_us).run();
}

}  // namespace weir::config
