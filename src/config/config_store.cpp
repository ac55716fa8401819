// Reading files, and publishing snapshots.
#include "config/config_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "config/json_value.hpp"

namespace weir::config {

namespace {

/// Closed at the end of its scope.
class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int number() const noexcept { return number_; }

private:
    int number_;
};

FileText unreadable() {
    return {.text = std::nullopt, .why = std::generic_category().message(errno)};
}

}  // namespace

FileText read_whole_file(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.number() < 0) return unreadable();
    std::string content;
    char chunk[16 << 10];
    for (;;) {
        const ssize_t size = ::read(file.number(), chunk, sizeof chunk);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return unreadable();  // a folder opens, but can't be read
        if (size == 0) return {.text = std::move(content)};
        content.append(chunk, static_cast<std::size_t>(size));
        if (content.size() > document_bytes_max) {
            return {.text = std::nullopt,
                    .why = "it has more than " + std::to_string(document_bytes_max >> 20) + " MiB"};
        }
    }
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
    FileText file = place_.read_file(place_.path);
    const bool is_readable = file.text.has_value();
    sources.file_text = std::move(file.text);
    Outcome outcome = build_config(sources);
    if (!is_readable) {
        outcome.mistakes.insert(outcome.mistakes.begin(), {place_.path, "can't be read: " + file.why});
        outcome.warnings.clear();
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
    notes_.insert(notes_.end(), outcome.warnings.begin(), outcome.warnings.end());
    current_ = std::make_shared<const Config>(std::move(outcome.config));
    return {};
}

std::vector<Mistake> ConfigStore::notes() const {
    const std::lock_guard lock(mutex_);
    return notes_;
}

}  // namespace weir::config
