// The runtime layer: keys, tiers, groups and limits that operators change while weir runs. It lies over file,
// environment and flags, and wins. Pure but for runtime_file.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/times.hpp"

namespace weir::config {

/// The layer as stores keep it: one JSON document per object, by path. Paths:
///   key/ID        members of a key as in the file, but for `id`; and `former_secrets`. Over a key of the
///                 file only what is given replaces what the file says, of `limits` dimension by dimension
///   tier/NAME, group/NAME   as in the file; replaces it whole
///   upstream/NAME {"limits": …}; replaces the limits of an upstream that the file has
///   override/PATH {"limits": … or "factor": …, "until": "2026-11-26T18:00:00Z", "reason": "…"} over one of
///                 the above: `limits` replace dimension by dimension, `factor` multiplies every limit that
///                 applies, those on models in the case of a tier
struct RuntimeDocuments {
    std::int64_t version = 0;  ///< rises by one with each change
    std::map<std::string, std::string, std::less<>> documents;
    std::string history{};  ///< how it came to be, for whoever keeps it; kept with it, and not looked at here
    bool operator==(const RuntimeDocuments&) const = default;
};

/// Made by one request to the admin API: all of it or nothing.
struct RuntimeChange {
    std::int64_t expected_version = 0;  ///< of the layer that it changes; any other is a conflict
    std::map<std::string, std::string, std::less<>> set;
    std::vector<std::string> erase;
};

inline constexpr std::size_t runtime_document_bytes_max = 256 << 10;
inline constexpr std::size_t runtime_objects_max = 200'000;
inline constexpr double override_factor_max = 1000;

/// "key/acme-web" as its kind and its name; nullopt where it is no path of the layer.
struct RuntimePath {
    enum class Kind : std::uint8_t { key, tier, group, upstream, override_of };
    Kind kind = Kind::key;
    std::string name;  ///< of an override: the path that it lies over
};
std::optional<RuntimePath> parse_runtime_path(std::string_view path);

/// What a change would leave behind, as documents.
RuntimeDocuments apply(const RuntimeDocuments& before, const RuntimeChange& change);

/// The layer, parsed once. Immutable; any thread. Objects that did not change are shared with the one before.
class RuntimeLayer {
public:
    RuntimeLayer() = default;
    /// `before` may be nullptr.
    RuntimeLayer(RuntimeDocuments documents, const RuntimeLayer* before);

    const RuntimeDocuments& documents() const noexcept { return documents_; }
    std::int64_t version() const noexcept { return documents_.version; }
    /// Of single documents, whatever else there is: `where` is "key/acme-web: $.limits.rpm".
    std::vector<Mistake> mistakes() const;

    /// `outcome` becomes what is in force with the layer over it: config, origins ("runtime", "runtime
    /// override until …") and warnings. What does not fit (a key whose tier is gone, a secret that another
    /// key has) is left out, and returned: nothing of it is ever half in force. What has ended before
    /// `now_us` counts no more.
    std::vector<Mistake> lay_over(Outcome& outcome, std::int64_t now_us) const;
    /// The next time after `now_us` at which an override or a former secret ends; nullopt: none will.
    std::optional<std::int64_t> next_end_us(std::int64_t now_us) const;

    struct Object;  ///< one parsed document
    using Objects = std::map<std::string, std::shared_ptr<const Object>, std::less<>>;
    const Objects& objects() const noexcept { return objects_; }

private:
    RuntimeDocuments documents_;
    Objects objects_;
};

/// Everything that is wrong with a change to `before` over `base`; empty: it may be made. Paths begin with
/// `$` where the change is about one object, else with its path: "key/acme-web: $.tier". What did not fit
/// before the change and is not part of it does not count. The version is not looked at.
std::vector<Mistake> mistakes_of_change(const Outcome& base, const RuntimeLayer& before,
                                        const RuntimeChange& change, std::int64_t now_us);

// The state file: {"format": 1, "version": 12, "history": "…", "objects": {"key/acme-web": {…}}}.

struct RuntimeFile {
    std::optional<RuntimeDocuments> documents;  ///< nullopt: there is no file, or none that can be used
    std::string set_aside;                      ///< where a file went that could not be read; empty: nowhere
    std::string why;                            ///< it could not be used
};
/// Changes nothing on the disk.
RuntimeFile read_runtime_file(const std::string& path);
/// A file of another format or that is not whole is renamed to PATH.unreadable-TIME and told about.
RuntimeFile load_runtime_file(const std::string& path, std::int64_t now_us);
/// Written, synced, renamed, and the folder synced. What went wrong, empty: nothing; then the old file is
/// whole.
std::string save_runtime_file(const std::string& path, const RuntimeDocuments& documents);

}  // namespace weir::config
