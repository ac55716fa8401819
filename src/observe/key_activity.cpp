// Each node's keys stand in a list by age and are found by id. Sums of an hour are kept as minutes come and go,
// so that ranking reads a few numbers of each key.
#include "observe/key_activity.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace weir::observe {

namespace {

constexpr std::int64_t minute_us = 60'000'000;
constexpr auto hour_minutes = static_cast<std::int64_t>(KeyActivity::minutes_kept);

/// Where the hour begins that ends with this minute.
constexpr std::int64_t first_minute(std::int64_t minute) noexcept {
    return minute - hour_minutes + 1;
}

MinuteAmounts part_of(const MinuteAmounts& whole, std::int64_t numerator, std::int64_t denominator) noexcept {
    const auto scaled = [&](std::int64_t amount) {
        return static_cast<std::int64_t>(static_cast<double>(amount) * static_cast<double>(numerator) /
                                         static_cast<double>(denominator));
    };
    return {scaled(whole.requests), scaled(whole.refused), scaled(whole.input_tokens),
            scaled(whole.output_tokens)};
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

/// One key over several nodes.
class KeyActivity::Sum {
public:
    void add(const Key& key, std::int64_t now_us) {
        const std::int64_t now_minute = now_us / minute_us;
        MinuteAmounts hour = key.sum;
        for (const Minute& minute : key.minutes) {
            if (minute.number >= first_minute(now_minute)) break;
            hour -= minute.amounts;
        }
        last_hour += hour;
        for (auto minute = key.minutes.rbegin(); minute != key.minutes.rend(); ++minute) {
            if (minute->number < now_minute - 1) break;
            // Another node's clock may be ahead: its next minute has begun.
            const bool is_over = minute->number < now_minute;
            last_minute +=
                is_over ? part_of(minute->amounts, minute_us - now_us % minute_us, minute_us) : minute->amounts;
        }
        last_seen_us = std::max(last_seen_us, key.last_seen_us);
        if (!key.refused_by.empty() && (!refused_key || key.refused_at_us > refused_key->refused_at_us)) {
            refused_key = &key;
        }
        id = &key.id;
    }
    bool was_seen_since(std::int64_t minute) const noexcept { return last_seen_us >= minute * minute_us; }
    KeyRecent recent() const {
        KeyRecent recent{.id = *id,
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

    const std::string* id = nullptr;
    MinuteAmounts last_minute;
    MinuteAmounts last_hour;
    std::int64_t last_seen_us = 0;
    const Key* refused_key = nullptr;
};

/// The key, as the one seen last; made where it is new, for which the longest unseen may have to go.
KeyActivity::Key& KeyActivity::touch(Node& node, std::string_view id) {
    if (const auto known = node.by_id.find(id); known != node.by_id.end()) {
        node.keys.splice(node.keys.begin(), node.keys, known->second);
        return node.keys.front();
    }
    if (node.keys.size() >= keys_max) {
        node.by_id.erase(node.keys.back().id);
        node.keys.pop_back();
    }
    node.keys.emplace_front().id = id;
    node.by_id.emplace(node.keys.front().id, node.keys.begin());
    return node.keys.front();
}

/// nullptr where the minute is over for an hour.
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

void KeyActivity::note_refusal(Key& key, std::int64_t at_us, std::string_view limit_name, std::int64_t limit) {
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
}

std::vector<KeyRecent> KeyActivity::ranked(KeyOrder order, std::int64_t now_us, std::size_t count) const {
    const std::int64_t first = first_minute(now_us / minute_us);
    std::size_t keys_count = 0;
    for (const auto& [name, node] : nodes_) keys_count += node.keys.size();
    std::vector<Sum> sums;
    sums.reserve(keys_count);
    std::unordered_map<std::string_view, std::size_t> places;
    if (nodes_.size() > 1) places.reserve(keys_count);
    for (const auto& [name, node] : nodes_) {
        for (const Key& key : node.keys) {
            std::size_t place = sums.size();
            if (nodes_.size() > 1) place = places.try_emplace(key.id, place).first->second;
            if (place == sums.size()) sums.emplace_back();
            sums[place].add(key, now_us);
        }
    }
    std::erase_if(sums, [&](const Sum& sum) { return !sum.was_seen_since(first); });
    const auto rank = [order](const Sum& sum) {
        const std::int64_t seen_us = order == KeyOrder::last_seen ? sum.last_seen_us : 0;
        return std::tuple(seen_us, amount_of(sum.last_minute, order), amount_of(sum.last_hour, order));
    };
    const auto end = sums.begin() + static_cast<std::ptrdiff_t>(std::min(count, sums.size()));
    std::partial_sort(sums.begin(), end, sums.end(), [&](const Sum& left, const Sum& right) {
        const auto left_rank = rank(left), right_rank = rank(right);
        return left_rank != right_rank ? left_rank > right_rank : *left.id < *right.id;
    });
    std::vector<KeyRecent> ranked;
    ranked.reserve(static_cast<std::size_t>(end - sums.begin()));
    std::transform(sums.begin(), end, std::back_inserter(ranked), [](const Sum& sum) { return sum.recent(); });
    return ranked;
}

KeyRecent KeyActivity::recent(std::string_view id, std::int64_t now_us) const {
    Sum sum;
    for (const auto& [name, node] : nodes_) {
        if (const auto key = node.by_id.find(id); key != node.by_id.end()) sum.add(*key->second, now_us);
    }
    if (!sum.id || !sum.was_seen_since(first_minute(now_us / minute_us))) {
        KeyRecent unseen;
        unseen.id = id;
        return unseen;
    }
    return sum.recent();
}

std::array<MinuteAmounts, KeyActivity::minutes_kept> KeyActivity::history(std::string_view id,
                                                                          std::int64_t now_us) const {
    std::array<MinuteAmounts, minutes_kept> history{};
    const std::int64_t now_minute = now_us / minute_us;
    const std::int64_t first = first_minute(now_minute);
    for (const auto& [name, node] : nodes_) {
        const auto key = node.by_id.find(id);
        if (key == node.by_id.end()) continue;
        for (const Minute& minute : key->second->minutes) {
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
    // Keys stand by age, so that the first one that is older ends the search.
    std::vector<const Key*> seen;
    for (const Key& key : own->second.keys) {
        if (key.minutes.empty() || key.last_seen_us < (now_minute - 1) * minute_us) break;
        seen.push_back(&key);
    }
    const auto requests = [&](const Key& key) {
        std::int64_t sum = 0;
        for (auto minute = key.minutes.rbegin(); minute != key.minutes.rend(); ++minute) {
            if (minute->number < now_minute - 1) break;
            sum += minute->amounts.requests;
        }
        return sum;
    };
    const auto end = seen.begin() + static_cast<std::ptrdiff_t>(std::min(keys_count, seen.size()));
    std::partial_sort(seen.begin(), end, seen.end(), [&](const Key* left, const Key* right) {
        const std::int64_t left_sum = requests(*left), right_sum = requests(*right);
        return left_sum != right_sum ? left_sum > right_sum : left->id < right->id;
    });
    std::vector<OwnMinute> minutes;
    for (auto key = seen.begin(); key != end; ++key) {
        for (const Minute& minute : (*key)->minutes) {
            if (minute.number < now_minute - 1) continue;
            minutes.push_back({(*key)->id, minute.number, minute.amounts, (*key)->last_seen_us,
                               (*key)->refused_by, (*key)->refused_by_limit});
        }
    }
    return minutes;
}

void KeyActivity::forget_old(std::int64_t now_us) {
    const std::int64_t since_us = first_minute(now_us / minute_us) * minute_us;
    for (auto place = nodes_.begin(); place != nodes_.end();) {
        Node& node = place->second;
        while (!node.keys.empty() && node.keys.back().last_seen_us < since_us) {
            node.by_id.erase(node.keys.back().id);
            node.keys.pop_back();
        }
        place = node.keys.empty() ? nodes_.erase(place) : std::next(place);
    }
}

}  // namespace weir::observe
