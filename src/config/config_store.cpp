// Reading files, and publishing snapshots.
#include "config/config_store.hpp"

#include <cstdlib>
#include <fstream>

#include "config/json_value.hpp"

namespace weir::config {

std::optional<std::string> read_whole_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    std::string content;
    char chunk[16 << 10];
    while (file.read(chunk, sizeof chunk) || file.gcount() > 0) {
        content.append(chunk, static_cast<std::size_t>(file.gcount()));
        if (content.size() > document_bytes_max) return std::nullopt;
    }
    // A folder opens, but can't be read.
    return file.bad() ? std::nullopt : std::optional(std::move(content));
}

std::optional<std::string> process_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Outcome ConfigStore::read() const {
    Sources sources{.file_text = std::nullopt,
                    .flags = place_.flags,
                    .environment = place_.environment,
                    .read_file = place_.read_file,
                    .terminal = place_.terminal};
    if (place_.path.empty()) return build_config(sources);
    sources.file_text = place_.read_file(place_.path);
    const bool is_readable = sources.file_text.has_value();
    Outcome outcome = build_config(sources);
    if (!is_readable) {
        outcome.mistakes.insert(outcome.mistakes.begin(),
                                {place_.path, "expected a file that can be read, of at most " +
                                                  std::to_string(document_bytes_max >> 20) + " MiB"});
    }
    return outcome;
}

Outcome ConfigStore::load() {
    Outcome outcome = read();
    if (outcome.mistakes.empty()) {
        const std::lock_guard lock(mutex_);
        current_ = std::make_shared<const Config>(outcome.config);
        notes_.clear();
    }
    return outcome;
}

std::shared_ptr<const Config> ConfigStore::current() const {
    const std::lock_guard lock(mutex_);
    return current_;
}

std::vector<Mistake> ConfigStore::reload() {
    Outcome outcome = read();
    if (!outcome.mistakes.empty()) return std::move(outcome.mistakes);
    const std::lock_guard lock(mutex_);
    notes_ = keep_what_needs_a_restart(*current_, outcome.config);
    current_ = std::make_shared<const Config>(std::move(outcome.config));
    return {};
}

std::vector<Mistake> ConfigStore::notes() const {
    const std::lock_guard lock(mutex_);
    return notes_;
}

}  // namespace weir::config
