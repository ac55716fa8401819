// What nodes that share a Redis tell each other beside the ledgers: the documents that operators change, what
// was used, and each node's figures.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/awaitable.hpp"
#include "weir/clock.hpp"
#include "weir/error.hpp"
#include "weir/redis_address.hpp"

namespace weir {

/// Which state of the documents it is. Revisions tell apart two histories that have reached the same version,
/// as may happen where Redis has lost its data.
struct DocumentVersion {
    std::int64_t version = 0;  ///< rises by one with each change; 0: there are none
    std::string revision;      ///< random, made by who wrote it
    bool operator==(const DocumentVersion&) const = default;
};

/// By path: the document, nullopt where there is none any more.
using DocumentChanges = std::map<std::string, std::optional<std::string>>;

/// The versions that led to one, newest first and that one among them: "12:ab34 11:9f02". The last 256.
using DocumentHistory = std::string;

struct DocumentNews {
    DocumentVersion now;
    DocumentHistory history;
    bool is_whole =
        false;  ///< `changes` are all documents that there are, not those since the version asked for
    DocumentChanges changes;
};

struct DocumentWrite {
    DocumentVersion expected;  ///< nothing is written where the store has another
    DocumentVersion next;
    DocumentChanges changes;
    bool replaces_all = false;  ///< what is not among the changes is removed
    DocumentHistory history;    ///< of `next`, where all is replaced; else the store adds to its own
};

/// Amounts that one node adds to the totals of a day. The order of `amounts` is the caller's.
struct UsageIncrement {
    static constexpr std::size_t amount_count = 6;
    std::int64_t day = 0;  ///< since 1970-01-01
    std::string key;
    std::string model;
    std::array<std::int64_t, amount_count> amounts{};
};

/// What one node adds to an hour of a key: sums, and the most of one minute, of which the highest that any
/// node tells stays. The order of both is the caller's.
struct HourIncrement {
    static constexpr std::size_t sum_count = 4, peak_count = 4;
    std::int64_t hour = 0;  ///< since 1970-01-01
    std::string key;
    std::array<std::int64_t, sum_count> sums{};
    std::array<std::int64_t, peak_count> peaks{};
};

/// Written once, however often it is sent: a writer's batches are numbered from 1 upwards.
struct UsageBatch {
    std::string writer;
    std::int64_t sequence = 0;  ///< 0: there is nothing to write
    std::int64_t previous = 0;  ///< the last one that was applied; 0: none of this writer's was
    std::vector<UsageIncrement> increments;
    std::vector<HourIncrement> hours;
};

struct ExchangeQuestion {
    std::string node;     ///< random, of this process
    std::string figures;  ///< for the other nodes; at most 64 KiB; empty: this node leaves
    UsageBatch usage;
};

/// What became of a batch. The store keeps the sequence of each writer's last one.
enum class BatchFate : std::uint8_t {
    none,     ///< there was no batch
    applied,  ///< now or earlier: its sequence is kept, or its `previous` was, or both know of nothing
    emptied,  ///< not applied: the store knows nothing of this writer, who has written before
    differs   ///< not applied: the store has another sequence than either of the two
};

struct ExchangeReply {
    std::int64_t now_us = 0;  ///< Redis's clock
    DocumentVersion documents;
    BatchFate batch = BatchFate::none;
    std::int64_t sequence = 0;  ///< of this writer, as the store has it now
    struct Node {
        std::string name;
        std::int64_t age_us = 0;
        std::string figures;
    };
    std::vector<Node> nodes;  ///< that have spoken within the last seconds, this one included
};

/// One connection of its own, so that nothing of it stands in the way of decisions, or says that they are
/// late. One thread: that of its context. Errors: store_unavailable: nothing was done; store_timeout: it may
/// have been.
class SharedState {
public:
    virtual ~SharedState() = default;

    /// Connects, until `stop`. To be spawned once.
    virtual awaitable<void> run() = 0;
    virtual void stop() = 0;
    virtual bool ready() const noexcept = 0;

    virtual awaitable<result<ExchangeReply>> exchange(const ExchangeQuestion& question) = 0;
    /// What has changed since; everything where the store's history does not hold that version, as of version
    /// 0.
    virtual awaitable<result<DocumentNews>> read_documents(DocumentVersion since) = 0;
    /// The version in the store afterwards: `write.next` where it was written.
    virtual awaitable<result<DocumentVersion>> write_documents(const DocumentWrite& write) = 0;
    /// All of one day.
    virtual awaitable<result<std::vector<UsageIncrement>>> read_usage(std::int64_t day) = 0;
    /// Of one key, ascending, both hours included: those that something was added to. The store keeps them
    /// for five weeks and a few days.
    virtual awaitable<result<std::vector<HourIncrement>>> read_hours(std::string key, std::int64_t from_hour,
                                                                     std::int64_t to_hour) = 0;
};

/// Throws std::invalid_argument for an address that makes no sense.
std::unique_ptr<SharedState> make_shared_state(boost::asio::io_context& context, const Clock& clock,
                                               RedisAddress address);

}  // namespace weir
