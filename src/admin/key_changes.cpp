// Keys are made, changed, given a new secret and taken away. All of it ends up as one document of the layer.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "admin/documents.hpp"
#include "admin/handlers.hpp"
#include "admin/key_rows.hpp"
#include "admin/secrets.hpp"
#include "config/names.hpp"
#include "config/unexpected.hpp"
#include "text/hex.hpp"
#include "text/percent.hpp"
#include "text/times.hpp"

namespace weir::admin {

namespace {

constexpr std::size_t former_secrets_max = 4;
constexpr std::int64_t overlap_s_max = 2'678'400;
constexpr std::int64_t overlap_s_usual = 86'400;

const char* const members_of_patch[] = {"tier", "group", "limits", "disabled", "max_wait_ms"};

void expect_only(const Json& body, std::initializer_list<std::string_view> more) {
    for (const auto& [name, value] : body.items()) {
        const auto is_name = [&, &member = name](std::string_view other) { return other == member; };
        const bool is_known =
            std::any_of(std::begin(members_of_patch), std::end(members_of_patch), is_name) ||
            std::any_of(more.begin(), more.end(), is_name);
        if (!is_known) {
            throw invalid_member(
                "$." + std::string(name),
                "expected no such member: tier, group, limits, disabled and max_wait_ms can be set");
        }
    }
}

std::string read_id(const Json& body) {
    const auto id = body.find("id");
    if (id == body.end() || !id->is_string()) throw invalid_member("$.id", "expected a name");
    std::string text = id->get<std::string>();
    try {
        config::check_name(text);
    } catch (const config::Unexpected& unexpected) {
        throw invalid_member("$.id", unexpected.what());
    }
    // No path can name these: a client resolves them before it asks.
    if (text == "." || text == "..") throw invalid_member("$.id", "expected another name than dots alone");
    return text;
}

/// A secret that is to be shown once, or the hash of one that weir never sees.
struct NewSecret {
    std::string secret;  ///< empty: only the hash is known
    Json sha256;
};

NewSecret new_secret(const Json& body) {
    if (body.contains("secret_sha256")) return {{}, body["secret_sha256"]};
    std::string secret = make_secret();
    std::string hash = text::to_hex(config::sha256(secret));
    return {std::move(secret), std::move(hash)};
}

Json document_of(const KeyIndex& index, const std::string& id) {
    const std::string* document = index.document("key/" + id);
    return document == nullptr ? Json::object() : parse_kept(*document);
}

void expect_key(const KeyIndex& index, const std::string& id) {
    if (index.find_in_file(id) != nullptr || index.document("key/" + id) != nullptr) return;
    throw no_such_key();
}

/// An empty document says nothing more than the file does.
config::RuntimeChange change_to(const std::string& id, const Json& document) {
    config::RuntimeChange change;
    if (document.empty()) {
        change.erase.push_back("key/" + id);
    } else {
        change.set.emplace("key/" + id, to_text(document));
    }
    return change;
}

awaitable<Answer> row_answer(Call& call, std::string id, Changed changed) {
    Json row = co_await changed_key_row(call, std::move(id));
    append_changed(row, changed);
    co_return versioned_answer(row, changed.version);
}

/// Of the former secrets those that still count, and the one that is replaced now.
Json former_secrets(const KeyIndex& index, const std::string& id, const Json& document, std::int64_t now_us,
                    std::int64_t until_us) {
    Json former = Json::array();
    if (until_us <= now_us) return former;
    const config::Key* key = index.find(id);
    if (key != nullptr) {
        for (const config::FormerSecret& each : key->former_secrets) {
            if (each.until_us <= now_us) continue;
            former.push_back(
                {{"secret_sha256", text::to_hex(each.sha256)}, {"until", text::rfc3339(each.until_us)}});
        }
    }
    if (former.size() >= former_secrets_max) {
        throw Refused(409, "too_many_former_secrets",
                      "Four former secrets of this key are still valid. Wait until one has ended, or rotate "
                      "with overlap_s 0, which ends them all.");
    }
    const config::Key* in_file = index.find_in_file(id);
    const Json replaced = document.contains("secret_sha256") ? document["secret_sha256"]
                          : in_file != nullptr               ? Json(text::to_hex(in_file->secret_sha256))
                                                             : Json();
    if (!replaced.is_null())
        former.push_back({{"secret_sha256", replaced}, {"until", text::rfc3339(until_us)}});
    return former;
}

std::int64_t read_overlap_s(const Json& body) {
    const auto overlap = body.find("overlap_s");
    if (overlap == body.end()) return overlap_s_usual;
    const bool fits = overlap->is_number_integer() && *overlap >= 0 && *overlap <= overlap_s_max;
    if (!fits) throw invalid_member("$.overlap_s", "expected an integer from 0 to 2678400");
    return overlap->get<std::int64_t>();
}

awaitable<Answer> set_disabled(Call& call, bool disabled) {
    const std::string id = call.text("id");
    Make make = [&](const KeyIndex& index) {
        expect_key(index, id);
        Json document = document_of(index, id);
        document["disabled"] = disabled;
        const config::Key* in_file = index.find_in_file(id);
        const bool is_usual = disabled == (in_file != nullptr && in_file->disabled);
        if (is_usual) document.erase("disabled");
        return change_to(id, document);
    };
    const Changed changed = co_await apply_change(call, std::move(make));
    co_return co_await row_answer(call, id, changed);
}

}  // namespace

awaitable<Answer> create_key(Call& call) {
    expect_only(call.body, {"id", "secret_sha256"});
    const std::string id = read_id(call.body);
    const NewSecret secret = new_secret(call.body);
    Json document = Json::object();
    document["secret_sha256"] = secret.sha256;
    for (const char* name : members_of_patch) {
        if (call.body.contains(name) && !call.body[name].is_null()) document[name] = call.body[name];
    }
    Make make = [&](const KeyIndex& index) {
        if (index.find_in_file(id) != nullptr || index.document("key/" + id) != nullptr) {
            throw Refused(409, "already_exists", "There is a key of this id; PATCH changes it.");
        }
        return change_to(id, document);
    };
    const Changed changed = co_await apply_change(call, std::move(make));
    Json row = co_await changed_key_row(call, id);
    if (!secret.secret.empty()) row["secret"] = secret.secret;
    append_changed(row, changed);
    Answer answer = versioned_answer(row, changed.version, 201);
    answer.fields.emplace_back("location", "/admin/keys/" + text::percent_encoded(id));
    co_return answer;
}

awaitable<Answer> patch_key(Call& call) {
    expect_only(call.body, {});
    const std::string id = call.text("id");
    Make make = [&](const KeyIndex& index) {
        expect_key(index, id);
        Json document = document_of(index, id);
        document.merge_patch(call.body);
        if (document.contains("limits") && document["limits"] == Json::object()) document.erase("limits");
        return change_to(id, document);
    };
    const Changed changed = co_await apply_change(call, std::move(make));
    co_return co_await row_answer(call, id, changed);
}

awaitable<Answer> delete_key(Call& call) {
    const std::string id = call.text("id");
    Make make = [&](const KeyIndex& index) {
        expect_key(index, id);
        if (index.find_in_file(id) != nullptr) {
            throw Refused(
                409, "in_file",
                "This key stands in the configuration file: disable it, or take it out of the file.");
        }
        config::RuntimeChange change;
        change.erase.push_back("key/" + id);
        const std::string over = "override/key/" + id;
        if (index.document(over) != nullptr) change.erase.push_back(over);
        return change;
    };
    const Changed changed = co_await apply_change(call, std::move(make));
    Json answer = Json::object();
    append_changed(answer, changed);
    co_return versioned_answer(answer, changed.version);
}

awaitable<Answer> rotate_key(Call& call) {
    for (const auto& [name, value] : call.body.items()) {
        if (name != "overlap_s" && name != "secret_sha256") {
            throw invalid_member("$." + std::string(name), "expected only overlap_s and secret_sha256");
        }
    }
    const std::string id = call.text("id");
    const std::int64_t overlap_s = read_overlap_s(call.body);
    const NewSecret secret = new_secret(call.body);
    const std::int64_t now_us = call.store_now_us();
    const std::int64_t until_us = now_us + overlap_s * 1'000'000;
    Make make = [&](const KeyIndex& index) {
        expect_key(index, id);
        Json document = document_of(index, id);
        Json former = former_secrets(index, id, document, now_us, until_us);
        document["secret_sha256"] = secret.sha256;
        document.erase("former_secrets");
        if (!former.empty()) document["former_secrets"] = std::move(former);
        return change_to(id, document);
    };
    const Changed changed = co_await apply_change(call, std::move(make));
    Json answer{{"id", id}};
    if (!secret.secret.empty()) answer["secret"] = secret.secret;
    answer["former_valid_until"] = overlap_s == 0 ? Json() : time_json(until_us);
    append_changed(answer, changed);
    co_return versioned_answer(answer, changed.version);
}

awaitable<Answer> disable_key(Call& call) {
    return set_disabled(call, true);
}

awaitable<Answer> enable_key(Call& call) {
    return set_disabled(call, false);
}

awaitable<Answer> reset_key(Call& call) {
    const std::shared_ptr<const KeyIndex> index = call.index();
    const std::string id = call.text("id");
    const config::Key* key = index->find(id);
    if (key == nullptr) throw no_such_key();
    std::vector<LedgerLimits> ledgers = ledgers_of_key(*index, *key, Ledgers::all);
    // What others share stays as it is.
    std::erase_if(ledgers, [](const LedgerLimits& ledger) {
        return ledger.scope != Scope::key && ledger.scope != Scope::key_on_model;
    });
    const result<void> done = co_await call.control().reset(std::span(ledgers), call.actor);
    if (!done) throw store_unavailable();
    Json row = co_await changed_key_row(call, id);
    row["version"] = index->snapshot().layer->version();
    co_return versioned_answer(row, index->snapshot().layer->version());
}

}  // namespace weir::admin
