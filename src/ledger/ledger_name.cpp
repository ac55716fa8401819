// The key is put together here and nowhere else.
#include "weir/ledger_name.hpp"

#include "text/seeded_hash.hpp"

namespace weir {

namespace {

constexpr std::string_view before_tag = "weir:2:{";
constexpr std::string_view behind_tag = "}:";

std::string key_of(std::string_view name, std::string_view tenant_tag) {
    std::string key;
    key.reserve(before_tag.size() + tenant_tag.size() + behind_tag.size() + name.size());
    return key.append(before_tag).append(tenant_tag).append(behind_tag).append(name);
}

}  // namespace

LedgerName::LedgerName(std::string_view name, std::string_view tenant_tag)
    : key_(key_of(name, tenant_tag)),
      name_begins_(key_.size() - name.size()),
      hash_(text::seeded_hash(key_)) {}

std::string_view LedgerName::tenant_tag() const noexcept {
    return std::string_view(key_).substr(before_tag.size(),
                                         name_begins_ - before_tag.size() - behind_tag.size());
}

}  // namespace weir
