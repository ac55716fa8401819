// The brute-force log is the sequential limiter.
#include "linearizability/limiter_history.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <sstream>

#include "contract/brute_force.hpp"
#include "contract/contract.hpp"
#include "linearizability/sequential_order.hpp"

namespace weir::testing {

LedgerSet HistoryEvent::set() const {
    LedgerSet set;
    for (std::size_t i = 0; i < ledgers.size(); ++i) {
        if (i >= own_ledgers) set.begin_candidate();
        set.add(ledgers[i]);
    }
    return set;
}

namespace {

/// An event, or its part that is about one of the reservation's ledgers.
struct Step {
    std::size_t event = 0;
    std::optional<std::size_t> place{};
};

bool is_refusal(const HistoryEvent& event) {
    return event.what == Asked::reserve && !event.is_lost && event.verdict != Verdict::admitted;
}

/// What all states of a search share.
struct Course {
    const History& history;
    const HistoryLeave& leave;
    std::vector<Step> steps;
    std::vector<LedgerLimits> ledgers;  ///< each once
};

class LimiterState final : public SequentialState {
public:
    explicit LimiterState(const Course& course) : course_(course) {}

    std::shared_ptr<const SequentialState> after(std::size_t number) const override {
        const Step& step = course_.steps[number];
        const HistoryEvent& event = course_.history[step.event];
        auto next = std::make_shared<LimiterState>(*this);
        if (!next->apply(step, event)) return nullptr;
        // It charged nothing; and its date, where it is a later one, must not make the log forget.
        if (is_refusal(event) || event.what == Asked::peek) return std::make_shared<LimiterState>(*this);
        return next;
    }

    std::string fingerprint() const override {
        std::ostringstream text;
        BruteForce log = log_;
        for (const LedgerLimits& ledger : course_.ledgers) {
            text << ledger.ledger.name() << ':';
            for (const auto& [until_us, amounts] : log.held(ledger, course_.history.front().date_us))
                text << until_us << ',' << amounts.requests << ',' << amounts.input_tokens << ','
                     << amounts.output_tokens << ';';
        }
        return text.str();
    }

private:
    bool apply(const Step& step, const HistoryEvent& event) {
        switch (event.what) {
            case Asked::reserve:
                return reserve(step, event);
            case Asked::progress:
                log_.progress(tickets_.at(event.reservation), event.usage.output_tokens,
                              event.usage.expected_more, event.date_us);
                return true;
            case Asked::settle:
                settle(step, event);
                return true;
            case Asked::peek:
                return rows_of(log_.peek(event.ledgers, event.date_us)) == rows_of(event.levels);
        }
        return false;
    }

    bool reserve(const Step& step, const HistoryEvent& event) {
        const LedgerSet set = event.set();
        BruteForce::Answer answer = set.candidate_count() > 0
                                        ? log_.reserve_from(event.demand, set, event.date_us)
                                        : log_.reserve(event.demand, event.ledgers, event.date_us);
        // What was refused and never heard of might as well not have been asked.
        if (event.is_lost) return answer.verdict == Verdict::admitted;
        if (answer.verdict != event.verdict || answer.candidate != event.candidate) return false;
        if (answer.ticket) tickets_.insert_or_assign(step.event, std::move(*answer.ticket));
        if (event.verdict == Verdict::admitted) return true;
        const Refusal& expected = answer.refusal;
        const Refusal& actual = event.refusal;
        // What has expired since a refusal was learned does not show in how full it says the ledgers are.
        const bool same_use = course_.leave.refusals_kept_us > 0 || expected.used == actual.used;
        return same_use && expected.ledger_index == actual.ledger_index &&
               expected.dimension == actual.dimension && expected.limit == actual.limit &&
               expected.requested == actual.requested && expected.retry_after_us == actual.retry_after_us;
    }

    void settle(const Step& step, const HistoryEvent& event) {
        BruteForce::Ticket ticket = tickets_.at(event.reservation);
        if (step.place) {
            const BruteForce::Place place = ticket.places.at(*step.place);
            ticket.places = {place};
        }
        log_.settle(ticket, event.usage, event.date_us);
    }

    const Course& course_;
    BruteForce log_;
    std::map<std::size_t, BruteForce::Ticket> tickets_;  ///< by the event that made them
};

std::size_t places_of(const HistoryEvent& reserve) {
    return reserve.own_ledgers + (reserve.own_ledgers < reserve.ledgers.size() ? 1 : 0);
}

Course course_of(const History& history, const HistoryLeave& leave) {
    Course course{history, leave, {}, {}};
    for (std::size_t i = 0; i < history.size(); ++i) {
        const HistoryEvent& event = history[i];
        if (event.what == Asked::settle && leave.settles_by_ledger) {
            const std::size_t places = places_of(history.at(event.reservation));
            for (std::size_t place = 0; place < places; ++place) course.steps.push_back({i, place});
        } else {
            course.steps.push_back({i});
        }
        for (const LedgerLimits& ledger : event.ledgers) {
            const bool is_known =
                std::any_of(course.ledgers.begin(), course.ledgers.end(),
                            [&](const LedgerLimits& other) { return other.ledger == ledger.ledger; });
            if (!is_known) course.ledgers.push_back(ledger);
        }
    }
    return course;
}

/// Whether the event has changed one of the ledgers that `refused` was about.
bool changes_ledger_of(const History& history, const HistoryEvent& event, const HistoryEvent& refused) {
    if (is_refusal(event) || event.what == Asked::peek) return false;
    const HistoryEvent& reserve = event.what == Asked::reserve ? event : history.at(event.reservation);
    return std::any_of(reserve.ledgers.begin(), reserve.ledgers.end(), [&](const LedgerLimits& ledger) {
        return std::any_of(refused.ledgers.begin(), refused.ledgers.end(),
                           [&](const LedgerLimits& other) { return other.ledger == ledger.ledger; });
    });
}

bool precedes(const History& history, const HistoryLeave& leave, std::size_t earlier, std::size_t later) {
    const HistoryEvent& first = history[earlier];
    const HistoryEvent& second = history[later];
    const bool acts_on_it = second.what == Asked::progress || second.what == Asked::settle;
    if (acts_on_it && second.reservation == earlier) return true;
    if (first.is_lost || first.returned > second.invoked) return false;
    const bool may_be_old = is_refusal(second) && second.own_ledgers == second.ledgers.size() &&
                            second.date_us - first.date_us < leave.refusals_kept_us;
    if (!may_be_old) return true;
    return first.node == second.node && changes_ledger_of(history, first, second);
}

std::string text_of(const History& history, const Course& course, const OrderFound& found) {
    static constexpr const char* names[] = {"reserve", "progress", "settle", "peek"};
    std::ostringstream text;
    text << "no order explains these answers (" << found.states << " states were looked at):\n";
    for (std::size_t i = 0; i < history.size(); ++i) {
        const HistoryEvent& event = history[i];
        text << i << ": node " << event.node << " [" << event.invoked << ", " << event.returned << "] at "
             << event.date_us << ' ' << names[static_cast<std::size_t>(event.what)];
        for (const LedgerLimits& ledger : event.ledgers) text << ' ' << ledger.ledger.name();
        if (event.what == Asked::reserve)
            text << " input " << event.demand.input_tokens << " output " << event.demand.output_tokens;
        if (event.what == Asked::progress || event.what == Asked::settle)
            text << " of " << event.reservation << " used " << event.usage.requests << '/'
                 << event.usage.input_tokens << '/' << event.usage.output_tokens;
        if (event.is_lost) text << " lost";
        if (event.what == Asked::reserve && !event.is_lost) {
            text << (event.verdict == Verdict::admitted ? " admitted" : " refused") << " candidate "
                 << event.candidate;
            if (event.verdict != Verdict::admitted)
                text << " by ledger " << event.refusal.ledger_index << ' '
                     << to_string(event.refusal.dimension) << " used " << event.refusal.used << " retry "
                     << event.refusal.retry_after_us;
        }
        for (const Level& level : event.levels)
            text << ' ' << to_string(level.dimension) << '=' << level.used << '/' << level.limit;
        text << '\n';
    }
    text << "longest order:";
    for (const std::size_t step : found.longest) text << ' ' << course.steps[step].event;
    return text.str() + '\n';
}

}  // namespace

std::string why_not_linearizable(const History& history, const HistoryLeave& leave) {
    const Course course = course_of(history, leave);
    if (course.steps.size() > ordered_operations_max) return "the history is too long to be searched";
    std::vector<OrderedOperation> operations(course.steps.size());
    for (std::size_t i = 0; i < course.steps.size(); ++i) {
        const HistoryEvent& event = history[course.steps[i].event];
        operations[i].may_be_missing = event.is_lost;
        operations[i].changes_nothing = !event.is_lost && (is_refusal(event) || event.what == Asked::peek);
        for (std::size_t j = 0; j < course.steps.size(); ++j) {
            if (course.steps[i].event == course.steps[j].event) continue;
            if (precedes(history, leave, course.steps[j].event, course.steps[i].event))
                operations[i].predecessors |= std::uint64_t{1} << j;
        }
    }
    const OrderFound found = find_sequential_order(operations, std::make_shared<LimiterState>(course));
    return found.is_possible ? "" : text_of(history, course, found);
}

}  // namespace weir::testing
