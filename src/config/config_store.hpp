// The configuration in force: read at start, read again on demand, the old one kept where the new one is
// wrong.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "config/runtime.hpp"

namespace weir::config {

/// Content of a regular file of at most document_bytes_max; see read_regular_file.
FileText read_whole_file(const std::string& path);
/// Of at most as much, and of a pipe too: it may wait.
FileText read_file_at_start(const std::string& path);
/// Of this process.
std::optional<std::string> process_environment(const std::string& name);

/// Where a configuration comes from, each time anew.
struct ConfigPlace {
    std::string path = {};                          ///< of the JSON file; empty: none
    std::map<std::string, std::string> flags = {};  ///< as in Sources
    std::function<std::optional<std::string>(const std::string&)> environment = process_environment;
    /// Empty: read_file_at_start by `load`, read_whole_file by `reload`.
    std::function<FileText(const std::string&)> read_file = {};
    bool terminal = false;  ///< log format defaults to text there
    /// Of a configuration without other mistakes: those in files that it names, which others understand.
    std::function<std::vector<Mistake>(const Config&)> mistakes_in_files = {};
};

/// Any thread. What was published stays valid as long as somebody holds it. In force is what file,
/// environment and flags say (the base) with the runtime layer over it.
class ConfigStore {
public:
    explicit ConfigStore(ConfigPlace place) : place_(std::move(place)) {}

    /// Of the JSON file; empty: there is none.
    const std::string& path() const noexcept { return place_.path; }

    /// Reads everything, and returns it without the layer. Where there are no mistakes it is in force from
    /// now on. For the start: nothing of what was in force before is kept, but for the layer. The document
    /// and the secrets may come through pipes, which it waits for.
    Outcome load();

    // All nullptr or empty before a `load` without mistakes.
    std::shared_ptr<const Config> current() const;
    std::shared_ptr<const Outcome> base() const;
    std::shared_ptr<const Outcome> effective() const;  ///< what `current` is a part of
    std::string hash() const;                          ///< config_hash of `current`

    /// Puts another layer over the base, and returns what of it does not fit; so does `ignored`. Before a
    /// `load` it takes effect with that. Used amounts know nothing of it. `layer` is not nullptr.
    std::vector<Mistake> use_layer(std::shared_ptr<const RuntimeLayer> layer, std::int64_t now_us);
    std::shared_ptr<const RuntimeLayer> layer() const;  ///< never nullptr
    std::vector<Mistake> ignored() const;

    /// Publishes anew where something of the layer has ended meanwhile, and says whether it did. To be called
    /// once a second; costs nothing otherwise.
    bool refresh(std::int64_t now_us);

    /// Reads file, environment and key files again, regular files all of them. With mistakes, which it
    /// returns, nothing changes; one is what of the layer would fit no more. What can't change while the
    /// process runs keeps its value, and `notes` tells so. Without `now_us` the last one that was heard of.
    /// REQUIRES: a successful `load`.
    std::vector<Mistake> reload(std::optional<std::int64_t> now_us = std::nullopt);

    /// Of the last reload that succeeded: what the new configuration asks for and only a restart brings, and
    /// what is hardly meant.
    std::vector<Mistake> notes() const;

private:
    /// What belongs together, published as one.
    struct Published {
        std::shared_ptr<const Outcome> base, effective;
        std::shared_ptr<const RuntimeLayer> layer = std::make_shared<const RuntimeLayer>();
        std::vector<Mistake> ignored;
        std::set<std::string, std::less<>> ignored_objects;
        std::vector<Mistake> notes;
        std::string hash;
        std::optional<std::int64_t> next_end_us;
    };

    using ReadFile = std::function<FileText(const std::string&)>;
    Outcome read(const ReadFile& read_file) const;
    Outcome read_document(const ReadFile& read_file) const;
    Published published() const;
    Published made_of(std::shared_ptr<const Outcome> base, std::shared_ptr<const RuntimeLayer> layer) const;
    void publish(Published published);
    static std::vector<Mistake> no_longer_fitting(const Published& made, const Published& before);

    const ConfigPlace place_;
    std::mutex changing_;      // held while something new is made; taken before mutex_
    std::int64_t now_us_ = 0;  // under changing_
    mutable std::mutex mutex_;
    Published published_;
    std::atomic<std::int64_t> next_end_us_ = INT64_MAX;
};

/// Gives `next` the values of `running` where a running process can't change them, and says which.
std::vector<Mistake> keep_what_needs_a_restart(const Config& running, Config& next);

}  // namespace weir::config
