// GET /admin/keys and /admin/keys/{id}.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "admin/documents.hpp"
#include "admin/handlers.hpp"
#include "admin/key_rows.hpp"
#include "text/ascii.hpp"
#include "text/numbers.hpp"

namespace weir::admin {

namespace {

/// More than this many active keys are not ranked; they are listed by id behind those that are.
constexpr std::size_t ranked_max = 2 * observe::KeyActivity::keys_max;
constexpr std::string_view by_rank = "rank:";
constexpr std::string_view by_id = "id:";

observe::KeyOrder order_of(const Call& call) {
    using observe::KeyOrder;
    if (call.text("sort") == "refused") return KeyOrder::refused;
    if (call.text("sort") == "last_seen") return KeyOrder::last_seen;
    constexpr std::array<std::pair<std::string_view, KeyOrder>, 4> orders{{
        {"requests", KeyOrder::requests},
        {"input_tokens", KeyOrder::input_tokens},
        {"output_tokens", KeyOrder::output_tokens},
        {"total_tokens", KeyOrder::total_tokens},
    }};
    const auto* const found = std::find_if(orders.begin(), orders.end(), [&](const auto& entry) {
        return entry.first == call.text("dimension");
    });
    return found->second;
}

/// Where a page begins: behind so many ranked keys, or behind an id.
struct Cursor {
    bool is_rank = true;
    std::size_t rank = 0;
    std::string id;  ///< empty: before the first
};

Cursor read_cursor(const Call& call) {
    const std::string_view text = call.text("after");
    if (text.empty()) return {.is_rank = call.text("sort") != "id", .rank = 0, .id = {}};
    if (text.starts_with(by_id))
        return {.is_rank = false, .rank = 0, .id = std::string(text.substr(by_id.size()))};
    if (text.starts_with(by_rank) && call.text("sort") != "id") {
        const auto rank = text::number_in<std::size_t>(text.substr(by_rank.size()));
        if (rank) return {.is_rank = true, .rank = *rank, .id = {}};
    }
    throw Refused(400, "invalid_parameter", "parameter after: expected what the page before had as `next`");
}

/// Which keys a page shows. The active ones come first, as they are ranked now; then all others by id.
class Page {
public:
    Page(const Call& call, const KeyIndex& index)
        : call_(call), index_(index), limit_(static_cast<std::size_t>(call.arguments.integer("limit"))) {}

    void fill() {
        const Cursor cursor = read_cursor(call_);
        if (call_.text("sort") != "id") rank();
        if (cursor.is_rank) add_ranked(cursor.rank);
        if (next.is_null()) add_by_id(cursor.id);
        count_configured();
    }

    std::vector<std::string> ids;
    Json next;
    std::size_t total = 0;

private:
    bool is_asked_for(std::string_view id) const { return text::contains_ignoring_case(id, call_.text("q")); }

    void rank() {
        const std::int64_t now_us = call_.store_now_us();
        for (auto& key : call_.control().activity().ranked(order_of(call_), now_us, ranked_max)) {
            if (!is_asked_for(key.id)) continue;
            if (index_.find(key.id) == nullptr) ++total;
            active_.insert(key.id);
            ranked_.push_back(std::move(key.id));
        }
    }

    void add_ranked(std::size_t begin) {
        for (std::size_t i = begin; i < ranked_.size(); ++i) {
            if (ids.size() == limit_) {
                next = std::string(by_rank) + std::to_string(i);
                return;
            }
            ids.push_back(ranked_[i]);
        }
    }

    void add_by_id(const std::string& behind) {
        const KeyIndex::Keys& keys = index_.keys();
        for (std::size_t i = behind.empty() ? 0 : index_.position_behind(behind); i < keys.size(); ++i) {
            const std::string& id = keys[i]->id;
            if (active_.contains(id) || !is_asked_for(id)) continue;
            if (ids.size() == limit_) {
                next = std::string(by_id) + last_by_id_;
                return;
            }
            ids.push_back(id);
            last_by_id_ = id;
        }
    }

    void count_configured() {
        const KeyIndex::Keys& keys = index_.keys();
        if (call_.text("q").empty()) {
            total += keys.size();
        } else {
            total += static_cast<std::size_t>(std::count_if(
                keys.begin(), keys.end(), [&](const config::Key* key) { return is_asked_for(key->id); }));
        }
    }

    const Call& call_;
    const KeyIndex& index_;
    std::size_t limit_;
    std::vector<std::string> ranked_;
    std::set<std::string, std::less<>> active_;
    std::string last_by_id_;
};

Json history_json(Call& call, const std::string& id) {
    constexpr std::int64_t minute_us = 60'000'000;
    const std::int64_t now_us = call.store_now_us();
    const auto minutes = call.control().activity().history(id, now_us);
    std::int64_t minute = now_us / minute_us - static_cast<std::int64_t>(minutes.size()) + 1;
    Json history = Json::array();
    for (const observe::MinuteAmounts& amounts : minutes) {
        history.push_back({{"minute", time_json(minute++ * minute_us)},
                           {"requests", amounts.requests},
                           {"refused", amounts.refused},
                           {"input_tokens", amounts.input_tokens},
                           {"output_tokens", amounts.output_tokens}});
    }
    return history;
}

}  // namespace

awaitable<Answer> list_keys(Call& call) {
    const std::shared_ptr<const KeyIndex> index = call.index();
    Page page(call, *index);
    page.fill();
    std::vector<Json> rows = co_await key_rows(call, index, std::move(page.ids), Ledgers::own);
    Json answer{{"keys", std::move(rows)}, {"next", page.next}, {"total", page.total}};
    co_return versioned_answer(answer, index->snapshot().layer->version());
}

awaitable<Answer> show_key(Call& call) {
    const std::shared_ptr<const KeyIndex> index = call.index();
    const std::string id = call.text("id");
    const config::Key* key = index->find(id);
    const std::string* document = index->document("key/" + id);
    const std::int64_t last_seen_us = call.control().activity().recent(id, call.store_now_us()).last_seen_us;
    if (key == nullptr && document == nullptr && last_seen_us == 0) {
        throw Refused(404, "not_found", "No key has this id, and none was seen within the last hour.");
    }
    std::vector<std::string> ids{id};
    std::vector<Json> rows = co_await key_rows(call, index, std::move(ids), Ledgers::all);
    Json& answer = rows.front();
    const bool is_configured = key != nullptr || document != nullptr;
    answer["document"] = is_configured ? key_document(index->find_in_file(id), document) : Json();
    answer["version"] = index->snapshot().layer->version();
    answer["former_secrets"] = Json::array();
    if (key != nullptr) {
        for (const config::FormerSecret& former : key->former_secrets) {
            answer["former_secrets"].push_back({{"until", time_json(former.until_us)}});
        }
    }
    answer["history"] = history_json(call, id);
    co_return versioned_answer(answer, index->snapshot().layer->version());
}

}  // namespace weir::admin
