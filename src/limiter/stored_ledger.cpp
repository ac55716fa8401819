// Big-endian numbers of 5 to 7 bytes, one behind the other.
#include "limiter/stored_ledger.hpp"

#include <limits>
#include <string_view>

namespace weir {

namespace {

constexpr std::size_t entry_bytes = 20;
constexpr std::size_t newest_bytes = 50;

class Bytes {
public:
    explicit Bytes(std::string_view bytes) : rest_(bytes) {}
    /// REQUIRES: so many are left
    std::int64_t take(std::size_t count) {
        std::int64_t number = 0;
        for (const char byte : rest_.substr(0, count))
            number = number * 256 + static_cast<unsigned char>(byte);
        rest_.remove_prefix(count);
        return number;
    }
    Amounts take_amounts(std::size_t count_each) {
        const std::int64_t requests = take(count_each), input = take(count_each), output = take(count_each);
        return {requests, input, output};
    }

private:
    std::string_view rest_;
};

}  // namespace

std::optional<StoredLedger> read_ledger(std::span<const std::string> members) {
    if (members.empty()) return std::nullopt;
    StoredLedger ledger;
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (members[i].size() != (i == 0 ? newest_bytes : entry_bytes)) return std::nullopt;
        Bytes bytes(members[i]);
        const std::int64_t bucket = bytes.take(5);
        ledger.entries.push_back({bucket, bytes.take_amounts(5)});
        if (i > 0) continue;
        ledger.sums = bytes.take_amounts(6);
        ledger.epoch = bytes.take(7);
        ledger.oldest_bucket = bytes.take(5);
    }
    return ledger;
}

std::optional<LedgerContents> contents_of(std::span<const std::string> members, std::int64_t window_us,
                                          std::int64_t now_us) {
    LedgerContents contents{.kept_by = StoreMode::redis, .now_us = now_us};
    if (members.empty()) return contents;
    const auto ledger = read_ledger(members);
    if (!ledger) return std::nullopt;
    contents.epoch = ledger->epoch;
    const std::int64_t width_us = bucket_width_us(window_us);
    for (const auto& [bucket, amounts] : ledger->entries) {
        if (bucket > std::numeric_limits<std::int64_t>::max() / width_us) return std::nullopt;
        const std::int64_t expires_us = bucket * width_us;
        if (expires_us <= now_us || amounts == Amounts{}) continue;
        contents.sums += amounts;
        contents.entries.push_back({expires_us, amounts});
    }
    return contents;
}

}  // namespace weir
