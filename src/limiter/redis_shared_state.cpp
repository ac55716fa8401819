// lua/exchange.lua and lua/documents.lua over a connection of their own.
#include <algorithm>
#include <span>

#include "limiter/scripts.hpp"
#include "limiter/usage_words.hpp"
#include "redis/connection.hpp"
#include "redis/error.hpp"
#include "redis/redirect.hpp"
#include "redis/seed_list.hpp"
#include "weir/shared_state.hpp"

namespace weir {

namespace {

// One tag, so that Redis Cluster keeps all of it on one node.
constexpr std::string_view documents_key = "weir:1:{runtime}";
constexpr std::string_view changes_key = "weir:1:{runtime}:changes";
constexpr std::string_view nodes_key = "weir:1:{runtime}:nodes";
constexpr std::int64_t patience_ms = 2'000;
constexpr std::int64_t write_patience_ms = 5'000;
constexpr std::int64_t pause_ms = 10;  // before a cluster is asked again
constexpr std::int64_t bytes_per_read = 1 << 20;
constexpr redis::Options options{.unsent_bytes_max = 64 << 20, .reply_bytes_max = 64 << 20};

using Words = std::vector<std::string>;

/// Takes the elements of a reply one by one; `failed` once one is not what was expected.
class Elements {
public:
    explicit Elements(const redis::Reply& reply) {
        if (reply.array() != nullptr) rest_ = *reply.array();
        failed_ = reply.array() == nullptr;
    }
    std::int64_t integer() {
        const redis::Reply* element = take();
        const std::int64_t* number = element == nullptr ? nullptr : element->integer();
        failed_ = failed_ || number == nullptr;
        return number == nullptr ? 0 : *number;
    }
    std::string text() {
        const redis::Reply* element = take();
        const std::string* text = element == nullptr ? nullptr : element->text();
        failed_ = failed_ || text == nullptr;
        return text == nullptr ? std::string() : *text;
    }
    bool empty() const noexcept { return rest_.empty(); }
    bool failed() const noexcept { return failed_; }

private:
    const redis::Reply* take() {
        if (rest_.empty()) return nullptr;
        const redis::Reply* element = &rest_.front();
        rest_ = rest_.subspan(1);
        return element;
    }
    std::span<const redis::Reply> rest_;
    bool failed_ = false;
};

class RedisSharedState final : public SharedState {
public:
    RedisSharedState(boost::asio::io_context& context, const Clock& clock, RedisAddress address)
        : clock_(clock),
          context_(context),
          is_cluster_(!address.cluster.empty()),
          seeds_(redis::seeds_of(address)),
          connection_(context, clock, std::move(address), options,
                      {.on_ready = [] {}, .on_lost = [](std::string_view) {}}, finder()) {}

    awaitable<void> run() override { co_await connection_.run(); }
    void stop() override {
        stopped_ = true;
        connection_.stop();
    }
    bool ready() const noexcept override { return connection_.ready(); }

    awaitable<result<ExchangeReply>> exchange(const ExchangeQuestion& question) override {
        Words keys{std::string(documents_key), std::string(nodes_key), std::string(usage_written_key)};
        Words arguments{question.node, question.figures, question.usage.writer,
                        std::to_string(question.usage.sequence), std::to_string(question.usage.previous)};
        append_usage(question.usage, keys, arguments);
        const auto reply = co_await run_script(exchange_script, exchange_sha1_, keys, arguments, patience_ms);
        if (!reply) co_return reply.error();
        Elements elements(*reply);
        ExchangeReply told;
        told.now_us = elements.integer();
        told.documents.version = elements.integer();
        told.documents.revision = elements.text();
        const std::int64_t fate = elements.integer();
        told.sequence = elements.integer();
        if (fate < 0 || fate > static_cast<std::int64_t>(BatchFate::differs))
            co_return errc::store_unavailable;
        told.batch = static_cast<BatchFate>(fate);
        while (!elements.empty() && !elements.failed()) {
            std::string name = elements.text();
            const std::int64_t age_us = elements.integer();
            told.nodes.push_back({std::move(name), age_us, elements.text()});
        }
        if (elements.failed()) co_return errc::store_unavailable;
        co_return told;
    }

    awaitable<result<DocumentNews>> read_documents(DocumentVersion since) override {
        // A change between two parts makes them two states: then all is read anew, soon and seldom.
        constexpr int attempts_max = 5;
        for (int attempt = 0; attempt < attempts_max; ++attempt) {
            DocumentNews news;
            const auto reading = co_await read_parts(since, news);
            if (!reading) co_return reading.error();
            if (*reading == Reading::whole) co_return news;
        }
        co_return errc::store_unavailable;
    }

    awaitable<result<DocumentVersion>> write_documents(const DocumentWrite& write) override {
        const Words keys{std::string(documents_key), std::string(changes_key)};
        Words arguments{"write",
                        std::to_string(write.expected.version),
                        write.expected.revision,
                        std::to_string(write.next.version),
                        write.next.revision,
                        write.replaces_all ? write.history : std::string()};
        for (const auto& [path, document] : write.changes) {
            arguments.push_back(path);
            arguments.push_back(document ? "=" + *document : "-");
        }
        const auto reply =
            co_await run_script(documents_script, documents_sha1_, keys, arguments, write_patience_ms);
        if (!reply) co_return reply.error();
        Elements elements(*reply);
        (void)elements.integer();
        DocumentVersion version;
        version.version = elements.integer();
        version.revision = elements.text();
        if (elements.failed()) co_return errc::store_unavailable;
        co_return version;
    }

    awaitable<result<std::vector<UsageIncrement>>> read_usage(std::int64_t day) override {
        // Piece by piece: one reply of a large hash would keep decisions waiting. An element may come twice.
        std::map<std::string, UsageIncrement> totals;
        std::string cursor = "0";
        do {
            const Words words{"HSCAN", usage_day_key(day), cursor, "COUNT", "500"};
            const auto reply = co_await call(words, patience_ms);
            if (!reply) co_return reply.error();
            const redis::Reply::Array* parts = reply->array();
            if (parts == nullptr || parts->size() != 2 || (*parts)[0].text() == nullptr)
                co_return errc::store_unavailable;
            cursor = *(*parts)[0].text();
            Elements elements((*parts)[1]);
            while (!elements.empty() && !elements.failed()) {
                const std::string field = elements.text();
                const std::string value = elements.text();
                if (auto total = parse_usage(day, field, value))
                    totals.insert_or_assign(field, *std::move(total));
            }
        } while (cursor != "0");
        std::vector<UsageIncrement> all;
        all.reserve(totals.size());
        for (auto& [field, total] : totals) all.push_back(std::move(total));
        co_return all;
    }

    awaitable<result<std::vector<HourIncrement>>> read_hours(std::string key, std::int64_t from_hour,
                                                             std::int64_t to_hour) override {
        std::vector<HourIncrement> hours;
        for (std::int64_t block = hour_block_of(from_hour); block <= hour_block_of(to_hour); ++block) {
            const Words words{"HGETALL", usage_hours_key(block, key)};
            const auto reply = co_await call(words, patience_ms);
            if (!reply) co_return reply.error();
            Elements elements(*reply);
            while (!elements.empty() && !elements.failed()) {
                const std::string field = elements.text();
                const std::string value = elements.text();
                const auto hour = parse_hour(block, key, field, value);
                if (hour && hour->hour >= from_hour && hour->hour <= to_hour) hours.push_back(*hour);
            }
            if (elements.failed()) co_return errc::store_unavailable;
        }
        std::sort(hours.begin(), hours.end(),
                  [](const HourIncrement& one, const HourIncrement& next) { return one.hour < next.hour; });
        co_return hours;
    }

private:
    enum class Reading : std::uint8_t { whole, torn };  ///< torn: the documents changed in between
    awaitable<result<Reading>> read_parts(DocumentVersion since, DocumentNews& news) {
        const Words keys{std::string(documents_key), std::string(changes_key)};
        std::int64_t told = 0;
        std::int64_t count = 1;
        while (told < count) {
            const Words arguments{"read", std::to_string(since.version), since.revision, std::to_string(told),
                                  std::to_string(bytes_per_read)};
            const auto reply =
                co_await run_script(documents_script, documents_sha1_, keys, arguments, patience_ms);
            if (!reply) co_return reply.error();
            Elements elements(*reply);
            DocumentVersion now;
            now.version = elements.integer();
            now.revision = elements.text();
            if (told > 0 && !(now == news.now)) co_return Reading::torn;
            news.now = now;
            news.history = elements.text();
            news.is_whole = elements.integer() == 1;
            count = elements.integer();
            const std::int64_t told_before = told;
            while (!elements.empty() && !elements.failed()) {
                std::string path = elements.text();
                std::string document = elements.text();
                ++told;
                if (path.starts_with('@')) continue;
                const bool is_there = document.starts_with('=');
                news.changes[std::move(path)] =
                    is_there ? std::optional<std::string>(document.substr(1)) : std::nullopt;
            }
            if (elements.failed()) co_return errc::store_unavailable;
            if (told == told_before && told < count) co_return Reading::torn;
        }
        co_return Reading::whole;
    }

    awaitable<result<redis::Reply>> run_script(std::string_view script, const std::string& sha1,
                                               const Words& keys, const Words& arguments,
                                               std::int64_t patience) {
        Words words{"EVALSHA", sha1, std::to_string(keys.size())};
        words.insert(words.end(), keys.begin(), keys.end());
        words.insert(words.end(), arguments.begin(), arguments.end());
        bool is_not_known = false;
        auto reply = co_await call(words, patience, &is_not_known);
        if (!is_not_known) co_return reply;
        words[0] = "EVAL";
        words[1] = script;
        reply = co_await call(words, patience);
        co_return reply;
    }

    redis::ServerFinder finder() {
        if (!is_cluster_) return {};
        return [this] { return seeds_.next(); };
    }

    /// An error that Redis answers is one here, too. A cluster is asked again, within the same patience,
    /// where another server has the slot, or one will have it in a moment.
    awaitable<result<redis::Reply>> call(const Words& words, std::int64_t patience,
                                         bool* is_not_known = nullptr) {
        const std::vector<std::string_view> arguments(words.begin(), words.end());
        const std::int64_t deadline_us = clock_.steady_us() + patience * 1000;
        while (true) {
            auto reply = co_await connection_.call(arguments, deadline_us);
            if (!reply) co_return reply;
            const redis::Reply::Error* error = reply->error();
            if (error == nullptr) co_return reply;
            const redis::ErrorKind kind = redis::classify(error->text);
            if (is_not_known != nullptr) *is_not_known = kind == redis::ErrorKind::no_script;
            if (redis::action_for(kind) == redis::ErrorAction::reconnect) connection_.reconnect(error->text);
            if (!is_cluster_ || !is_worth_another(error->text)) break;
            co_await pause_until_ready(deadline_us);
        }
        co_return make_error_code(errc::store_unavailable);
    }

    /// Follows MOVED, once however many calls are told so.
    bool is_worth_another(const std::string& error) {
        switch (redis::action_for(redis::classify(error))) {
            case redis::ErrorAction::try_again:
            case redis::ErrorAction::ask_for_slots:
                return true;
            case redis::ErrorAction::redirect: {
                const redis::Server here = connection_.server();
                auto redirect = redis::read_redirect(error, here);
                if (!redirect) return false;
                // ASK ends soon, by MOVED: these few keys are moved at once.
                const bool is_elsewhere = redirect->kind == redis::Redirect::Kind::moved;
                if (!is_elsewhere || redirect->to == here) return true;
                seeds_.go_to(std::move(redirect->to));
                connection_.reconnect(error);
                return true;
            }
            default:
                return false;
        }
    }

    awaitable<void> pause_until_ready(std::int64_t deadline_us) {
        Timer timer(context_.get_executor());
        do {
            timer.expires_after(std::chrono::milliseconds(pause_ms));
            co_await timer.async_wait(use_awaitable_as_tuple);
        } while (!stopped_ && !connection_.ready() && clock_.steady_us() < deadline_us);
    }

    const Clock& clock_;
    boost::asio::io_context& context_;
    const bool is_cluster_;
    bool stopped_ = false;
    redis::SeedList seeds_;  // before the connection, which asks it
    redis::Connection connection_;
    const std::string exchange_sha1_ = sha1_of(exchange_script);
    const std::string documents_sha1_ = sha1_of(documents_script);
};

}  // namespace

std::unique_ptr<SharedState> make_shared_state(boost::asio::io_context& context, const Clock& clock,
                                               RedisAddress address) {
    return std::make_unique<RedisSharedState>(context, clock, std::move(address));
}

}  // namespace weir
