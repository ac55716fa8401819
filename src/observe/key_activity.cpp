// Sums of an hour are kept as minutes come and go, and ids are numbered, so that ranking reads a few numbers
// of each key, one key after the other, and looks nothing up.
#include "observe/key_activity.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>

namespace weir::observe {

namespace {

constexpr std::int64_t minute_us = 60'000'000;
constexpr auto hour_minutes = static_cast<std::int64_t>(KeyActivity::minutes_kept);

/// Where the hour begins that ends with this minute.
constexpr std::int64_t first_minute(std::int64_t minute) noexcept {
    return minute - hour_minutes + 1;
}

MinuteAmounts scaled(const MinuteAmounts& whole, double part) noexcept {
    const auto scale = [part](std::int64_t amount) {
        return std::llround(static_cast<double>(amount) * part);
    };
    return {scale(whole.requests), scale(whole.refused), scale(whole.input_tokens),
            scale(whole.output_tokens)};
}

std::int64_t amount_of(const MinuteAmounts& amounts, KeyOrder order) noexcept {
    switch (order) {
        case KeyOrder::requests:
        case KeyOrder::last_seen:
            return amounts.requests;
        case KeyOrder::input_tokens:
            return amounts.input_tokens;
        case KeyOrder::output_tokens:
            return amounts.output_tokens;
        case KeyOrder::total_tokens:
            return amounts.input_tokens + amounts.output_tokens;
        case KeyOrder::refused:
            return amounts.refused;
    }
    return 0;
}

}  // namespace

MinuteAmounts& MinuteAmounts::operator+=(const MinuteAmounts& other) noexcept {
    requests += other.requests;
    refused += other.refused;
    input_tokens += other.input_tokens;
    output_tokens += other.output_tokens;
    return *this;
}

MinuteAmounts& MinuteAmounts::operator-=(const MinuteAmounts& other) noexcept {
    requests -= other.requests;
    refused -= other.refused;
    input_tokens -= other.input_tokens;
    output_tokens -= other.output_tokens;
    return *this;
}

/// When one looks.
struct KeyActivity::Moment {
    explicit Moment(std::int64_t now_us)
        : minute(now_us / minute_us),
          first(first_minute(minute)),
          rest(static_cast<double>(minute_us - now_us % minute_us) / static_cast<double>(minute_us)) {}

    std::int64_t minute;
    std::int64_t first;  ///< of the hour
    double rest;         ///< of the minute before, what lies within the last 60 s
};

/// One key over several nodes.
class KeyActivity::Sum {
public:
    void add(const Key& key, const Moment& now) {
        id = key.id->first;
        last_hour += key.sum;
        for (auto old = key.minutes.begin(); key.oldest < now.first && old != key.minutes.end(); ++old) {
            if (old->number < now.first) last_hour -= old->amounts;
        }
        add_minute(key.newest, key.in_newest, now);
        add_minute(key.newest - 1, key.before, now);
        last_seen_us = std::max(last_seen_us, key.last_seen_us);
        if (key.refused_at_us > refused_at_us) {
            refused_at_us = key.refused_at_us;
            refused_key = &key;
        }
    }
    bool was_seen(const Moment& now) const noexcept { return last_seen_us >= now.first * minute_us; }
    KeyRecent recent() const {
        KeyRecent recent{.id = std::string(id),
                         .last_minute = last_minute,
                         .last_hour = last_hour,
                         .last_seen_us = last_seen_us,
                         .refused_by = {}};
        if (refused_key && last_hour.refused > 0) {
            recent.refused_by = refused_key->refused_by;
            recent.refused_by_limit = refused_key->refused_by_limit;
        }
        return recent;
    }

    std::string_view id;
    MinuteAmounts last_minute;
    MinuteAmounts last_hour;
    std::int64_t last_seen_us = 0;

private:
    /// The clock of another node may be ahead: its next minute has begun.
    void add_minute(std::int64_t number, const MinuteAmounts& amounts, const Moment& now) {
        if (number >= now.minute) last_minute += amounts;
        if (number == now.minute - 1) last_minute += scaled(amounts, now.rest);
    }

    std::int64_t refused_at_us = 0;
    const Key* refused_key = nullptr;
};

const KeyActivity::Ids::value_type* KeyActivity::use_id(std::string_view id) {
    const auto [entry, is_new] = ids_.try_emplace(std::string(id));
    if (is_new) {
        entry->second.index = free_indices_.empty() ? ids_.size() - 1 : free_indices_.back();
        if (!free_indices_.empty()) free_indices_.pop_back();
    }
    ++entry->second.uses;
    return &*entry;
}

void KeyActivity::release_id(const Ids::value_type* id) {
    const auto entry = ids_.find(id->first);
    if (--entry->second.uses > 0) return;
    free_indices_.push_back(entry->second.index);
    ids_.erase(entry);
}

void KeyActivity::drop_oldest(Node& node) {
    const std::size_t place = node.by_age.back();
    Key& key = node.keys[place];
    node.by_id.erase(key.id->first);
    release_id(key.id);
    key = Key();
    node.by_age.pop_back();
    node.free.push_back(place);
}

/// The key, as the one seen last; made where it is new, for which the longest unseen may have to go.
KeyActivity::Key& KeyActivity::touch(Node& node, std::string_view id) {
    if (const auto known = node.by_id.find(id); known != node.by_id.end()) {
        Key& key = node.keys[known->second];
        node.by_age.splice(node.by_age.begin(), node.by_age, key.age);
        return key;
    }
    if (node.by_id.size() >= keys_max) drop_oldest(node);
    if (node.free.empty()) {
        node.free.push_back(node.keys.size());
        node.keys.emplace_back();
    }
    const std::size_t place = node.free.back();
    node.free.pop_back();
    Key& key = node.keys[place];
    key.id = use_id(id);
    node.by_age.push_front(place);
    key.age = node.by_age.begin();
    node.by_id.emplace(key.id->first, place);
    return key;
}

/// nullptr where the minute is over for an hour. Whoever changes it calls note_newest.
MinuteAmounts* KeyActivity::minute_of(Key& key, std::int64_t number) {
    std::vector<Minute>& minutes = key.minutes;
    const auto is_before = [](const Minute& minute, std::int64_t n) { return minute.number < n; };
    const std::int64_t newest = minutes.empty() ? number : std::max(minutes.back().number, number);
    if (number < first_minute(newest)) return nullptr;
    const auto first = std::lower_bound(minutes.begin(), minutes.end(), first_minute(newest), is_before);
    for (auto old = minutes.begin(); old != first; ++old) key.sum -= old->amounts;
    minutes.erase(minutes.begin(), first);
    auto position = std::lower_bound(minutes.begin(), minutes.end(), number, is_before);
    if (position == minutes.end() || position->number != number) {
        position = minutes.insert(position, Minute{.number = number, .amounts = {}});
    }
    return &position->amounts;
}

void KeyActivity::note_newest(Key& key) {
    const std::vector<Minute>& minutes = key.minutes;
    key.oldest = minutes.front().number;
    key.newest = minutes.back().number;
    key.in_newest = minutes.back().amounts;
    key.before = {};
    if (minutes.size() > 1 && minutes[minutes.size() - 2].number == key.newest - 1) {
        key.before = minutes[minutes.size() - 2].amounts;
    }
}

void KeyActivity::note_refusal(Key& key, std::int64_t at_us, std::string_view limit_name,
                               std::int64_t limit) {
    if (limit_name.empty()) return;
    key.refused_at_us = at_us;
    key.refused_by = limit_name;
    key.refused_by_limit = limit;
}

void KeyActivity::add(std::string_view id, std::int64_t now_us, const MinuteAmounts& amounts,
                      std::string_view refused_by, std::int64_t refused_by_limit) {
    Key& key = touch(nodes_[std::string()], id);
    key.last_seen_us = std::max(key.last_seen_us, now_us);
    note_refusal(key, now_us, refused_by, refused_by_limit);
    MinuteAmounts* minute = minute_of(key, now_us / minute_us);
    if (!minute) return;
    *minute += amounts;
    key.sum += amounts;
    note_newest(key);
}

void KeyActivity::replace(std::string_view node, std::string_view id, std::int64_t minute,
                          const MinuteAmounts& amounts, std::int64_t last_seen_us,
                          std::string_view refused_by, std::int64_t refused_by_limit) {
    auto place = nodes_.find(node);
    if (place == nodes_.end()) {
        if (node.empty() || nodes_.size() > nodes_max) return;
        place = nodes_.emplace(node, Node()).first;
    }
    Key& key = touch(place->second, id);
    key.last_seen_us = std::max(key.last_seen_us, last_seen_us);
    note_refusal(key, last_seen_us, refused_by, refused_by_limit);
    MinuteAmounts* held = minute_of(key, minute);
    if (!held) return;
    key.sum -= *held;
    key.sum += amounts;
    *held = amounts;
    note_newest(key);
}

std::vector<KeyRecent> KeyActivity::ranked(KeyOrder order, std::int64_t now_us, std::size_t count) const {
    const Moment now(now_us);
    std::vector<Sum> sums(ids_.size() + free_indices_.size());
    for (const auto& [name, node] : nodes_) {
        for (const Key& key : node.keys) {
            if (key.id) sums[key.id->second.index].add(key, now);
        }
    }
    std::erase_if(sums, [&](const Sum& sum) { return !sum.was_seen(now); });
    const auto rank = [order](const Sum& sum) {
        const std::int64_t seen_us = order == KeyOrder::last_seen ? sum.last_seen_us : 0;
        return std::tuple(seen_us, amount_of(sum.last_minute, order), amount_of(sum.last_hour, order));
    };
    const auto end = sums.begin() + static_cast<std::ptrdiff_t>(std::min(count, sums.size()));
    std::partial_sort(sums.begin(), end, sums.end(), [&](const Sum& left, const Sum& right) {
        const auto left_rank = rank(left), right_rank = rank(right);
        return left_rank != right_rank ? left_rank > right_rank : left.id < right.id;
    });
    std::vector<KeyRecent> ranked;
    ranked.reserve(static_cast<std::size_t>(end - sums.begin()));
    std::transform(sums.begin(), end, std::back_inserter(ranked),
                   [](const Sum& sum) { return sum.recent(); });
    return ranked;
}

KeyRecent KeyActivity::recent(std::string_view id, std::int64_t now_us) const {
    const Moment now(now_us);
    Sum sum;
    for (const auto& [name, node] : nodes_) {
        if (const auto key = node.by_id.find(id); key != node.by_id.end())
            sum.add(node.keys[key->second], now);
    }
    if (sum.was_seen(now)) return sum.recent();
    KeyRecent unseen;
    unseen.id = id;
    return unseen;
}

std::array<MinuteAmounts, KeyActivity::minutes_kept> KeyActivity::history(std::string_view id,
                                                                          std::int64_t now_us) const {
    std::array<MinuteAmounts, minutes_kept> history{};
    const std::int64_t now_minute = now_us / minute_us;
    const std::int64_t first = first_minute(now_minute);
    for (const auto& [name, node] : nodes_) {
        const auto key = node.by_id.find(id);
        if (key == node.by_id.end()) continue;
        for (const Minute& minute : node.keys[key->second].minutes) {
            if (minute.number < first) continue;
            history[static_cast<std::size_t>(std::min(minute.number, now_minute) - first)] += minute.amounts;
        }
    }
    return history;
}

std::vector<KeyActivity::OwnMinute> KeyActivity::own_minutes(std::int64_t now_us,
                                                             std::size_t keys_count) const {
    const auto own = nodes_.find(std::string_view());
    if (own == nodes_.end()) return {};
    const std::int64_t now_minute = now_us / minute_us;
    const auto requests = [now_minute](const Key* key) {
        return key->newest < now_minute ? key->in_newest.requests
                                        : key->in_newest.requests + key->before.requests;
    };
    std::vector<const Key*> seen;
    for (const Key& key : own->second.keys) {
        if (key.id && key.newest >= now_minute - 1) seen.push_back(&key);
    }
    const auto end = seen.begin() + static_cast<std::ptrdiff_t>(std::min(keys_count, seen.size()));
    std::partial_sort(seen.begin(), end, seen.end(), [&](const Key* left, const Key* right) {
        const std::int64_t left_sum = requests(left), right_sum = requests(right);
        return left_sum != right_sum ? left_sum > right_sum : left->id->first < right->id->first;
    });
    std::vector<OwnMinute> minutes;
    for (auto key = seen.begin(); key != end; ++key) {
        for (const Minute& minute : (*key)->minutes) {
            if (minute.number < now_minute - 1) continue;
            minutes.push_back({(*key)->id->first, minute.number, minute.amounts, (*key)->last_seen_us,
                               (*key)->refused_by, (*key)->refused_by_limit});
        }
    }
    return minutes;
}

const MinuteAmounts* KeyActivity::find_minute(const Key& key, std::int64_t number) {
    if (number < key.oldest || number > key.newest) return nullptr;
    const auto held =
        std::lower_bound(key.minutes.begin(), key.minutes.end(), number,
                         [](const Minute& minute, std::int64_t n) { return minute.number < n; });
    return held != key.minutes.end() && held->number == number ? &held->amounts : nullptr;
}

std::vector<KeyMinute> KeyActivity::minutes_of_all(std::int64_t minute) const {
    const auto own = nodes_.find(std::string_view());
    if (own == nodes_.end()) return {};
    std::vector<KeyMinute> minutes;
    for (const Key& key : own->second.keys) {
        if (!key.id || find_minute(key, minute) == nullptr) continue;
        KeyMinute& all = minutes.emplace_back(KeyMinute{.id = key.id->first, .amounts = {}});
        for (const auto& [name, node] : nodes_) {
            const auto place = node.by_id.find(all.id);
            if (place == node.by_id.end()) continue;
            const MinuteAmounts* amounts = find_minute(node.keys[place->second], minute);
            if (amounts != nullptr) all.amounts += *amounts;
        }
    }
    return minutes;
}

void KeyActivity::forget_old(std::int64_t now_us) {
    const std::int64_t since_us = Moment(now_us).first * minute_us;
    for (auto place = nodes_.begin(); place != nodes_.end();) {
        Node& node = place->second;
        while (!node.by_age.empty() && node.keys[node.by_age.back()].last_seen_us < since_us)
            drop_oldest(node);
        place = node.by_age.empty() ? nodes_.erase(place) : std::next(place);
    }
}

}  // namespace weir::observe
