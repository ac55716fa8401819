// The upstreams that one request may go to: in which order, which is asked now, which are left.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <string_view>

#include "policy/policy.hpp"
#include "proxy/upstreams.hpp"
#include "weir/ledger_set.hpp"

namespace weir::proxy {

/// What a request's way depends on.
struct ChoiceTerms {
    const config::Config& config;
    Upstreams& upstreams;
    /// By index into the configuration's upstreams.
    std::span<const std::shared_ptr<KnownUpstream>> known;
    std::string_view model;  ///< as the client named it; empty: it named none
    Demand demand;           ///< its dimensions count, not its amounts
    /// It asks for what one provider keeps, such as a file: only the first one that there is, whatever it has
    /// left, so that two requests do not go to different providers.
    bool is_kept = false;
};

/// One thread.
class UpstreamChoice {
public:
    /// `routes`: those that serve it; not empty. `steady_us` and `random`: see order_candidates.
    UpstreamChoice(const ChoiceTerms& terms, std::span<const policy::Route> routes, std::int64_t steady_us,
                   std::mt19937_64& random);
    ~UpstreamChoice() { let_go(); }
    UpstreamChoice(const UpstreamChoice&) = delete;
    UpstreamChoice& operator=(const UpstreamChoice&) = delete;

    /// Not asked yet, in order, as indexes into the configuration's upstreams. None at first: all are asleep.
    /// Those that are ejected come when all others were taken.
    std::span<const std::size_t> left() const noexcept { return left_; }
    /// Of those that sleep: when the first one wakes, by the steady clock.
    std::int64_t wakes_at_us() const noexcept { return wakes_at_us_; }
    /// Several upstreams serve the request.
    bool has_others() const noexcept { return options_.size() > 1; }
    /// Those that have fallen asleep since are not asked.
    void leave_out_sleeping(std::int64_t steady_us);

    /// The one of `left` that is asked now, for so much: in flight there until another is taken, or this
    /// ends.
    void take(std::size_t number, const Demand& demand, std::int64_t steady_us);
    // REQUIRES: one was taken.
    std::size_t index() const noexcept { return current_->route.upstream; }
    const config::Upstream& upstream() const noexcept { return config_.upstreams[current_->route.upstream]; }
    /// What the upstream calls the model; empty: as the client did.
    std::string_view sent_as() const noexcept { return current_->route.sent_as; }
    /// The name that the upstream is asked for.
    std::string_view model() const noexcept { return sent_as().empty() ? model_ : sent_as(); }
    KnownUpstream& known() const noexcept { return *current_->known; }
    /// What became of the request there. True: its upstream was ejected by that, or has recovered.
    bool note(Sign sign, std::int64_t steady_us, std::mt19937_64& random);

    /// `levels`: of the candidates of a decision over `ledgers`, which were asked in the order of `left`.
    void note_levels(std::span<const Level> levels, const LedgerSet& ledgers, std::int64_t steady_us) const;

private:
    struct Option {
        policy::Route route;
        std::shared_ptr<KnownUpstream> known;
    };
    void let_go() noexcept;
    void order(const Demand& demand, std::int64_t steady_us, std::mt19937_64& random);
    std::int64_t priority_of(const Option& option) const noexcept;
    const Option& option_of(std::size_t upstream) const noexcept;
    std::int64_t sleeps_until_us(const policy::Route& route, std::int64_t steady_us) const;

    const config::Config& config_;
    Upstreams& upstreams_;
    std::string_view model_;
    boost::container::small_vector<Option, 4> options_;
    boost::container::small_vector<std::size_t, 8> left_;
    boost::container::small_vector<std::size_t, 8> last_resort_;  ///< ejected: when all of `left_` were asked
    const Option* current_ = nullptr;
    Demand demand_;  ///< in flight at the current one
    UpstreamHealth::Ask ask_;
    std::int64_t wakes_at_us_ = 0;
};

}  // namespace weir::proxy
