// Many who come, leave and wait by chance, before a store that is simple: what must hold whatever happens.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "proxy/wait_lines.hpp"

namespace weir::proxy {
namespace {

using Kind = WaitLines::Answer::Kind;
constexpr std::int64_t ms = 1'000;
constexpr std::int64_t window_us = 1'000 * ms;
constexpr std::size_t key_count = 4;

/// One exact sliding window of input tokens.
class SimpleLedger {
public:
    explicit SimpleLedger(std::int64_t limit) : limit_(limit) {}
    /// 0: it fits; else when it will.
    std::int64_t fits_at(std::int64_t tokens, std::int64_t now_us) {
        while (!log_.empty() && log_.front().first + window_us <= now_us) {
            used_ -= log_.front().second;
            log_.pop_front();
        }
        std::int64_t used = used_;
        if (used + tokens <= limit_) return 0;
        for (const auto& [at_us, taken] : log_) {
            used -= taken;
            if (used + tokens <= limit_) return at_us + window_us;
        }
        return 0;
    }
    void take(std::int64_t tokens, std::int64_t now_us) {
        log_.emplace_back(now_us, tokens);
        used_ += tokens;
    }
    std::int64_t give_back_newest() {
        if (log_.empty()) return 0;
        const std::int64_t tokens = log_.back().second;
        used_ -= tokens;
        log_.pop_back();
        return tokens;
    }
    std::int64_t limit() const { return limit_; }
    std::int64_t used() const { return used_; }

private:
    std::int64_t limit_, used_ = 0;
    std::deque<std::pair<std::int64_t, std::int64_t>> log_;
};

/// Keys with a ledger each, and one that all share.
class World {
public:
    explicit World(unsigned seed) : random_(seed) {
        for (std::size_t key = 0; key < key_count; ++key) {
            keys_.emplace_back(between(20, 60));
            ledgers_[key].ledger = LedgerName("key:" + std::to_string(key) + ":1");
            ledgers_[key].limits.set(Dimension::input_tokens, keys_[key].limit());
        }
        ledgers_[key_count].ledger = LedgerName("upstream:u:1");
        ledgers_[key_count].limits.set(Dimension::input_tokens, shared_.limit());
        for (LedgerLimits& ledger : ledgers_) ledger.window_us = window_us;
    }

    void run() {
        for (int round = 0; round < 3'000; ++round) {
            now_ += between(0, 5) * ms;
            const std::int64_t dice = between(0, 99);
            if (dice < 55) arrive();
            if (dice >= 55 && dice < 60) leave_one();
            if (dice >= 60 && dice < 65) give_back();
            serve();
            answer_some();
            if (::testing::Test::HasFatalFailure()) return;
        }
        for (int round = 0; round < 2'000 && !waiting_.empty(); ++round) {
            now_ += 5 * ms;
            serve();
            answer_some();
        }
        EXPECT_TRUE(waiting_.empty()) << waiting_.size() << " were forgotten";
        EXPECT_EQ(lines_.size(), 0U);
        EXPECT_GT(served_, 100);
    }

private:
    struct Guest {
        std::size_t key = 0;
        std::int64_t tokens = 0;
        std::int64_t deadline_us = 0;
        bool is_asked = false;
    };

    std::int64_t between(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
    }
    LedgerSet set_of(std::size_t key) const {
        LedgerSet set;
        set.add(ledgers_[key]);
        set.add(ledgers_[key_count]);
        return set;
    }

    std::optional<Obstacle> ask(std::size_t key, std::int64_t tokens) {
        const std::int64_t own_us = keys_[key].fits_at(tokens, now_);
        const std::int64_t shared_us = shared_.fits_at(tokens, now_);
        if (own_us == 0 && shared_us == 0) {
            keys_[key].take(tokens, now_);
            shared_.take(tokens, now_);
            return std::nullopt;
        }
        const bool is_own = own_us >= shared_us;
        const SimpleLedger& by = is_own ? keys_[key] : shared_;
        return Obstacle{.ledger = ledgers_[is_own ? key : key_count].ledger.key(),
                        .dimension = Dimension::input_tokens,
                        .limit = by.limit(),
                        .due_us = std::max(own_us, shared_us),
                        .missing = by.used() + tokens - by.limit(),
                        .used = by.used(),
                        .room = {.limit = by.limit(), .remaining = 0, .window_us = window_us}};
    }

    void arrive() {
        const auto key = static_cast<std::size_t>(between(0, key_count - 1));
        const std::int64_t tokens = between(1, 12);
        const std::int64_t deadline_us = now_ + between(0, 800) * ms;
        const std::string set = std::to_string(key);
        const LedgerSet ledgers = set_of(key);
        const Demand demand{1, tokens, 0};
        const WaitLines::Applicant applicant{.set = set,
                                             .key_id = set,
                                             .tier = "t",
                                             .demand = demand,
                                             .weight = between(1, 3),
                                             .deadline_us = deadline_us};
        std::optional<Obstacle> own;
        if (lines_.is_behind(set, ledgers, demand, true)) {
            if (enter(applicant, ledgers, own, key, tokens)) return;
        }
        own = ask(key, tokens);
        if (!own || own->due_us > deadline_us) return;
        enter(applicant, ledgers, own, key, tokens);
    }
    /// False: it is to be asked for.
    bool enter(const WaitLines::Applicant& applicant, const LedgerSet& ledgers,
               const std::optional<Obstacle>& own, std::size_t key, std::int64_t tokens) {
        const auto entry =
            lines_.enter(applicant, ledgers, own, {.waiting_max = 200, .per_key_max = 80}, now_);
        if (entry.entered == WaitLines::Entered::ask) {
            EXPECT_FALSE(own);
            return false;
        }
        if (entry.entered == WaitLines::Entered::waits) {
            EXPECT_LE(entry.turn_us, applicant.deadline_us);
            waiting_[entry.ticket] = {key, tokens, applicant.deadline_us};
            if (entry.is_new_line) alive_.insert(entry.line);
        }
        return true;
    }

    void leave_one() {
        if (waiting_.empty()) return;
        auto guest = waiting_.begin();
        std::advance(guest, between(0, static_cast<std::int64_t>(waiting_.size()) - 1));
        EXPECT_EQ(lines_.leave(guest->first), !guest->second.is_asked);
        if (!guest->second.is_asked) waiting_.erase(guest);
    }

    void give_back() {
        const auto key = static_cast<std::size_t>(between(0, key_count - 1));
        lines_.given_back(set_of(key), {0, keys_[key].give_back_newest(), 0});
    }

    void serve() {
        for (const WaitLines::LineId line : std::set<WaitLines::LineId>(alive_)) {
            WaitLines::Step step = lines_.step(line, now_);
            for (const auto& expired : step.expired) {
                EXPECT_GE(now_, waiting_.at(expired.ticket).deadline_us);
                EXPECT_FALSE(waiting_.at(expired.ticket).is_asked);
                waiting_.erase(expired.ticket);
            }
            if (step.is_over) alive_.erase(line);
            EXPECT_TRUE(step.is_over || !step.ask.empty() || step.wake_us > now_);
            if (!step.ask.empty()) begin(line, std::move(step.ask));
        }
    }

    void begin(WaitLines::LineId line, std::vector<WaitLines::Ticket> wave) {
        ASSERT_LE(wave.size(), WaitLines::wave_max);
        ASSERT_FALSE(waves_.contains(line)) << "one wave at a time";
        std::int64_t least = 0;
        for (const WaitLines::Ticket ticket : wave) {
            Guest& guest = waiting_.at(ticket);
            guest.is_asked = true;
            EXPECT_GE(guest.tokens, least);
            least = guest.tokens;
        }
        const std::size_t key = waiting_.at(wave.front()).key;
        for (const auto& [ticket, guest] : waiting_)
            ASSERT_TRUE(guest.key != key || guest.is_asked || ticket > wave.back()) << "out of order";
        waves_[line] = std::move(wave);
    }

    void answer_some() {
        for (auto wave = waves_.begin(); wave != waves_.end();) {
            if (between(0, 2) == 0) {
                ++wave;
                continue;
            }
            std::vector<WaitLines::Answer> answers;
            for (const WaitLines::Ticket ticket : wave->second) {
                const Guest& guest = waiting_.at(ticket);
                if (between(0, 49) == 0) {
                    answers.push_back({Kind::final, std::nullopt});
                    continue;
                }
                // Room comes and goes while a wave is on its way.
                if (between(0, 9) == 0) give_back();
                auto refused = ask(guest.key, guest.tokens);
                answers.push_back({refused ? Kind::refused : Kind::admitted, std::move(refused)});
            }
            deal(wave->first, wave->second, std::move(answers));
            wave = waves_.erase(wave);
        }
    }

    void deal(WaitLines::LineId line, const std::vector<WaitLines::Ticket>& wave,
              std::vector<WaitLines::Answer> answers) {
        const auto dealt = lines_.decided(line, answers, now_);
        bool is_behind = false;
        for (std::size_t place = 0; place < wave.size(); ++place) {
            Guest& guest = waiting_.at(wave[place]);
            guest.is_asked = false;
            if (!dealt[place]) {
                is_behind = true;
                continue;
            }
            if (answers[*dealt[place]].kind == Kind::admitted) {
                EXPECT_FALSE(is_behind) << "somebody before it still waits";
                EXPECT_GE(waiting_.at(wave[*dealt[place]]).tokens, guest.tokens);
                ++served_;
            }
        }
        for (std::size_t place = 0; place < wave.size(); ++place) {
            if (dealt[place]) waiting_.erase(wave[place]);
        }
    }

    std::mt19937 random_;
    WaitLines lines_;
    std::int64_t now_ = 1'000'000 * ms;
    std::vector<SimpleLedger> keys_;
    SimpleLedger shared_{100};
    std::array<LedgerLimits, key_count + 1> ledgers_;
    std::map<WaitLines::Ticket, Guest> waiting_;
    std::set<WaitLines::LineId> alive_;
    std::map<WaitLines::LineId, std::vector<WaitLines::Ticket>> waves_;
    int served_ = 0;
};

TEST(WaitLinesAtRandom, KeepsOrderAndForgetsNobody) {
    for (unsigned seed = 0; seed < 40; ++seed) {
        SCOPED_TRACE(seed);
        World(seed).run();
        if (HasFailure()) return;
    }
}

/// Two lines that never run empty before one gate, which lets ten tokens in every 10 ms.
std::map<std::string, std::int64_t> shared_out(std::int64_t weight_of_b, std::int64_t tokens_of_b) {
    WaitLines lines;
    LedgerLimits shared{.ledger = LedgerName("upstream:u:1"), .window_us = window_us, .limits = {}};
    shared.limits.set(Dimension::input_tokens, 1'000);
    const LedgerSet ledgers(std::span(&shared, 1));
    std::map<std::string, std::int64_t> admitted;
    std::map<WaitLines::Ticket, std::string> owners;
    std::set<WaitLines::LineId> alive;
    std::int64_t now_us = 1'000'000 * ms, room = 0;
    const auto obstacle = [&] {
        return Obstacle{.ledger = shared.ledger.key(),
                        .dimension = Dimension::input_tokens,
                        .limit = 1'000,
                        .due_us = now_us + 10 * ms,
                        .missing = 1'000'000,
                        .room = {.limit = 1'000, .remaining = 0, .window_us = window_us}};
    };
    const auto join = [&](const std::string& set) {
        const bool is_b = set == "b";
        const auto entry = lines.enter({.set = set,
                                        .key_id = set,
                                        .tier = "t",
                                        .demand = {1, is_b ? tokens_of_b : 1, 0},
                                        .weight = is_b ? weight_of_b : 1,
                                        .deadline_us = now_us + 1'000'000 * ms},
                                       ledgers, obstacle(), {}, now_us);
        owners[entry.ticket] = set;
        alive.insert(entry.line);
    };
    for (int i = 0; i < 50; ++i) {
        join("a");
        join("b");
    }
    for (int round = 0; round < 20'000; ++round, now_us += 1 * ms) {
        if (round % 10 == 0) room += 10;
        for (const WaitLines::LineId line : alive) {
            const auto step = lines.step(line, now_us);
            if (step.ask.empty()) continue;
            std::vector<WaitLines::Answer> answers;
            std::vector<std::string> served;
            for (const WaitLines::Ticket ticket : step.ask) {
                const std::string& owner = owners.at(ticket);
                const std::int64_t tokens = owner == "b" ? tokens_of_b : 1;
                if (tokens > room) {
                    answers.push_back({Kind::refused, obstacle()});
                    continue;
                }
                room -= tokens;
                admitted[owner] += tokens;
                served.push_back(owner);
                answers.push_back({Kind::admitted, std::nullopt});
            }
            lines.decided(line, std::move(answers), now_us);
            for (const std::string& owner : served) join(owner);
        }
    }
    return admitted;
}

TEST(WaitLinesAtRandom, LinesShareAGateByWeight) {
    for (const std::int64_t weight : {1, 3}) {
        for (const std::int64_t tokens : {1, 5}) {
            auto admitted = shared_out(weight, tokens);
            const double ratio = static_cast<double>(admitted["b"]) / static_cast<double>(admitted["a"]);
            EXPECT_NEAR(ratio, static_cast<double>(weight), 0.15 * static_cast<double>(weight))
                << "weight " << weight << ", tokens " << tokens;
            EXPECT_GT(admitted["a"] + admitted["b"], 19'000) << "room is left unused";
        }
    }
}

}  // namespace
}  // namespace weir::proxy
