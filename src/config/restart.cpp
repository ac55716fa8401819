// What is decided once, when the process starts.
#include <string>
#include <utility>

#include "config/config_store.hpp"
#include "config/setting_tables.hpp"

namespace weir::config {

std::vector<Mistake> keep_what_needs_a_restart(const Config& running, Config& next) {
    std::vector<Mistake> notes;
    for (const SettingRow<Config>& row : config_rows()) {
        if ((row.marks & restart) == 0) continue;
        if (!row.value.is_same(running, next)) {
            notes.push_back({"$." + std::string(row.name),
                             "changes with the next start: until then the old value stays"});
        }
        row.value.copy(running, next);
    }
    return notes;
}

}  // namespace weir::config
