// What was seen of each key within the last hour, by minute: for lists of keys and for the page. Pure,
// bounded.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/seeded_hash.hpp"

namespace weir::observe {

struct MinuteAmounts {
    std::int64_t requests = 0;  ///< decided on
    std::int64_t refused = 0;
    std::int64_t input_tokens = 0;  ///< settled
    std::int64_t output_tokens = 0;

    MinuteAmounts& operator+=(const MinuteAmounts& other) noexcept;
    MinuteAmounts& operator-=(const MinuteAmounts& other) noexcept;
    bool operator==(const MinuteAmounts&) const noexcept = default;
};

/// How a key has fared lately.
struct KeyRecent {
    std::string id;
    MinuteAmounts last_minute;  ///< the last 60 s, this minute's part and the rest of the one before
    MinuteAmounts last_hour;
    std::int64_t last_seen_us = 0;
    std::string refused_by;  ///< the last limit that refused it: "key/output_tokens/1m"; empty: none
    std::int64_t refused_by_limit = 0;
};

/// What all nodes together have seen of a key in one minute.
struct KeyMinute {
    std::string id;
    MinuteAmounts amounts;
};

enum class KeyOrder : std::uint8_t {
    requests,
    input_tokens,
    output_tokens,
    total_tokens,
    refused,
    last_seen
};

/// One thread. Of each node apart, so that what a node tells twice counts once.
///
/// Memory: a key of a node takes about 0.5 KiB and 40 bytes for each minute in which it was seen, 3 KiB at
/// the most: 30 MiB for 10,000 keys that are all busy in every minute of an hour.
class KeyActivity {
public:
    KeyActivity() = default;
    KeyActivity(const KeyActivity&) = delete;
    KeyActivity& operator=(const KeyActivity&) = delete;
    KeyActivity(KeyActivity&&) = default;
    KeyActivity& operator=(KeyActivity&&) = default;

    static constexpr std::size_t minutes_kept = 60;
    static constexpr std::size_t keys_max = 10'000;  ///< of one node; the longest unseen gives way
    static constexpr std::size_t nodes_max = 64;     ///< what further nodes tell is left out

    /// This node's own: adds.
    void add(std::string_view id, std::int64_t now_us, const MinuteAmounts& amounts,
             std::string_view refused_by = {}, std::int64_t refused_by_limit = 0);
    /// What another node says that one of its minutes (since the epoch) holds so far: replaces. `node` is not
    /// empty. What its minutes lie apart is an hour at the most: older ones are forgotten.
    void replace(std::string_view node, std::string_view id, std::int64_t minute,
                 const MinuteAmounts& amounts, std::int64_t last_seen_us, std::string_view refused_by,
                 std::int64_t refused_by_limit);

    /// All nodes together; the `count` first in that order, the most first: by the last minute, among equals
    /// by the last hour. Keys that were not seen within the hour are left out.
    std::vector<KeyRecent> ranked(KeyOrder order, std::int64_t now_us, std::size_t count) const;
    /// Of one key; last_seen_us 0: not within the hour.
    KeyRecent recent(std::string_view id, std::int64_t now_us) const;
    /// Of one key, the oldest minute first, the current one last.
    std::array<MinuteAmounts, minutes_kept> history(std::string_view id, std::int64_t now_us) const;
    /// Of this node's own: for its figures, the keys seen in this minute or the last, the busiest first.
    struct OwnMinute {
        std::string id;
        std::int64_t minute = 0;
        MinuteAmounts amounts;
        std::int64_t last_seen_us = 0;
        std::string refused_by;
        std::int64_t refused_by_limit = 0;
    };
    std::vector<OwnMinute> own_minutes(std::int64_t now_us, std::size_t keys_count) const;
    /// Of one minute (since the epoch), the keys that this node has seen in it, with what all nodes have.
    std::vector<KeyMinute> minutes_of_all(std::int64_t minute) const;
    void forget_old(std::int64_t now_us);

private:
    struct Minute {
        std::int64_t number = 0;  ///< since the epoch
        MinuteAmounts amounts;
    };
    struct Id {
        std::size_t index = 0;  ///< dense: where ranking sums it up
        std::size_t uses = 0;   ///< by so many nodes' keys
    };
    using Ids = std::unordered_map<std::string, Id, text::SeededHash>;
    /// What ranking reads stands first, and all keys of a node in one piece of memory.
    struct Key {
        const Ids::value_type* id = nullptr;  ///< nullptr: the place is free
        std::int64_t last_seen_us = 0;
        std::int64_t refused_at_us = 0;
        std::int64_t oldest = 0, newest = 0;  ///< of `minutes`
        MinuteAmounts sum;                    ///< of all of `minutes`
        MinuteAmounts in_newest, before;      ///< in the newest, and in the minute before that
        std::vector<Minute> minutes;          ///< ascending, within an hour of the newest
        std::string refused_by;
        std::int64_t refused_by_limit = 0;
        std::list<std::size_t>::iterator age;
    };
    struct Node {
        std::vector<Key> keys;
        std::list<std::size_t> by_age;  ///< places in `keys`, the longest unseen last
        std::vector<std::size_t> free;
        std::unordered_map<std::string_view, std::size_t, text::SeededHash> by_id;
    };
    struct Moment;
    class Sum;

    Key& touch(Node& node, std::string_view id);
    void drop_oldest(Node& node);
    const Ids::value_type* use_id(std::string_view id);
    void release_id(const Ids::value_type* id);
    static MinuteAmounts* minute_of(Key& key, std::int64_t number);
    static const MinuteAmounts* find_minute(const Key& key, std::int64_t number);
    static void note_newest(Key& key);
    static void note_refusal(Key& key, std::int64_t at_us, std::string_view limit_name, std::int64_t limit);

    std::map<std::string, Node, std::less<>> nodes_;  ///< this one's name is empty here
    Ids ids_;
    std::vector<std::size_t> free_indices_;
};

}  // namespace weir::observe
