// Asks what is known of each, and lets the router order them.
#include "proxy/upstream_choice.hpp"

#include <algorithm>

namespace weir::proxy {

namespace {

/// Where checks look after an ejected upstream, no request has to be the probe.
Readiness readiness_of(const config::Upstream& upstream, const KnownUpstream& known, std::int64_t steady_us) {
    if (upstream.check_path.empty()) return known.readiness(steady_us);
    return known.is_well() ? Readiness::ready : Readiness::ejected;
}

}  // namespace

UpstreamChoice::UpstreamChoice(const ChoiceTerms& terms, std::span<const policy::Route> routes,
                               std::int64_t steady_us, std::mt19937_64& random)
    : config_(terms.config), upstreams_(terms.upstreams), model_(terms.model) {
    for (const policy::Route& route : routes) options_.push_back({route, terms.known[route.upstream]});
    if (terms.is_kept) {
        left_.push_back(
            std::min_element(options_.begin(), options_.end(), [&](const Option& one, const Option& other) {
                return priority_of(one) < priority_of(other);
            })->route.upstream);
    } else if (options_.size() == 1) {
        wakes_at_us_ = sleeps_until_us(options_.front().route, steady_us);
        if (wakes_at_us_ == 0) left_.push_back(options_.front().route.upstream);
    } else {
        order(terms.demand, steady_us, random);
    }
}

void UpstreamChoice::order(const Demand& demand, std::int64_t steady_us, std::mt19937_64& random) {
    boost::container::small_vector<Candidate, 4> candidates;
    for (const Option& option : options_) {
        const config::Upstream& upstream = config_.upstreams[option.route.upstream];
        const std::int64_t until_us = sleeps_until_us(option.route, steady_us);
        if (until_us != 0) wakes_at_us_ = wakes_at_us_ == 0 ? until_us : std::min(wakes_at_us_, until_us);
        candidates.push_back({.index = option.route.upstream,
                              .priority = upstream.priority,
                              .weight = static_cast<std::uint32_t>(upstream.weight),
                              .headroom = option.known->headroom(demand, steady_us),
                              .readiness = until_us != 0 ? Readiness::asleep
                                                         : readiness_of(upstream, *option.known, steady_us)});
    }
    const CandidateOrder ordered = order_candidates({candidates.data(), candidates.size()}, random);
    left_.assign(ordered.begin(), ordered.end());
    for (const Candidate& candidate : candidates) {
        const bool is_left = std::find(left_.begin(), left_.end(), candidate.index) != left_.end();
        if (candidate.readiness == Readiness::ejected && !is_left) last_resort_.push_back(candidate.index);
    }
}

std::int64_t UpstreamChoice::priority_of(const Option& option) const noexcept {
    return config_.upstreams[option.route.upstream].priority;
}

const UpstreamChoice::Option& UpstreamChoice::option_of(std::size_t upstream) const noexcept {
    return *std::find_if(options_.begin(), options_.end(),
                         [&](const Option& option) { return option.route.upstream == upstream; });
}

std::int64_t UpstreamChoice::sleeps_until_us(const policy::Route& route, std::int64_t steady_us) const {
    const std::string_view model = route.sent_as.empty() ? model_ : route.sent_as;
    return upstreams_.sleeps_until_us(config_.upstreams[route.upstream].name, model, steady_us);
}

void UpstreamChoice::leave_out_sleeping(std::int64_t steady_us) {
    const auto sleeps = [&](std::size_t upstream) {
        return sleeps_until_us(option_of(upstream).route, steady_us) != 0;
    };
    left_.erase(std::remove_if(left_.begin(), left_.end(), sleeps), left_.end());
}

void UpstreamChoice::let_go() noexcept {
    if (current_ != nullptr) current_->known->take_in_flight(demand_);
}

void UpstreamChoice::take(std::size_t number, const Demand& demand, std::int64_t steady_us) {
    let_go();
    current_ = &option_of(left_[number]);
    demand_ = demand;
    current_->known->add_in_flight(demand_);
    left_.erase(left_.begin() + static_cast<std::ptrdiff_t>(number));
    ask_ = current_->known->begin(steady_us);
    if (left_.empty()) left_.swap(last_resort_);
}

bool UpstreamChoice::note(Sign sign, std::int64_t steady_us, std::mt19937_64& random) {
    std::uniform_real_distribution<double> jitter;
    return current_->known->note(ask_, sign, steady_us, sign == Sign::failing ? jitter(random) : 0.0);
}

void UpstreamChoice::note_levels(std::span<const Level> levels, const LedgerSet& ledgers,
                                 std::int64_t steady_us) const {
    for (const Level& level : levels) {
        if (!ledgers[level.ledger_index].enforced) continue;
        for (std::size_t number = 0; number < ledgers.candidate_count(); ++number) {
            if (!ledgers.candidate(number).contains(level.ledger_index)) continue;
            option_of(left_[number]).known->note_level(level, steady_us);
        }
    }
}

}  // namespace weir::proxy
