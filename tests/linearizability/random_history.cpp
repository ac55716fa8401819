// What a client does next depends on what it holds; everything else is drawn before it begins.
#include "linearizability/random_history.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <random>

#include "contract/contract.hpp"
#include "support/manual_clock.hpp"

namespace weir::testing {

namespace {

using Random = std::mt19937_64;
using Count = std::atomic<std::uint64_t>;

std::int64_t draw(Random& random, std::int64_t from, std::int64_t to) {
    return from + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(to - from + 1));
}

/// One tag: on a cluster they would share a slot.
LedgerLimits make_ledger(const std::string& name, const std::string& history, std::int64_t window_us,
                         std::initializer_list<LimitOf> limits) {
    LedgerLimits made = ledger("", window_us, limits);
    made.ledger = LedgerName(name + ":" + history, history);
    return made;
}

/// Narrow, so that most verdicts depend on the order.
struct World {
    World(const std::string& name, Random& random)
        : key(make_ledger(
              "key", name, minute_us,
              {{Dimension::requests, draw(random, 3, 8)}, {Dimension::input_tokens, draw(random, 15, 40)}})),
          group(make_ledger("group", name, 10 * second_us,
                            {{Dimension::total_tokens, draw(random, 15, 30)},
                             {Dimension::output_tokens, draw(random, 10, 20)}})),
          slots(make_ledger("slots", name, in_flight_lease_us, {{Dimension::in_flight, draw(random, 1, 4)}})),
          upstreams{make_ledger("a", name, minute_us, {{Dimension::requests, draw(random, 1, 3)}}),
                    make_ledger("b", name, minute_us, {{Dimension::input_tokens, draw(random, 10, 20)}})} {}

    std::vector<LedgerLimits> everything() const { return {key, group, slots, upstreams[0], upstreams[1]}; }

    LedgerLimits key, group, slots;
    std::vector<LedgerLimits> upstreams;
};

/// What a step would do, drawn in advance.
struct Draw {
    std::uint64_t what = 0, ledgers = 0, usage = 0;
    Demand demand;
    std::int64_t input_used = 0, output_used = 0;
};

class Client {
public:
    Client(std::size_t node, const World& world, const HistoryPlan& plan, Count& count, std::uint64_t seed)
        : node_(node), world_(world), plan_(plan), count_(count), random_(seed) {}

    awaitable<void> run(Limiter& limiter, std::int64_t date_us) {
        for (std::size_t step = 0; step < plan_.steps_per_phase; ++step) {
            Draw next;
            next.what = random_() % 10;
            next.ledgers = random_() % 7;
            next.usage = random_() % 8;
            next.demand = {1, draw(random_, 1, 10), draw(random_, 0, 8)};
            next.input_used = draw(random_, 0, 12);
            next.output_used = draw(random_, 0, 10);
            co_await step_once(limiter, next, date_us);
        }
    }

    History events;  ///< reservations are indexes into these

private:
    struct Open {
        std::size_t event = 0;
        std::size_t ledgers = 0;
        Reservation reservation;
    };

    awaitable<void> step_once(Limiter& limiter, const Draw& next, std::int64_t date_us) {
        if (next.what == 9) co_return co_await peek(limiter, date_us);
        const bool ends_one = !open_.empty() && next.what >= 5;
        if (!ends_one) co_return co_await reserve(limiter, next, date_us);
        const bool may_renew =
            node_ != plan_.lossy_node && (plan_.progresses_on_several_ledgers || open_.front().ledgers == 1);
        if (next.what == 8 && may_renew) co_return co_await progress(limiter, next, date_us);
        co_await settle(limiter, next, date_us);
    }

    HistoryEvent begin(Asked what, std::int64_t date_us) {
        HistoryEvent event;
        event.what = what;
        event.node = node_;
        event.date_us = date_us;
        event.invoked = count_.fetch_add(1);
        return event;
    }
    void end(HistoryEvent event) {
        event.returned = count_.fetch_add(1);
        events.push_back(std::move(event));
    }

    void choose_ledgers(HistoryEvent& event, std::uint64_t choice) const {
        switch (choice) {
            case 0:
                event.ledgers = {world_.key};
                break;
            case 1:
                event.ledgers = {world_.group};
                break;
            case 2:
                event.ledgers = {world_.key, world_.slots};
                break;
            default:
                event.ledgers = {world_.group, world_.key};
        }
        event.own_ledgers = event.ledgers.size();
        if (choice < 5) return;
        event.ledgers = {world_.key, world_.upstreams[0], world_.upstreams[1]};
        event.own_ledgers = 1;
    }

    awaitable<void> reserve(Limiter& limiter, const Draw& next, std::int64_t date_us) {
        HistoryEvent event = begin(Asked::reserve, date_us);
        choose_ledgers(event, next.ledgers);
        event.demand = next.demand;
        auto decision = co_await limiter.reserve(event.demand, event.set());
        if (!decision) {
            event.is_lost = true;
            co_return end(std::move(event));
        }
        event.verdict = decision->verdict;
        event.refusal = decision->refusal;
        event.candidate = decision->candidate;
        EXPECT_EQ(decision->decided_at_us, date_us);
        const std::size_t charged = event.own_ledgers + (event.own_ledgers < event.ledgers.size() ? 1 : 0);
        if (decision->reservation)
            open_.push_back({events.size(), charged, std::move(*decision->reservation)});
        end(std::move(event));
    }

    awaitable<void> progress(Limiter& limiter, const Draw& next, std::int64_t date_us) {
        HistoryEvent event = begin(Asked::progress, date_us);
        event.reservation = open_.front().event;
        event.usage.output_tokens = next.output_used;
        event.usage.expected_more = next.usage;
        co_await limiter.progress(open_.front().reservation, event.usage);
        end(std::move(event));
    }

    awaitable<void> settle(Limiter& limiter, const Draw& next, std::int64_t date_us) {
        HistoryEvent event = begin(Asked::settle, date_us);
        Open ended = std::move(open_.front());
        open_.pop_front();
        event.reservation = ended.event;
        event.usage.requests = next.usage < 3 ? 0 : 1;
        event.usage.input_tokens = next.input_used;
        event.usage.output_tokens = next.output_used;
        event.usage.certainty = next.usage < 6 ? Certainty::exact : Certainty::lower_bound;
        event.usage.unproduced = next.usage % 3 == 0 ? Unproduced::run_out : Unproduced::release;
        if (node_ == plan_.lossy_node) {
            event.usage = {.requests = 0, .certainty = Certainty::exact, .unproduced = Unproduced::release};
            // Nobody tells the client whether the store has heard of it.
            event.is_lost = true;
        }
        co_await limiter.settle(std::move(ended.reservation), event.usage);
        end(std::move(event));
    }

    awaitable<void> peek(Limiter& limiter, std::int64_t date_us) {
        if (node_ == plan_.lossy_node) co_return;
        HistoryEvent event = begin(Asked::peek, date_us);
        event.ledgers = world_.everything();
        auto levels = co_await limiter.peek(event.ledgers);
        EXPECT_TRUE(levels);
        if (levels) event.levels = std::move(*levels);
        end(std::move(event));
    }

    std::size_t node_;
    const World& world_;
    const HistoryPlan& plan_;
    Count& count_;
    Random random_;
    std::deque<Open> open_;
};

History merged(const std::deque<Client>& clients) {
    History history;
    for (const Client& client : clients) {
        const std::size_t first = history.size();
        for (HistoryEvent event : client.events) {
            event.reservation += first;
            history.push_back(std::move(event));
        }
    }
    return history;
}

}  // namespace

bool has_overlap(const History& history) {
    return std::any_of(history.begin(), history.end(), [&](const HistoryEvent& first) {
        return std::any_of(history.begin(), history.end(), [&](const HistoryEvent& second) {
            return first.node != second.node && first.invoked < second.invoked &&
                   second.invoked < first.returned;
        });
    });
}

History record_history(HistoryNodes& nodes, const HistoryPlan& plan) {
    Random random(plan.seed);
    const World world(plan.name, random);
    Count count{0};
    std::deque<Client> clients;
    for (std::size_t i = 0; i < nodes.size() * plan.clients_per_node; ++i)
        clients.emplace_back(i % nodes.size(), world, plan, count, random());
    std::int64_t now_us = some_minute_us;
    for (std::size_t phase = 0; phase <= plan.pauses_us.size(); ++phase) {
        if (phase > 0) now_us += plan.pauses_us[phase - 1];
        nodes.set_now_us(now_us);
        if (plan.before_phase) plan.before_phase(phase);
        std::vector<std::future<bool>> running;
        for (std::size_t i = 0; i < clients.size(); ++i) {
            running.push_back(nodes.start(i % nodes.size(), [&client = clients[i], now_us](Limiter& limiter) {
                return client.run(limiter, now_us);
            }));
        }
        for (auto& each : running) each.get();
    }
    if (plan.before_phase) plan.before_phase(plan.pauses_us.size() + 1);
    return merged(clients);
}

}  // namespace weir::testing
