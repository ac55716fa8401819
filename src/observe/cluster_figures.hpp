// All nodes' figures together, as every node can tell them. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "observe/key_activity.hpp"
#include "observe/node_figures.hpp"

namespace weir::observe {

/// What the configuration says of a key.
struct KeyFacts {
    bool known = false;
    std::string tier;
};

/// One thread. Rates are those of the last 5 s, quantiles those of the last 10 s; a node that has begun anew
/// counts from then. A node that has told nothing new for 3 s is left out.
class ClusterFigures {
public:
    static constexpr std::size_t nodes_max = 64;  ///< what further nodes tell is left out
    static constexpr std::int64_t silent_us_max = 3'000'000;

    /// This node's own, or what another has told; what was told before changes nothing.
    void take(NodeFigures figures, std::int64_t now_us);
    /// Lets go of nodes that are silent.
    void forget_silent(std::int64_t now_us);

    /// GET /admin/figures. `self`: the name of this node. `facts_of`: of a key's id.
    std::string figures_json(std::string_view self, const KeyActivity& activity,
                             const std::function<KeyFacts(std::string_view)>& facts_of,
                             std::int64_t now_us) const;
    /// GET /admin/nodes.
    std::string nodes_json(std::int64_t now_us) const;

private:
    struct Sample {
        std::int64_t made_us = 0;
        Totals totals;
        std::vector<UpstreamFigures> upstreams;
    };
    struct Node {
        NodeFigures latest;
        std::int64_t heard_us = 0;
        std::deque<Sample> samples;  ///< of one run, the newest last
    };
    class View;

    std::map<std::string, Node, std::less<>> nodes_;
};

}  // namespace weir::observe
