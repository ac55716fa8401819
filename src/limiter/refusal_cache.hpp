// Refusals that Redis would only repeat: for a moment, the same question gets the same answer without being
// asked.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "text/seeded_hash.hpp"
#include "weir/ledger_set.hpp"

namespace weir {

/// What Redis answered to a demand, and when. Times are this node's.
struct KnownRefusal {
    Demand demand;
    Refusal refusal;
    std::int64_t alike_more = 0;   ///< so much more of the refusing dimension would have had the same answer
    std::int64_t sent_us = 0;      ///< the question: Redis decided no earlier …
    std::int64_t received_us = 0;  ///< … and no later
    std::array<std::optional<Level>, dimension_count> tightest{};
};

/// What this node knows about a set of ledgers stays true while all of it is the same.
struct KnownUnder {
    std::uint64_t changes = 0;  ///< that this node has made to these ledgers, see LedgerChanges
    std::int64_t store_epoch = 0;
    bool operator==(const KnownUnder&) const noexcept = default;
};

/// Keeps refusals for a short time, by set of ledgers. A demand is refused by it where Redis is known to
/// refuse it in the same dimension of the same ledger, with the same time to come back: at least as much
/// there, and not more than would have waited equally long; in every other dimension no more than what was
/// refused.
///
/// Refusals by requests in flight are not kept: other nodes free slots all the time.
///
/// So it never admits; and it refuses what Redis would have admitted only where another node has given room
/// back since. What other nodes have charged since can make the time to come back too short.
///
/// One thread. Bounded.
class RefusalCache {
public:
    static constexpr std::size_t sets_max = 4'096;
    static constexpr std::size_t refusals_per_set_max = 8;

    /// 0: keeps nothing.
    explicit RefusalCache(std::int64_t kept_us) : kept_us_(kept_us) {}

    void learn(const std::string& set, const LedgerSet& ledgers, const KnownUnder& under,
               const KnownRefusal& refusal);

    /// Nothing is in it, so that nobody needs to look.
    bool empty() const noexcept { return sets_.empty(); }

    /// As it stands at `now_us`: with the time that is left.
    std::optional<KnownRefusal> find(const std::string& set, const Demand& demand, const LedgerSet& ledgers,
                                     const KnownUnder& under, std::int64_t now_us) const;

private:
    struct Set {
        KnownUnder under;
        std::vector<Limits> limits;
        std::vector<KnownRefusal> refusals;
        std::size_t oldest = 0;
    };

    bool holds(const KnownRefusal& refusal, std::int64_t now_us) const noexcept;
    bool has_place(std::int64_t now_us);

    const std::int64_t kept_us_;
    std::unordered_map<std::string, Set, text::SeededHash> sets_;
};

}  // namespace weir
