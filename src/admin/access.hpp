// Who may ask: named tokens, and a bound on guessing them. Pure: hashes and times in, values out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace weir::admin {

/// The tokens in force.
class Tokens {
public:
    explicit Tokens(const std::vector<config::AdminToken>& tokens);

    struct Holder {
        std::string name;
        bool may_write = false;
    };
    bool empty() const noexcept { return entries_.empty(); }
    /// Compares with all of them whichever it is, by hashes, so that time tells nothing of any token.
    std::optional<Holder> find(std::string_view secret) const;

private:
    struct Entry {
        config::Sha256 sha256;
        Holder holder;
    };
    std::vector<Entry> entries_;
};

/// The token of `Authorization: Bearer TOKEN`; empty: there is none.
std::string_view bearer_token(std::string_view authorization) noexcept;

/// Counts wrong tokens by the address that sent them, an IPv6 one by its first 64 bits. After ten within a
/// minute, further wrong ones are told to wait until that minute is over. Right tokens are not its matter:
/// they are always served, lest somebody behind the same proxy lock the operators out.
///
/// Bounded: of more than 4,096 addresses the one whose minute began first gives way.
class WrongTokens {
public:
    static constexpr int count_max = 10;
    static constexpr std::int64_t window_us = 60'000'000;
    static constexpr std::size_t addresses_max = 4096;

    /// Another wrong one. nullopt: say that it is wrong; else how long to wait.
    std::optional<std::int64_t> add(const std::string& address, std::int64_t now_us);

    std::size_t size() const noexcept { return counts_.size(); }

private:
    struct Count {
        std::int64_t since_us = 0;
        int wrong = 0;
    };
    void forget_oldest(std::int64_t now_us);

    std::map<std::string, Count, std::less<>> counts_;
};

}  // namespace weir::admin
