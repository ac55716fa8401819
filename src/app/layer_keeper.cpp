// Decides by versions who has the newest layer: the store, unless it has lost what it held.
#include "app/layer_keeper.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/document_history.hpp"
#include "config/json_value.hpp"
#include "config/unexpected.hpp"
#include "text/hex.hpp"

namespace weir::app {

using admin::Answered;
using admin::Changed;
using admin::Problem;

namespace {

constexpr int conflict_status = 412;

std::string random_revision(std::mt19937_64& random) {
    std::string revision;
    text::append_hex(revision, random());
    return revision;
}

Problem version_conflict(std::int64_t version) {
    return {.status = conflict_status,
            .code = "version_conflict",
            .message = "Somebody else was faster: version " + std::to_string(version) +
                       " is in force. Read it again and repeat the change.",
            .mistakes = {}};
}

Problem store_unavailable() {
    return {.status = 503,
            .code = "store_unavailable",
            .message =
                "The shared store does not answer, so that nothing was changed. Try again when /readyz "
                "says that it is back.",
            .mistakes = {}};
}

Problem outcome_unknown() {
    return {.status = 503,
            .code = "outcome_unknown",
            .message =
                "The shared store did not answer in time: the change may have been made, or may yet be. Look "
                "before you repeat it.",
            .mistakes = {}};
}

Problem store_recovers() {
    return {
        .status = 503,
        .code = "store_recovers",
        .message =
            "The shared store has lost what was changed before, and the nodes are telling it again. Nothing "
            "was changed; try again in a few seconds.",
        .mistakes = {}};
}

/// Hashes of secrets need not be in a log, either.
void mask_secrets(nlohmann::json& value) {
    for (auto& [name, member] : value.items()) {
        const bool is_hash = name == "secret_sha256" || name == "sha256";
        if (is_hash && member.is_string()) {
            constexpr std::size_t shown_digits = 8;
            member = member.get<std::string>().substr(0, shown_digits) + "…";
        } else if (member.is_structured()) {
            mask_secrets(member);
        }
    }
}

std::string shown(const config::RuntimeDocuments& documents, const std::string& path) {
    const auto found = documents.documents.find(path);
    if (found == documents.documents.end()) return "(nothing)";
    try {
        // What others wrote to the store or the file may be nested without end.
        (void)config::parse_json(found->second);
    } catch (const config::Unexpected&) {
        return "(what is no document)";
    }
    nlohmann::json document = nlohmann::json::parse(found->second, nullptr, false);
    mask_secrets(document);
    return document.dump();
}

void log_change(const admin::Actor& actor, const config::RuntimeChange& change,
                const config::RuntimeDocuments& before, const config::RuntimeDocuments& after) {
    const auto log = [&](const std::string& path) {
        spdlog::info("admin: {} ({}) changed {} from {} to {}, version {}", actor.token_name, actor.address,
                     path, shown(before, path), shown(after, path), after.version);
    };
    for (const auto& [path, document] : change.set) log(path);
    for (const std::string& path : change.erase) log(path);
}

}  // namespace

LayerKeeper::LayerKeeper(boost::asio::io_context& context, config::ConfigStore& store, Places places,
                         std::function<std::int64_t()> now_us, std::function<void()> on_publish)
    : context_(context),
      store_(store),
      shared_(places.shared),
      file_(std::move(places.file)),
      newest_of_others_(std::move(places.newest_of_others)),
      now_us_(std::move(now_us)),
      on_publish_(std::move(on_publish)),
      random_(std::random_device{}()) {}

void LayerKeeper::start() {
    if (file_.empty()) return;
    config::RuntimeFile file = config::load_runtime_file(file_, now_us_());
    if (!file.why.empty()) {
        spdlog::error("runtime layer: {}", file.why);
        // What could be neither read nor moved away is not to be written over.
        if (file.set_aside.empty()) file_.clear();
    }
    if (!file.documents) return;
    put_in_force(std::move(*file.documents));
    spdlog::info("runtime layer: version {} with {} objects from {}", layer_->version(),
                 layer_->documents().documents.size(), file_);
}

awaitable<Answered<Changed>> LayerKeeper::change(config::RuntimeChange change, admin::Actor actor) {
    constexpr auto pause = std::chrono::milliseconds(100);
    constexpr int attempts_max = 50;
    Timer timer(context_);
    for (int attempt = 1; attempt <= attempts_max; ++attempt) {
        const bool is_free = co_await take_turn();
        if (!is_free) co_return store_unavailable();
        auto answered = co_await try_change(change, actor);
        is_changing_ = false;
        if (!conflict_) co_return answered;
        const DocumentVersion stored = *std::exchange(conflict_, std::nullopt);
        const Caught caught = co_await catch_up(stored);
        if (caught == Caught::taken_over) co_return answered;
        if (caught == Caught::up) continue;
        timer.expires_after(pause);
        co_await timer.async_wait(use_awaitable_as_tuple);
    }
    co_return store_recovers();
}

/// One after the other: what is read or written meanwhile would be overtaken.
awaitable<bool> LayerKeeper::take_turn() {
    constexpr auto interval = std::chrono::milliseconds(5);
    constexpr int attempts_max = 1'000;
    Timer timer(context_);
    for (int attempt = 0; is_changing_; ++attempt) {
        if (attempt == attempts_max) co_return false;
        timer.expires_after(interval);
        co_await timer.async_wait(use_awaitable_as_tuple);
    }
    is_changing_ = true;
    co_return true;
}

awaitable<Answered<Changed>> LayerKeeper::try_change(const config::RuntimeChange& change,
                                                     const admin::Actor& actor) {
    const config::RuntimeDocuments before = layer_->documents();
    if (change.expected_version != before.version) co_return version_conflict(before.version);
    auto mistakes = config::mistakes_of_change(*store_.base(), *layer_, change, now_us_());
    if (!mistakes.empty()) {
        co_return Problem{.status = 422,
                          .code = "invalid_document",
                          .message = "The change was refused; each mistake says what was expected.",
                          .mistakes = std::move(mistakes)};
    }
    auto written = co_await write(config::apply(before, change), change);
    if (std::holds_alternative<Changed>(written)) log_change(actor, change, before, layer_->documents());
    co_return written;
}

awaitable<Answered<Changed>> LayerKeeper::write(config::RuntimeDocuments next,
                                                const config::RuntimeChange& change) {
    const DocumentVersion next_version{next.version, random_revision(random_)};
    next.history = extended(next.history, next_version);
    if (shared_ != nullptr) {
        DocumentWrite write{.expected = held(), .next = next_version, .changes = {}, .history = {}};
        for (const auto& [path, document] : change.set) write.changes.emplace(path, document);
        for (const std::string& path : change.erase) write.changes.emplace(path, std::nullopt);
        const auto stored = co_await shared_->write_documents(write);
        if (!stored)
            co_return stored.error() == errc::store_timeout ? outcome_unknown() : store_unavailable();
        if (!(*stored == next_version)) {
            conflict_ = *stored;
            co_return version_conflict(stored->version);
        }
    }
    if (shared_ == nullptr && !file_.empty()) {
        const std::string why = config::save_runtime_file(file_, next);
        if (!why.empty()) {
            co_return Problem{.status = 503,
                              .code = "not_durable",
                              .message = "Nothing was changed, for " + file_ + " can't be written: " + why +
                                         ". Choose another folder with --state-dir.",
                              .mistakes = {}};
        }
    }
    put_in_force(std::move(next));
    is_saved_ = shared_ == nullptr;
    co_return Changed{.version = layer_->version(), .durable = shared_ != nullptr || !file_.empty()};
}

awaitable<void> LayerKeeper::follow(DocumentVersion stored) {
    if (!is_changing_) (void)co_await catch_up(std::move(stored));
}

bool LayerKeeper::is_behind(const DocumentVersion& stored) const {
    if (stored.version >= held().version) return false;
    return stored.version == 0 || holds(layer_->documents().history, stored);
}

/// A store that stands where this node stood before has lost something. Of the nodes that are alive, the one
/// that holds most writes it again; the others wait for that.
awaitable<LayerKeeper::Caught> LayerKeeper::catch_up(DocumentVersion stored) {
    if (stored == held()) co_return Caught::up;
    if (!is_behind(stored)) {
        const bool is_read = co_await read();
        co_return is_read ? Caught::taken_over : Caught::waits;
    }
    if (newest_of_others_ && newest_of_others_() > held().version) co_return Caught::waits;
    const bool is_restored = co_await restore(std::move(stored));
    co_return is_restored ? Caught::up : Caught::waits;
}

awaitable<bool> LayerKeeper::restore(DocumentVersion stored) {
    const bool is_free = co_await take_turn();
    if (!is_free) co_return false;
    if (held().revision.empty()) {
        config::RuntimeDocuments named = layer_->documents();
        named.history = extended({}, {named.version, random_revision(random_)});
        put_in_force(std::move(named));
    }
    DocumentWrite write{.expected = stored,
                        .next = held(),
                        .changes = {},
                        .replaces_all = true,
                        .history = layer_->documents().history};
    for (const auto& [path, document] : layer_->documents().documents) write.changes.emplace(path, document);
    const auto now_stored = co_await shared_->write_documents(write);
    is_changing_ = false;
    if (!now_stored || !(*now_stored == write.next))
        co_return false;  // the next exchange shows what became of it
    spdlog::warn(
        "runtime layer: the store had lost what came after version {}; version {} with {} objects is written "
        "again",
        stored.version, write.next.version, write.changes.size());
    co_return true;
}

awaitable<bool> LayerKeeper::read() {
    const bool is_free = co_await take_turn();
    if (!is_free) co_return false;
    auto news = co_await shared_->read_documents(held());
    is_changing_ = false;
    if (!news || is_behind(news->now)) co_return false;
    if (news->now == held()) co_return true;
    const bool is_apart = held().version > 0 && !holds(news->history, held()) &&
                          held().version >= oldest_version_of(news->history);
    if (is_apart) keep_superseded(news->now);
    config::RuntimeDocuments documents = news->is_whole ? config::RuntimeDocuments{} : layer_->documents();
    documents.version = news->now.version;
    documents.history = std::move(news->history);
    for (auto& [path, document] : news->changes) {
        if (document) {
            documents.documents.insert_or_assign(path, std::move(*document));
        } else {
            documents.documents.erase(path);
        }
    }
    put_in_force(std::move(documents));
    spdlog::info("runtime layer: version {} is in force, {} object{} read", layer_->version(),
                 news->changes.size(), news->changes.size() == 1 ? "" : "s");
    is_saved_ = false;
    co_return true;
}

/// Two histories can't be joined: what the store has goes on, what this node had is kept for people to look
/// at.
void LayerKeeper::keep_superseded(const DocumentVersion& stored) {
    std::string where = "nowhere, for there is no state directory";
    if (!file_.empty()) {
        where = file_ + ".superseded-" + std::to_string(held().version);
        const std::string why = config::save_runtime_file(where, layer_->documents());
        if (!why.empty()) where.append(" (not: ").append(why).append(")");
    }
    spdlog::error(
        "runtime layer: version {} of the store comes from another history and replaces version {} of this "
        "node, which is kept in {}",
        stored.version, held().version, where);
}

DocumentVersion LayerKeeper::held() const {
    const config::RuntimeDocuments& documents = layer_->documents();
    DocumentVersion newest = newest_of(documents.history);
    if (newest.version != documents.version) newest = {documents.version, {}};
    return newest;
}

void LayerKeeper::put_in_force(config::RuntimeDocuments documents) {
    layer_ = std::make_shared<const config::RuntimeLayer>(std::move(documents), layer_.get());
    ignored_ = store_.use_layer(layer_, now_us_());
    for (const config::Mistake& mistake : ignored_) {
        spdlog::error("runtime layer: left out, for it does not fit: {}: {}", mistake.where, mistake.message);
    }
    on_publish_();
}

void LayerKeeper::tick() {
    if (store_.refresh(now_us_())) on_publish_();
    save();
}

void LayerKeeper::save() {
    if (is_saved_ || file_.empty()) return;
    is_saved_ = true;
    const std::string why = config::save_runtime_file(file_, layer_->documents());
    if (!why.empty()) spdlog::warn("runtime layer: no copy in {}: {}", file_, why);
}

}  // namespace weir::app
