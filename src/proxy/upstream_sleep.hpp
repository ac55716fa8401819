// Which upstreams have said that they take nothing for a while, for which model, and until when. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "llm/provider_limits.hpp"

namespace weir::proxy {

/// What this node has learned from its own answers, and what other nodes tell of theirs. Only the former is
/// told on: were what others tell handed back to them, each round would add its own delay, and nothing would
/// ever wake up.
///
/// Names are compared byte by byte. A model is the name that the upstream itself was asked for; the empty one
/// stands for all.
///
/// Bounded: where it is full, what ends first gives way, be it what comes. One thread, or a lock of the
/// caller's. Allocates only when it learns. Times are microseconds of one clock of this node that does not go
/// back: other nodes are told what is left, not until when, so that clocks need not agree.
class UpstreamSleep {
public:
    static constexpr std::size_t entries_max = 4'096;
    static constexpr std::int64_t sleep_us_max = llm::sleep_max_us;
    static constexpr std::size_t name_bytes_max = 256;  ///< longer ones do not sleep
    static constexpr std::size_t text_bytes_max = 65'536;

    UpstreamSleep() = default;
    // Its entries and their ends point to each other.
    UpstreamSleep(const UpstreamSleep&) = delete;
    UpstreamSleep& operator=(const UpstreamSleep&) = delete;

    /// It said so to this node. Never shortens a sleep, and none lasts longer than `sleep_us_max` from now.
    void put_to_sleep(std::string_view upstream, std::string_view model, std::int64_t until_us,
                      std::int64_t now_us);

    /// Until when it takes nothing for that model; 0: it is awake.
    std::int64_t sleeps_until_us(std::string_view upstream, std::string_view model,
                                 std::int64_t now_us) const noexcept;

    /// For one model at least.
    bool is_asleep(std::string_view upstream, std::int64_t now_us) const noexcept;

    /// What this node has learned itself and is not over, for `merge` on others, those that end last first:
    /// "openai/gpt-4o/1500,azure//60000", names percent-encoded, with the milliseconds that are left, rounded
    /// up. No longer than `bytes_max`: what does not fit is not told. Empty: there is nothing to tell.
    std::string text(std::int64_t now_us, std::size_t bytes_max) const;

    /// Learns what another node's `text` said `age_us` ago; that node's next text says it again. False, and
    /// nothing is learned, where it is malformed or above `text_bytes_max`.
    bool merge(std::string_view text, std::int64_t age_us, std::int64_t now_us);

    /// How many it knows, some of which may be over: they are forgotten when the next one is learned.
    std::size_t size() const noexcept { return entries_.size(); }

private:
    using Name = std::pair<std::string, std::string>;  ///< upstream, model
    using NameView = std::pair<std::string_view, std::string_view>;
    struct Before {
        using is_transparent = void;
        bool operator()(const NameView& left, const NameView& right) const noexcept { return left < right; }
    };
    struct Entry;
    using Entries = std::map<Name, Entry, Before>;
    using Ends = std::multimap<std::int64_t, Entry*>;
    struct Entry {
        const Name* name = nullptr;
        Ends::iterator end;
        std::int64_t learned_until_us = 0;  ///< of this node's own; 0: only others told it
    };

    std::int64_t until_us(const NameView& name) const noexcept;
    Entry* extend(const NameView& name, std::int64_t until_us, std::int64_t now_us);
    void forget_first();

    Entries entries_;
    Ends ends_;  ///< each entry once, by when it ends
};

}  // namespace weir::proxy
