// What waits for one set of ledgers, and what of it goes out with the next call. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "ledger/charging.hpp"
#include "limiter/window_call.hpp"
#include "weir/limiter.hpp"

namespace weir {

/// One operation on a set of ledgers and, once it has been sent, what became of it. It lives in the frame of
/// the coroutine that waits for it, and so do the things it points to.
struct Letter {
    std::string set;  ///< see set_name
    // Either a demand, …
    Demand demand;
    LedgerSet ledgers{};
    Withdrawal withdrawal{};
    // … or a correction of what was charged. Where that lies is read when the letter leaves.
    const Correction* correction = nullptr;
    const std::vector<Charge>* charges = nullptr;

    /// store_unavailable, client_gone: it was not sent; store_timeout: it may have been done.
    boost::system::error_code error{};
    std::shared_ptr<const WindowReply> reply{};  ///< shared by all letters of one call
    DemandReply demand_reply{};
    /// How often this node has changed these ledgers, up to this answer; nullopt: once more while it came.
    std::optional<std::uint64_t> changes{};
};

/// Ledgers by their keys in Redis: letters with the same set share calls.
std::string set_name(const LedgerSet& ledgers);
std::string set_name(const std::vector<Charge>& charges);

/// Letters in order of arrival. A `Waiter` is what the owner of a letter is told by.
template <typename Waiter>
class Mailbox {
public:
    static constexpr std::size_t waiting_max = 1'024;

    struct Entry {
        Letter* letter = nullptr;
        std::optional<Waiter> waiter;  ///< none: its owner makes the call
    };
    using Entries = std::list<Entry>;

    bool empty() const noexcept { return corrections_.empty() && demands_.empty(); }
    std::size_t size() const noexcept { return corrections_.size() + demands_.size(); }
    bool full() const noexcept { return size() >= waiting_max; }
    /// Waiting longer would not make the next call any larger.
    bool fills_a_call() const noexcept { return size() >= operations_max; }

    void push(Letter& letter, std::optional<Waiter> waiter) {
        (letter.correction != nullptr ? corrections_ : demands_).push_back({&letter, std::move(waiter)});
    }

    /// What goes out next, operations_max at the most: corrections first, since they make room, then demands
    /// as long as they have the same limits as the first of them.
    Entries take() {
        Entries taken;
        move_front(corrections_, operations_max, taken);
        auto end = demands_.begin();
        for (std::size_t room = operations_max - taken.size(); room > 0 && end != demands_.end();
             --room, ++end) {
            if (!same_limits(*demands_.front().letter, *end->letter)) break;
        }
        taken.splice(taken.end(), demands_, demands_.begin(), end);
        return taken;
    }

    /// Demands that nobody waits for any more: they need not be sent.
    Entries take_withdrawn() {
        Entries taken;
        for (auto entry = demands_.begin(); entry != demands_.end();) {
            const auto next = std::next(entry);
            if (entry->letter->withdrawal.is_withdrawn()) taken.splice(taken.end(), demands_, entry);
            entry = next;
        }
        return taken;
    }

    Entries take_all() {
        Entries taken = std::move(corrections_);
        taken.splice(taken.end(), demands_);
        corrections_.clear();
        return taken;
    }

private:
    static bool same_limits(const Letter& a, const Letter& b) noexcept {
        return std::equal(
            a.ledgers.begin(), a.ledgers.end(), b.ledgers.begin(), b.ledgers.end(),
            [](const LedgerLimits& one, const LedgerLimits& other) { return one.limits == other.limits; });
    }
    static void move_front(Entries& from, std::size_t count_max, Entries& to) {
        auto end = from.begin();
        while (count_max-- > 0 && end != from.end()) ++end;
        to.splice(to.end(), from, from.begin(), end);
    }

    Entries corrections_;
    Entries demands_;
};

/// One call for several letters of one set, in their order: corrections before demands.
WindowCall call_for(std::span<const Letter* const> letters);

}  // namespace weir
