// One map under a lock; what requests read is published beside it.
#include "learning/calibration.hpp"

#include <algorithm>

namespace weir::learning {

namespace {

bool can_be_learned(const ModelName& name) noexcept {
    return !name.upstream.empty() && name.upstream.size() <= name_bytes_max &&
           name.model.size() <= name_bytes_max;
}

double factor_of(const Ratio& ratio) noexcept {
    // Answers fade, and are told in whole numbers: the last half makes no difference.
    if (ratio.answers < Calibration::answers_min - 0.5) return 1.0;
    return std::clamp(ratio.ratio, Calibration::factor_min, Calibration::factor_max);
}

}  // namespace

Calibration::Entry& Calibration::entry_of(const ModelName& name, std::uint64_t key) {
    Entry& entry = models_.touch(key, [this](const LruMap<Entry>::Item& old) {
        factors_.clear(old.first);
        ++forgotten_;
    });
    if (entry.upstream.empty()) {
        entry.upstream = name.upstream;
        entry.model = name.model;
    }
    return entry;
}

Ratio Calibration::together(const Entry& entry, std::int64_t now_us) noexcept {
    const Ratio own = entry.own.mean(now_us);
    const double weight = own.weight + entry.others.weight;
    if (weight <= 0) return {};
    return {.ratio = (own.ratio * own.weight + entry.others.ratio) / weight,
            .weight = weight,
            .answers = own.answers + entry.others.answers};
}

void Calibration::publish(std::uint64_t key, const Entry& entry, std::int64_t now_us) noexcept {
    factors_.set(key, factor_of(together(entry, now_us)));
}

void Calibration::learn(const ModelName& name, std::int64_t estimated, std::int64_t actual,
                        std::int64_t now_us) {
    if (estimated <= 0 || actual <= 0 || !can_be_learned(name)) return;
    const std::uint64_t key = name.key();
    const std::lock_guard lock(mutex_);
    Entry& entry = entry_of(name, key);
    entry.own.add(estimated, actual, now_us);
    publish(key, entry, now_us);
}

std::string Calibration::text(std::int64_t now_us, std::size_t bytes_max) const {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const auto& [key, entry] : models_) {
        // A node sends this twice a second: what does not fit any more is not even written.
        if (text.size() + entry.model.size() + entry.upstream.size() >= bytes_max) break;
        append_ratio(text, {entry.upstream, entry.model, entry.own.mean(now_us)}, bytes_max);
    }
    return text;
}

void Calibration::replace_others(std::span<const std::string> texts, std::int64_t now_us) {
    std::vector<ToldRatio> told;
    for (const std::string& text : texts) {
        if (text.size() > text_bytes_max) continue;
        auto ratios = read_ratios(text);
        if (ratios) std::move(ratios->begin(), ratios->end(), std::back_inserter(told));
    }
    const std::lock_guard lock(mutex_);
    if (told.empty() && !has_others_) return;
    has_others_ = !told.empty();
    for (auto& [key, entry] : models_) entry.others = {.ratio = 0, .weight = 0, .answers = 0};
    for (const ToldRatio& each : told) {
        const ModelName name{each.upstream, each.model};
        const std::uint64_t key = name.key();
        // What others tell of comes twice a second and is no reason to forget what this node has learned.
        if (models_.find(key) == nullptr && models_.size() >= models_max) continue;
        Ratio& others = (models_.find(key) != nullptr ? *models_.find(key) : entry_of(name, key)).others;
        others.ratio += each.ratio.ratio * each.ratio.weight;
        others.weight += each.ratio.weight;
        others.answers += each.ratio.answers;
    }
    for (const auto& [key, entry] : models_) publish(key, entry, now_us);
}

bool Calibration::restore(std::string_view text, std::int64_t age_us, std::int64_t now_us) {
    if (text.size() > text_bytes_max) return false;
    const auto told = read_ratios(text);
    if (!told) return false;
    const std::lock_guard lock(mutex_);
    // The one taught last comes last.
    for (auto each = told->rbegin(); each != told->rend(); ++each) {
        const ModelName name{each->upstream, each->model};
        const std::uint64_t key = name.key();
        Entry& entry = entry_of(name, key);
        entry.own.add(each->ratio, now_us - std::max<std::int64_t>(age_us, 0));
        publish(key, entry, now_us);
    }
    return true;
}

std::vector<Calibration::Row> Calibration::rows(std::int64_t now_us, std::size_t rows_max) const {
    const std::lock_guard lock(mutex_);
    std::vector<Row> rows;
    for (const auto& [key, entry] : models_) {
        if (rows.size() >= rows_max) break;
        const Ratio ratio = together(entry, now_us);
        if (ratio.weight <= 0) continue;
        rows.push_back({.upstream = entry.upstream,
                        .model = entry.model,
                        .answers = ratio.answers,
                        .ratio = ratio.ratio,
                        .factor = factor_of(ratio)});
    }
    return rows;
}

std::size_t Calibration::size() const {
    const std::lock_guard lock(mutex_);
    return models_.size();
}

std::uint64_t Calibration::forgotten() const {
    const std::lock_guard lock(mutex_);
    return forgotten_;
}

}  // namespace weir::learning
