// Where the value of each setting came from. Copies share what came from the file, which may be a lot.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weir::config {

/// By path: "$.listen" -> "flag --listen". What is not there has its default.
class Origins {
public:
    using Map = std::unordered_map<std::string, std::string>;

    void insert_or_assign(std::string path, std::string origin) {
        own_.insert_or_assign(std::move(path), std::move(origin));
    }
    bool contains(std::string_view path) const { return find(path) != nullptr; }
    std::size_t count(std::string_view path) const { return contains(path) ? 1 : 0; }
    /// Throws std::out_of_range where the setting has its default.
    const std::string& at(std::string_view path) const;
    /// "default" where nothing else is known.
    std::string of(std::string_view path) const;

    /// From now on copies share what was said so far.
    void share();

    /// What `given` holds, whose paths begin with "$", stands in the place of the object at `path` and came
    /// from `origin`. `replaces`: of what it does not hold the object has the default, else what it had.
    void lay(std::string path, std::shared_ptr<const Origins> given, std::string origin, bool replaces);

private:
    struct Laid {
        std::shared_ptr<const Origins> given;
        std::string origin;
        bool replaces = false;
    };

    const std::string* find(std::string_view path) const;
    const std::string* find_shared(const std::string& path) const;

    std::shared_ptr<const Map> shared_;
    std::unordered_map<std::string, Laid> laid_;  // over those
    Map own_;                                     // over both
};

}  // namespace weir::config
