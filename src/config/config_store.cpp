// Reading files, and publishing snapshots.
#include "config/config_store.hpp"

#include <cstdlib>
#include <utility>

#include "config/files.hpp"
#include "config/json_value.hpp"
#include "config/runtime_objects.hpp"

namespace weir::config {

FileText read_whole_file(const std::string& path) {
    return read_regular_file(path, document_bytes_max);
}

FileText read_file_at_start(const std::string& path) {
    return read_to_the_end(path, document_bytes_max);
}

std::optional<std::string> process_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Outcome ConfigStore::read(const ReadFile& read_file) const {
    Outcome outcome = read_document(read_file);
    if (!outcome.mistakes.empty() || !place_.mistakes_in_files) return outcome;
    outcome.mistakes = place_.mistakes_in_files(outcome.config);
    if (!outcome.mistakes.empty()) outcome.warnings.clear();
    return outcome;
}

Outcome ConfigStore::read_document(const ReadFile& read_file) const {
    Sources sources{.file_text = std::nullopt,
                    .file_path = place_.path,
                    .flags = place_.flags,
                    .environment = place_.environment,
                    .read_file = read_file,
                    .terminal = place_.terminal};
    if (place_.path.empty()) return build_config(sources);
    FileText file = read_file(place_.path);
    const bool is_readable = file.text.has_value();
    sources.file_text = std::move(file.text);
    Outcome outcome = build_config(sources);
    if (!is_readable) {
        outcome.mistakes.insert(outcome.mistakes.begin(), {place_.path, "can't be read: " + file.why});
        outcome.warnings.clear();
    }
    return outcome;
}

/// Called with changing_ held.
ConfigStore::Published ConfigStore::made_of(std::shared_ptr<const Outcome> base,
                                            std::shared_ptr<const RuntimeLayer> layer) const {
    Published made;
    made.base = std::move(base);
    made.layer = std::move(layer);
    made.next_end_us = made.layer->next_end_us(now_us_);
    made.effective = made.base;
    if (!made.layer->objects().empty()) {
        const auto effective = std::make_shared<Outcome>(*made.base);
        const std::vector<LeftOut> left_out =
            lay_objects(made.layer->objects(), nullptr, now_us_, *effective);
        made.ignored = flattened(left_out);
        for (const LeftOut& each : left_out) made.ignored_objects.insert(each.object);
        made.effective = effective;
    }
    made.hash = config_hash(made.effective->config);
    return made;
}

ConfigStore::Published ConfigStore::published() const {
    const std::lock_guard lock(mutex_);
    return published_;
}

void ConfigStore::publish(Published published) {
    const std::lock_guard lock(mutex_);
    next_end_us_ = published.next_end_us.value_or(INT64_MAX);
    std::swap(published_, published);
}

/// Objects that were in force, or had ended, and would be left out from now on.
std::vector<Mistake> ConfigStore::no_longer_fitting(const Published& made, const Published& before) {
    std::vector<Mistake> mistakes;
    for (const Mistake& mistake : made.ignored) {
        const std::string_view object = std::string_view(mistake.where).substr(0, mistake.where.find(": "));
        if (!before.ignored_objects.contains(object)) mistakes.push_back(mistake);
    }
    return mistakes;
}

Outcome ConfigStore::load() {
    const std::lock_guard changing(changing_);
    Outcome outcome = read(place_.read_file ? place_.read_file : read_file_at_start);
    if (outcome.mistakes.empty()) publish(made_of(std::make_shared<const Outcome>(outcome), layer()));
    return outcome;
}

std::shared_ptr<const Config> ConfigStore::current() const {
    const std::lock_guard lock(mutex_);
    const auto& effective = published_.effective;
    return effective ? std::shared_ptr<const Config>(effective, &effective->config) : nullptr;
}

std::shared_ptr<const Outcome> ConfigStore::base() const {
    const std::lock_guard lock(mutex_);
    return published_.base;
}

std::shared_ptr<const Outcome> ConfigStore::effective() const {
    const std::lock_guard lock(mutex_);
    return published_.effective;
}

std::string ConfigStore::hash() const {
    const std::lock_guard lock(mutex_);
    return published_.hash;
}

std::shared_ptr<const RuntimeLayer> ConfigStore::layer() const {
    const std::lock_guard lock(mutex_);
    return published_.layer;
}

std::vector<Mistake> ConfigStore::ignored() const {
    const std::lock_guard lock(mutex_);
    return published_.ignored;
}

std::vector<Mistake> ConfigStore::notes() const {
    const std::lock_guard lock(mutex_);
    return published_.notes;
}

std::vector<Mistake> ConfigStore::use_layer(std::shared_ptr<const RuntimeLayer> layer, std::int64_t now_us) {
    const std::lock_guard changing(changing_);
    now_us_ = now_us;
    Published before = published();
    if (!before.base) {
        before.layer = std::move(layer);
        publish(std::move(before));
        return {};
    }
    Published made = made_of(before.base, std::move(layer));
    made.notes = std::move(before.notes);
    std::vector<Mistake> ignored = made.ignored;
    publish(std::move(made));
    return ignored;
}

bool ConfigStore::refresh(std::int64_t now_us) {
    if (now_us < next_end_us_.load(std::memory_order_relaxed)) return false;
    const std::lock_guard changing(changing_);
    now_us_ = now_us;
    Published before = published();
    if (!before.base || !before.next_end_us || now_us < *before.next_end_us) return false;
    Published made = made_of(before.base, before.layer);
    made.notes = std::move(before.notes);
    publish(std::move(made));
    return true;
}

std::vector<Mistake> ConfigStore::reload(std::optional<std::int64_t> now_us) {
    const std::lock_guard changing(changing_);
    now_us_ = now_us.value_or(now_us_);
    Outcome outcome = read(place_.read_file ? place_.read_file : read_whole_file);
    if (!outcome.mistakes.empty()) return std::move(outcome.mistakes);
    const Published before = published();
    std::vector<Mistake> notes = keep_what_needs_a_restart(before.base->config, outcome.config);
    Published made = made_of(std::make_shared<const Outcome>(std::move(outcome)), before.layer);
    if (std::vector<Mistake> mistakes = no_longer_fitting(made, before); !mistakes.empty()) return mistakes;
    const std::vector<Mistake>& warnings = made.effective->warnings;
    notes.insert(notes.end(), warnings.begin(), warnings.end());
    made.notes = std::move(notes);
    publish(std::move(made));
    return {};
}

}  // namespace weir::config
