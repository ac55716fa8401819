// The configuration in force: read at start, read again on demand, the old one kept where the new one is
// wrong.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"

namespace weir::config {

/// Content of a file of at most document_bytes_max.
FileText read_whole_file(const std::string& path);
/// Of this process.
std::optional<std::string> process_environment(const std::string& name);

/// Where a configuration comes from, each time anew.
struct ConfigPlace {
    std::string path = {};                          ///< of the JSON file; empty: none
    std::map<std::string, std::string> flags = {};  ///< as in Sources
    std::function<std::optional<std::string>(const std::string&)> environment = process_environment;
    std::function<FileText(const std::string&)> read_file = read_whole_file;
    bool terminal = false;  ///< log format defaults to text there
};

/// Any thread. What was published stays valid as long as somebody holds it.
class ConfigStore {
public:
    explicit ConfigStore(ConfigPlace place) : place_(std::move(place)) {}

    /// Of the JSON file; empty: there is none.
    const std::string& path() const noexcept { return place_.path; }

    /// Reads everything. Where there are no mistakes it is in force from now on. For the start: nothing of
    /// what was in force before is kept.
    Outcome load();

    /// nullptr before a `load` without mistakes.
    std::shared_ptr<const Config> current() const;

    /// Reads file, environment and key files again. With mistakes, which it returns, nothing changes. What
    /// can't change while the process runs keeps its value, and `notes` tells so. REQUIRES: a successful
    /// `load`.
    std::vector<Mistake> reload();

    /// Of the last reload that succeeded: what the new configuration asks for and only a restart brings, and
    /// what is hardly meant.
    std::vector<Mistake> notes() const;

private:
    Outcome read() const;

    const ConfigPlace place_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Config> current_;
    std::vector<Mistake> notes_;
};

/// Gives `next` the values of `running` where a running process can't change them, and says which.
std::vector<Mistake> keep_what_needs_a_restart(const Config& running, Config& next);

}  // namespace weir::config
