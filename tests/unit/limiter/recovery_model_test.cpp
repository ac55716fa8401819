// Every order of events in small bounds: no node trusts the store too early, nothing is lost or written
// twice, and nothing waits for ever.
#include <gtest/gtest.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "recovery_model.hpp"

namespace weir::testing {
namespace {

/// Breadth first, so that what it finds is found by the fewest events.
class Exploration {
public:
    explicit Exploration(Bounds bounds) : model_(bounds) {
        find(model_.encode(model_.first()), 0, "", 0);
        for (std::size_t at = 0; at < worlds_.size() && wrong_.empty(); ++at) visit(at);
        if (wrong_.empty()) find_what_waits_for_ever();
    }

    std::size_t size() const { return worlds_.size(); }
    const std::string& wrong() const { return wrong_; }

private:
    struct Origin {
        std::size_t from = 0;
        const char* name = "";
        std::size_t node = 0;
    };

    std::size_t find(std::string text, std::size_t from, const char* name, std::size_t node) {
        const auto [known, is_new] = numbers_.emplace(std::move(text), worlds_.size());
        if (is_new) {
            worlds_.push_back(&known->first);
            origins_.push_back({from, name, node});
        }
        return known->second;
    }

    void visit(std::size_t at) {
        const World world = model_.decode(*worlds_[at]);
        if (model_.is_settled(world)) {
            settled_.push_back(at);
            const std::string wrong = model_.what_is_wrong(world);
            if (!wrong.empty()) return tell(wrong, at);
        }
        for (Change& change : model_.changes(world)) {
            const std::size_t to = find(model_.encode(std::move(change.world)), at, change.name, change.node);
            if (change.is_benign)
                leads_.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(to)});
            if (!change.violation.empty())
                return tell(change.violation + ", as node " + std::to_string(change.node) + " " + change.name,
                            at);
        }
    }

    /// From everywhere a settled world can be reached by what happens by itself.
    void find_what_waits_for_ever() {
        std::vector<std::uint32_t> begins(worlds_.size() + 1), froms(leads_.size());
        for (const auto& [from, to] : leads_) ++begins[to + 1];
        for (std::size_t i = 0; i < worlds_.size(); ++i) begins[i + 1] += begins[i];
        std::vector<std::uint32_t> next(begins.begin(), begins.end() - 1);
        for (const auto& [from, to] : leads_) froms[next[to]++] = from;
        std::vector<bool> reaches(worlds_.size());
        std::vector<std::size_t> open = settled_;
        for (const std::size_t at : open) reaches[at] = true;
        while (!open.empty()) {
            const std::size_t at = open.back();
            open.pop_back();
            for (std::size_t i = begins[at]; i < begins[at + 1]; ++i) {
                if (reaches[froms[i]]) continue;
                reaches[froms[i]] = true;
                open.push_back(froms[i]);
            }
        }
        for (std::size_t at = 0; at < worlds_.size(); ++at) {
            if (!reaches[at]) return tell("nothing leads to a store that all trust", at);
        }
    }

    void tell(const std::string& what, std::size_t at) {
        wrong_ = what;
        std::string events;
        for (; at != 0; at = origins_[at].from) {
            events = "\n  node " + std::to_string(origins_[at].node) + " " + origins_[at].name + events;
        }
        wrong_ += ", after:" + events;
    }

    RecoveryModel model_;
    std::unordered_map<std::string, std::size_t> numbers_;
    std::vector<const std::string*> worlds_;
    std::vector<Origin> origins_;
    std::vector<std::size_t> settled_;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> leads_;  ///< benign ones
    std::string wrong_;
};

void expect_sound(const Bounds& bounds) {
    const Exploration exploration(bounds);
    EXPECT_EQ(exploration.wrong(), "");
    ::testing::Test::RecordProperty("worlds", static_cast<int>(exploration.size()));
}

TEST(RecoveryModel, TwoNodesStartTogether) {
    expect_sound({.nodes = 2, .fresh = 2, .losses = 1});
}

TEST(RecoveryModel, ANodeJoinsAnother) {
    expect_sound(
        {.nodes = 2, .fresh = 1, .losses = 1, .admissions = 1, .restarts = false, .fails_over = false});
}

TEST(RecoveryModel, TwoNodesAreCutOffAndAdmitMeanwhile) {
    expect_sound({.nodes = 2, .cuts = 2, .failures = 1, .admissions = 2});
}

TEST(RecoveryModel, TwoNodesOneLossAndOneReturn) {
    expect_sound({.nodes = 2, .losses = 1, .cuts = 1, .admissions = 1, .fails_over = false});
}

TEST(RecoveryModel, TwoNodesOneFailoverAndOneReturn) {
    expect_sound({.nodes = 2, .losses = 1, .cuts = 1, .empties = false, .restarts = false});
}

TEST(RecoveryModel, TwoNodesOneLossAndAWriteThatFails) {
    expect_sound({.nodes = 2, .losses = 1, .failures = 1, .admissions = 1, .fails_over = false});
}

TEST(RecoveryModel, TwoNodesOneLossThatRequestsReport) {
    expect_sound({.nodes = 2, .losses = 1, .reports = 2});
}

TEST(RecoveryModel, TwoNodesOneLossAndOneLeavesOrDies) {
    expect_sound({.nodes = 2, .losses = 1, .failures = 1, .deaths = 1, .stops = 1});
}

TEST(RecoveryModel, TwoNodesThatAdmitNothingWithoutTheStore) {
    expect_sound({.nodes = 2, .losses = 1, .cuts = 1, .falls_back_locally = false});
}

TEST(RecoveryModel, ThreeNodesOneLoss) {
    expect_sound({.nodes = 3, .losses = 1, .deaths = 1, .is_split = false});
}

TEST(RecoveryModel, ThreeNodesOneReturn) {
    expect_sound({.nodes = 3, .cuts = 2, .admissions = 1, .is_split = false});
}

TEST(RecoveryModel, ThreeNodesOneLossAndOneReturn) {
    expect_sound(
        {.nodes = 3, .losses = 1, .cuts = 1, .restarts = false, .fails_over = false, .is_split = false});
}

}  // namespace
}  // namespace weir::testing
