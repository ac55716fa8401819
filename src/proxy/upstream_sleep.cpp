// Entries by name and by when they end, and the text in which nodes tell each other of them.
#include "proxy/upstream_sleep.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "text/numbers.hpp"
#include "text/percent.hpp"

namespace weir::proxy {

namespace {

/// One entry of a text.
struct Told {
    std::string upstream;
    std::string model;
    std::int64_t left_us = 0;
};

bool can_sleep(std::string_view upstream, std::string_view model) noexcept {
    constexpr std::size_t bytes_max = UpstreamSleep::name_bytes_max;
    return !upstream.empty() && upstream.size() <= bytes_max && model.size() <= bytes_max;
}

/// What stands before the first `separator`, which is taken off with it; nullopt where there is none.
std::optional<std::string_view> take_until(std::string_view& text, char separator) noexcept {
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at + 1);
    return taken;
}

/// "openai/gpt-4o/1500"
std::optional<Told> read_entry(std::string_view text) {
    const std::optional<std::string_view> upstream = take_until(text, '/');
    const std::optional<std::string_view> model = take_until(text, '/');
    const std::optional<std::int64_t> left_ms = text::number_in<std::int64_t>(text);
    if (!upstream || !model || !left_ms || *left_ms <= 0) return std::nullopt;
    std::optional<std::string> upstream_name = text::percent_decoded(*upstream);
    std::optional<std::string> model_name = text::percent_decoded(*model);
    if (!upstream_name || !model_name || !can_sleep(*upstream_name, *model_name)) return std::nullopt;
    // Bounded before it is multiplied.
    const std::int64_t left_us = std::min(*left_ms, UpstreamSleep::sleep_us_max / 1'000) * 1'000;
    return Told{std::move(*upstream_name), std::move(*model_name), left_us};
}

/// All entries, or nullopt where one of them is malformed.
std::optional<std::vector<Told>> read_entries(std::string_view text) {
    std::vector<Told> entries;
    while (!text.empty()) {
        const std::optional<std::string_view> before_comma = take_until(text, ',');
        const bool ends_with_comma = before_comma && text.empty();
        std::optional<Told> entry = ends_with_comma ? std::nullopt : read_entry(before_comma.value_or(text));
        if (!entry) return std::nullopt;
        entries.push_back(std::move(*entry));
        if (!before_comma) break;
    }
    return entries;
}

}  // namespace

void UpstreamSleep::put_to_sleep(std::string_view upstream, std::string_view model, std::int64_t until_us,
                                 std::int64_t now_us) {
    const std::int64_t bounded_us = std::min(until_us, now_us + sleep_us_max);
    if (bounded_us <= now_us || !can_sleep(upstream, model)) return;
    Entry* const entry = extend({upstream, model}, bounded_us, now_us);
    if (entry != nullptr) entry->learned_until_us = std::max(entry->learned_until_us, bounded_us);
}

std::int64_t UpstreamSleep::sleeps_until_us(std::string_view upstream, std::string_view model,
                                            std::int64_t now_us) const noexcept {
    if (entries_.empty()) return 0;
    const std::int64_t until = std::max(until_us({upstream, model}), until_us({upstream, {}}));
    return until > now_us ? until : 0;
}

bool UpstreamSleep::is_asleep(std::string_view upstream, std::int64_t now_us) const noexcept {
    for (auto entry = entries_.lower_bound(NameView(upstream, {}));
         entry != entries_.end() && entry->first.first == upstream; ++entry) {
        if (entry->second.end->first > now_us) return true;
    }
    return false;
}

std::string UpstreamSleep::text(std::int64_t now_us, std::size_t bytes_max) const {
    std::string text;
    for (auto end = ends_.rbegin(); end != ends_.rend() && end->first > now_us; ++end) {
        const Entry& entry = *end->second;
        const std::int64_t left_us = entry.learned_until_us - now_us;
        if (left_us <= 0) continue;
        std::string more = text.empty() ? "" : ",";
        more.append(text::percent_encoded(entry.name->first)).append("/");
        more.append(text::percent_encoded(entry.name->second)).append("/");
        more.append(std::to_string((left_us + 999) / 1'000));
        if (text.size() + more.size() > bytes_max) break;
        text.append(more);
    }
    return text;
}

bool UpstreamSleep::merge(std::string_view text, std::int64_t age_us, std::int64_t now_us) {
    if (text.size() > text_bytes_max) return false;
    const std::optional<std::vector<Told>> entries = read_entries(text);
    if (!entries) return false;
    for (const Told& told : *entries) {
        const std::int64_t left_us = told.left_us - std::clamp<std::int64_t>(age_us, 0, sleep_us_max);
        if (left_us > 0) extend({told.upstream, told.model}, now_us + left_us, now_us);
    }
    return true;
}

std::int64_t UpstreamSleep::until_us(const NameView& name) const noexcept {
    const auto found = entries_.find(name);
    return found == entries_.end() ? 0 : found->second.end->first;
}

/// The entry, which then ends no earlier than that; nullptr where there is no place for it.
UpstreamSleep::Entry* UpstreamSleep::extend(const NameView& name, std::int64_t until_us,
                                            std::int64_t now_us) {
    while (!ends_.empty() && ends_.begin()->first <= now_us) forget_first();
    auto found = entries_.find(name);
    if (found == entries_.end()) {
        if (entries_.size() >= entries_max) {
            if (until_us <= ends_.begin()->first) return nullptr;
            forget_first();
        }
        found = entries_.try_emplace(Name(name)).first;
        found->second.name = &found->first;
        found->second.end = ends_.emplace(until_us, &found->second);
    } else if (found->second.end->first < until_us) {
        auto node = ends_.extract(found->second.end);
        node.key() = until_us;
        found->second.end = ends_.insert(std::move(node));
    }
    return &found->second;
}

void UpstreamSleep::forget_first() {
    const auto first = ends_.begin();
    entries_.erase(entries_.find(*first->second->name));
    ends_.erase(first);
}

}  // namespace weir::proxy
