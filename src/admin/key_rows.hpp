// Keys as the API shows them: what is configured, how full their windows are, how they have fared.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "admin/call.hpp"
#include "admin/json_text.hpp"

namespace weir::admin {

/// Which ledgers are shown.
enum class Ledgers : std::uint8_t {
    own,  ///< the key's own
    all   ///< also those on models, its group's and the upstreams'
};

/// One row for each, in order; ids that no key has are unknown keys. Asks the store once. Throws Refused.
awaitable<std::vector<Json>> key_rows(Call& call, std::shared_ptr<const KeyIndex> index,
                                      std::vector<std::string> ids, Ledgers which);

/// The row after a change. Windows that can't be read now are left out: the change itself was made.
awaitable<Json> changed_key_row(Call& call, std::string id);

/// Those that apply to a configured key, none twice.
std::vector<LedgerLimits> ledgers_of_key(const KeyIndex& index, const config::Key& key, Ledgers which);

/// What every endpoint says that finds no such key, or cannot ask the store.
Refused no_such_key();
Refused store_unavailable();

/// "1m"; empty: it counts requests in flight, which have no window.
std::string window_text(const LedgerLimits& ledger);
Json level_json(const LedgerLimits& ledger, const Level& level);

/// What lies over "key/acme-web" for a while; null where nothing does.
Json override_json(const KeyIndex& index, std::string_view target, std::int64_t now_us);

}  // namespace weir::admin
