// The layer as documents and as parsed objects, each parsed once.
#include "config/runtime.hpp"

#include <algorithm>

#include "config/runtime_objects.hpp"

namespace weir::config {

RuntimeDocuments apply(const RuntimeDocuments& before, const RuntimeChange& change) {
    RuntimeDocuments after = before;
    ++after.version;
    for (const std::string& path : change.erase) after.documents.erase(path);
    for (const auto& [path, document] : change.set) after.documents.insert_or_assign(path, document);
    return after;
}

RuntimeLayer::RuntimeLayer(RuntimeDocuments documents, const RuntimeLayer* before)
    : documents_(std::move(documents)) {
    const RuntimeLayer nothing;
    if (before == nullptr) before = &nothing;
    // Both are in the order of paths.
    auto old_document = before->documents_.documents.begin();
    auto old_object = before->objects_.begin();
    for (const auto& [path, document] : documents_.documents) {
        while (old_object != before->objects_.end() && old_object->first < path) {
            ++old_object;
            ++old_document;
        }
        const bool is_same = old_object != before->objects_.end() && old_object->first == path &&
                             old_document->second == document;
        objects_.emplace_hint(objects_.end(), path,
                              is_same ? old_object->second : read_runtime_object(path, document));
    }
}

std::vector<Mistake> flattened(const std::vector<LeftOut>& left_out) {
    std::vector<Mistake> mistakes;
    mistakes.reserve(left_out.size());
    for (const LeftOut& each : left_out) {
        mistakes.push_back({each.object + ": " + each.mistake.where, each.mistake.message});
    }
    return mistakes;
}

std::vector<Mistake> RuntimeLayer::mistakes() const {
    std::vector<LeftOut> all;
    for (const auto& [path, object] : objects_) {
        for (const Mistake& mistake : object->mistakes) all.push_back({path, mistake});
    }
    return flattened(all);
}

std::vector<Mistake> RuntimeLayer::lay_over(Outcome& outcome, std::int64_t now_us) const {
    return flattened(lay_objects(objects_, nullptr, now_us, outcome));
}

std::optional<std::int64_t> RuntimeLayer::next_end_us(std::int64_t now_us) const {
    std::optional<std::int64_t> next;
    const auto consider = [&](std::int64_t end_us) {
        if (end_us > now_us) next = std::min(end_us, next.value_or(end_us));
    };
    for (const auto& [path, object] : objects_) {
        if (const Override* override_ = object->as_override()) {
            if (override_->until_us) consider(*override_->until_us);
        } else if (const KeyParts* key = object->as_key()) {
            for (const FormerSecret& former : key->former_secrets) consider(former.until_us);
        }
    }
    return next;
}

}  // namespace weir::config
