// Keeps the runtime layer: in the shared store, in the state file, and in force on this node.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "admin/control.hpp"
#include "config/config_store.hpp"
#include "config/runtime.hpp"
#include "weir/shared_state.hpp"

namespace weir::app {

/// One thread: the main one. With a shared store that holds the layer of all nodes, the state file is a copy
/// to start from while the store is away; without one it is the layer itself.
class LayerKeeper {
public:
    struct Places {
        SharedState* shared = nullptr;  ///< nullptr: this node is alone
        std::string file;               ///< empty: nothing survives the process
        /// The newest version that any other node was heard to hold lately.
        std::function<std::int64_t()> newest_of_others{};
    };

    /// `now_us`: the store's time as this node knows it. `on_publish`: another configuration is in force.
    LayerKeeper(boost::asio::io_context& context, config::ConfigStore& store, Places places,
                std::function<std::int64_t()> now_us, std::function<void()> on_publish);

    /// Puts the state file's layer in force, where there is one. Before the threads start.
    void start();

    /// See admin::Control::change. Nothing is half done: where the store can't be asked, nothing was changed;
    /// where its answer was lost, the problem says so (503 outcome_unknown). Nothing is changed in a store
    /// that has lost what was changed before (503 store_recovers).
    awaitable<admin::Answered<admin::Changed>> change(config::RuntimeChange change, admin::Actor actor);

    /// What the store was seen to hold: reads what is new, or writes what it has lost.
    awaitable<void> follow(DocumentVersion stored);

    /// Ends what has ended by now, and writes the copy where it is old. Several times a second.
    void tick();
    /// Writes the copy where it is old.
    void save();

    std::int64_t version() const noexcept { return layer_->version(); }
    std::shared_ptr<const config::RuntimeLayer> layer() const { return layer_; }
    std::vector<config::Mistake> ignored() const { return ignored_; }

private:
    using Answer = admin::Answered<admin::Changed>;
    enum class Caught : std::uint8_t {
        up,          ///< the store has what this node has
        taken_over,  ///< this node has now what the store had
        waits        ///< neither, yet
    };

    /// Which state the layer is.
    DocumentVersion held() const;
    bool is_behind(const DocumentVersion& stored) const;
    awaitable<bool> take_turn();
    awaitable<Answer> try_change(const config::RuntimeChange& change, const admin::Actor& actor);
    awaitable<Answer> write(config::RuntimeDocuments next, const config::RuntimeChange& change);
    awaitable<Caught> catch_up(DocumentVersion stored);
    awaitable<bool> restore(DocumentVersion stored);
    awaitable<bool> read();
    void keep_superseded(const DocumentVersion& stored);
    void put_in_force(config::RuntimeDocuments documents);

    boost::asio::io_context& context_;
    config::ConfigStore& store_;
    SharedState* const shared_;
    std::string file_;
    const std::function<std::int64_t()> newest_of_others_;
    const std::function<std::int64_t()> now_us_;
    const std::function<void()> on_publish_;
    std::shared_ptr<const config::RuntimeLayer> layer_ = std::make_shared<const config::RuntimeLayer>();
    std::vector<config::Mistake> ignored_;
    std::optional<DocumentVersion>
        conflict_;              ///< what the store had instead of `held_`, when it refused a write
    bool is_changing_ = false;  ///< somebody has the turn, see take_turn
    bool is_saved_ = true;      ///< the copy in the file is as new as the layer
    std::mt19937_64 random_;
};

}  // namespace weir::app
