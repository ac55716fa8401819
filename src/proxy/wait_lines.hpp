// Who waits for which limit, who is asked for next, and whose time is up. Pure: the time is an argument.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "proxy/wait_estimate.hpp"
#include "text/seeded_hash.hpp"

namespace weir::proxy {

/// Demands that were refused, and wait. Those of one set of ledgers stand in one line, in order of arrival;
/// only the one in front is asked for, and while anybody stands there, whoever comes joins the line unasked.
///
/// A line stands at the gate that refused its front: a limit of a ledger, which other sets may share.
/// The lines at one gate take turns: stride scheduling by what was taken from that dimension, divided by the
/// weight of whoever took it. A line that comes starts where the turn is. Only the line whose turn it is
/// asks: when the refusal says that there will be room, or at once when so much as it lacks was given back;
/// otherwise no more often than every `pause_us`. With the front go those behind it for whom there should be
/// room by now, and one more, whose refusal says when to come back. All admitted, the turn goes on and
/// whoever has it asks at once; where it is the same line again, with up to `wave_max` demands of those
/// behind.
///
/// Whose time is up while it is being asked for gets the answer all the same. A front asks for the last time
/// `last_ask_before_us` before its time is up, where it is due by then.
///
/// A wave holds only demands none of which is smaller than one before it, in any dimension. What of it was
/// admitted is dealt out from the front: so the order is kept even where room came while it was on its way,
/// and nobody gets less than was asked for.
///
/// One owner at a time. All times are the steady clock's, in microseconds.
class WaitLines {
public:
    static constexpr std::int64_t pause_us = 50'000;
    static constexpr std::int64_t last_ask_before_us = 10'000;
    static constexpr std::size_t wave_max = 64;

    using LineId = std::uint64_t;
    using Ticket = std::uint64_t;

    struct Bounds {
        std::size_t waiting_max = 10'000;
        std::size_t per_key_max = 100;
    };
    struct Applicant {
        std::string_view set;  ///< names the ledgers of its demand
        std::string_view key_id;
        std::string_view tier;
        Demand demand;
        std::int64_t weight = 1;
        std::int64_t deadline_us = 0;
        bool asks_alone = false;  ///< never in a wave with others
    };
    enum class Entered : std::uint8_t {
        waits,
        ask,       ///< nobody of its own line waits, and its turn at the gate would come too late: ask for it
        too_late,  ///< its turn would come after its deadline
        too_many   ///< a bound is reached
    };
    struct Entry {
        Entered entered = Entered::waits;
        Ticket ticket = 0;
        LineId line = 0;  ///< the one that it stands in, or would; 0: there is none yet
        bool is_new_line = false;
        std::int64_t turn_us = 0;  ///< when there will be room for it, as far as one knows
    };

    /// Whether somebody waits for something that this demand needs as well, so that it must not be asked for:
    /// in its own line, or, where `joins_others`, at the gate of a ledger that holds for all candidates.
    bool is_behind(std::string_view set, const LedgerSet& ledgers, const Demand& demand,
                   bool joins_others) const;
    /// REQUIRES: `own` is what the store just told it, or it is behind somebody by `is_behind`.
    Entry enter(const Applicant& applicant, const LedgerSet& ledgers, std::optional<Obstacle> own,
                const Bounds& bounds, std::int64_t now_us);
    /// It waits no longer. False: it is being asked for, and its answer comes.
    bool leave(Ticket ticket);

    struct Expired {
        Ticket ticket = 0;
        std::int64_t turn_us = 0;
    };
    struct Step {
        std::vector<Expired> expired;
        std::optional<Obstacle> obstacle;  ///< before those that expired
        std::vector<Ticket> ask;           ///< in this order; `decided` must follow
        /// Where nothing is to be asked: when to come back. The largest number: when woken.
        std::int64_t wake_us = 0;
        bool is_over = false;  ///< nobody stands there any more, and nobody will
    };
    Step step(LineId line, std::int64_t now_us);

    /// What the store said of one demand of a wave.
    struct Answer {
        enum class Kind : std::uint8_t {
            admitted,
            refused,
            final
        };  ///< final: any other verdict, or an error
        Kind kind = Kind::final;
        std::optional<Obstacle> obstacle;  ///< where refused
    };
    /// Of each demand of the wave, which answer it gets; nullopt: it goes on waiting.
    std::vector<std::optional<std::size_t>> decided(LineId line, std::vector<Answer> answers,
                                                    std::int64_t now_us);

    /// So much of these ledgers was given back.
    void given_back(const LedgerSet& ledgers, const Amounts& amounts);

    /// What the store said last to that line, or to another at its gate: for the answer to whoever is not
    /// asked for. REQUIRES: somebody stands there.
    Obstacle obstacle_before(LineId line) const;

    /// Everybody but those that are being asked for.
    std::vector<Ticket> leave_all();

    /// Lines whose `step` may have something to do now. Empties the list.
    std::vector<LineId> take_wakes() { return std::exchange(wakes_, {}); }

    std::size_t size() const noexcept { return tickets_.size(); }
    const std::map<std::string, std::size_t, std::less<>>& by_tier() const noexcept { return by_tier_; }

private:
    struct Waiting {
        Demand demand;
        std::int64_t deadline_us = 0;
        std::int64_t weight = 1;
        std::string key_id;
        std::string tier;
        bool asks_alone = false;
    };
    struct Gate;
    struct Line {
        LineId id = 0;
        std::string set;
        std::map<Ticket, Waiting> waiting;  ///< in order of arrival
        std::set<std::pair<std::int64_t, Ticket>> deadlines;
        Amounts sum;          ///< of all demands
        Ticket asked_to = 0;  ///< the last one that is being asked for; 0: nobody is
        Gate* gate = nullptr;
        std::int64_t pass = 0;                 ///< at its gate
        std::shared_ptr<const Obstacle> told;  ///< by the store, of its own front; or nothing yet
    };
    struct Gate {
        std::shared_ptr<const Obstacle> obstacle;
        std::set<std::pair<std::int64_t, LineId>> turns;  ///< by pass
        std::int64_t pass = 0;                            ///< of the last turn
        std::int64_t asked_us = 0;                        ///< when the store last refused here
        std::int64_t given_back = 0;                      ///< since then
        bool is_open = false;                             ///< who has the turn asks at once
        bool was_admitted = false;                        ///< all of the last wave was
        bool knows_front = true;                          ///< the obstacle is what the front was told
        bool is_busy = false;                             ///< somebody is being asked for
    };
    using Gates = std::vector<std::unique_ptr<Gate>>;

    /// At the gate; in the line, or as a new one.
    struct Spot {
        const Gate& gate;
        const Line* line = nullptr;
    };

    Gate* find_gate(const std::string& ledger, Dimension dimension, std::int64_t limit) const;
    Gate* gate_of(const Obstacle& obstacle) const;
    Gate* gate_before(const LedgerSet& ledgers, const Demand& demand) const;
    Gate& make_gate(std::shared_ptr<const Obstacle> obstacle, std::int64_t now_us);
    Line& make_line(std::string_view set, Gate& gate);
    void add(Line& line, Ticket ticket, const Applicant& applicant);
    void stand_at(Line& line, Gate& gate);
    void step_away(Line& line);
    void remove(Line& line, Ticket ticket);
    void take_out(Line& line, Ticket ticket);
    void tidy(Line& line);
    void wake_front(const Gate& gate);
    bool has_turn(const Line& line) const;
    static bool is_asked(const Line& line, Ticket ticket) noexcept { return ticket <= line.asked_to; }
    std::int64_t asks_at_us(const Line& line) const;
    std::int64_t turn_us(const Spot& spot, const Amounts& ahead, const Applicant& applicant) const;
    std::int64_t turn_us(const Line& line, Ticket ticket) const;
    std::vector<Ticket> late_in(const Line& line, std::int64_t now_us) const;
    std::vector<Ticket> begin_wave(Line& line, std::int64_t now_us);
    bool note_refusal(Line& line, Obstacle obstacle, std::int64_t now_us);

    std::unordered_map<LineId, std::unique_ptr<Line>> lines_;
    std::unordered_map<std::string, LineId, text::SeededHash> by_set_;
    std::unordered_map<std::string, Gates, text::SeededHash> gates_;  ///< by the ledger's key
    std::unordered_map<Ticket, LineId> tickets_;
    std::unordered_map<std::string, std::size_t, text::SeededHash> by_key_;
    std::map<std::string, std::size_t, std::less<>> by_tier_;
    std::vector<LineId> wakes_;
    std::uint64_t last_id_ = 0;
};

}  // namespace weir::proxy
