// Reads from top to bottom as what happens to a request. What is sent to the upstream is in forward.cpp, what
// weir itself answers in answers.cpp, how room is reserved and waited for in reserving.cpp.
#include "proxy/exchange.hpp"

#include <algorithm>
#include <exception>

#include "http/error.hpp"
#include "llm/stored_answers.hpp"
#include "observe/log.hpp"
#include "proxy/books.hpp"
#include "proxy/cors.hpp"
#include "proxy/detached_settlement.hpp"
#include "proxy/errors.hpp"
#include "proxy/request_rules.hpp"
#include "text/hex.hpp"

namespace weir::proxy {

using boost::system::error_code;

namespace {

constexpr std::string_view continue_answer = "HTTP/1.1 100 Continue\r\n\r\n";

std::string_view path_of(std::string_view path_and_query) noexcept {
    return path_and_query.substr(0, path_and_query.find('?'));
}

bool wants_to_stay(const RequestHead& head) noexcept {
    return head.version == 11 ? !head.fields.lists_token("connection", "close")
                              : head.fields.lists_token("connection", "keep-alive");
}

/// Whose clients send it, whatever the path: models and files are spoken of in both dialects.
llm::Dialect dialect_of_request(const RequestHead& head, std::string_view path) noexcept {
    const llm::Dialect dialect = llm::dialect_of(path);
    const bool is_anthropic = dialect == llm::Dialect::openai && head.fields.find("anthropic-version");
    return is_anthropic ? llm::Dialect::anthropic : dialect;
}

/// RFC 6455 4.1.
bool is_websocket_handshake(const RequestHead& head) noexcept {
    constexpr std::string_view protocol = "websocket";
    if (head.method != "GET") return false;
    if (head.fields.lists_token("upgrade", protocol)) return true;
    const std::string_view first = head.fields.value("upgrade");  // "websocket/13"
    return first.size() > protocol.size() && first[protocol.size()] == '/' &&
           starts_with_ignoring_case(first, protocol);
}

/// What people, browsers and health checks ask for, and no API serves.
bool is_front_page(const RequestHead& head, std::string_view path) noexcept {
    const bool reads = head.method == "GET" || head.method == "HEAD" || head.method == "OPTIONS";
    return reads && (path == "/" || path == "/favicon.ico");
}

bool is_weirs_own(std::string_view path) noexcept {
    return path == "/weir" || path.starts_with("/weir/");
}

std::string make_request_id(std::mt19937_64& random) {
    std::string id;
    id.reserve(36);
    id += "req_";
    for (int word = 0; word < 2; ++word) text::append_hex(id, random());
    return id;
}

void log_unforeseen(std::string_view request_id, const std::exception_ptr& unforeseen) {
    try {
        std::rethrow_exception(unforeseen);
    } catch (const std::exception& error) {
        observe::log_of_request(observe::LogLevel::error, request_id,
                                std::string("ended by an unforeseen error: ") + error.what());
    }
}

}  // namespace

Exchange::Exchange(Worker& worker, ClientStream& client, IncomingRequest request)
    : worker_(worker),
      client_(client),
      request_(request),
      policy_(worker.policy),
      api_(llm::api_of(request.head.method, path_of(request.path_and_query))),
      dialect_(dialect_of_request(request.head, path_of(request.path_and_query))),
      body_(client, request.framing, worker.clock, worker.body_budget),
      credentials_(request.head.fields, request.path_and_query, dialect_),
      close_(!wants_to_stay(request.head)) {}

awaitable<bool> Exchange::run() {
    open_record();
    std::exception_ptr unforeseen;
    try {
        co_await admit_and_forward();
    } catch (...) {
        unforeseen = std::current_exception();
        close_ = true;
    }
    // Nothing above cancels this coroutine: a client that leaves ends reads and writes with errors. So these
    // three run on every path.
    if (reservation_ && is_worked_on_later()) co_await hold_for_later();
    if (reservation_) {
        const Usage usage = work_out_usage();
        const Amounts given_back = given_back_by(usage, spent_, record_.reserved);
        if (!settle_at_once(usage, given_back)) co_await settle(usage, given_back);
    }
    close_record();
    if (unforeseen) {
        log_unforeseen(record_.request_id, unforeseen);
        co_return false;
    }

    if (!close_ && !body_.complete()) {
        const bool discarded = co_await body_.discard();
        close_ = !discarded;
    }
    co_return !close_ && !client_.gone();
}

awaitable<void> Exchange::admit_and_forward() {
    cors_ = cors_lines(config().cors, request_.head.fields);
    if (request_.is_shed) co_return co_await shed();
    if (is_for_weir()) co_return co_await answer_anybody();
    const bool is_free = is_free_of_charge();
    if (!is_free) {
        if (!identify()) co_return co_await refuse_key();
        note_stored_response();
        if (is_weirs_own(record_.path)) co_return co_await answer_limits();
    }
    if (!is_served()) {
        const llm::ErrorDescription error = describe(not_served);
        co_return co_await answer_error(error, not_served.outcome);
    }
    error_code unread = start_body();
    if (!unread && !body_.complete()) unread = co_await read_rest_of_body();
    record_.request_bytes = static_cast<std::int64_t>(body_.bytes().size());
    if (unread) co_return co_await refuse_body(unread);
    const std::int64_t arrived_us = worker_.clock.steady_us();
    if (is_metered() && !is_free) {
        const bool is_coded = request_.head.fields.find("content-encoding").has_value();
        const bool is_readable = !is_coded || co_await decode_body();
        if (!is_readable) co_return;
        if (const auto mistake = understand()) co_return co_await answer_error(*mistake, bad_call.outcome);
    }
    for (;;) {
        if (const RefusalReason* reason = choose_upstreams(arrived_us)) {
            const llm::ErrorDescription error = describe(*reason);
            co_return co_await answer_error(error, reason->outcome);
        }
        if (choice_->left().empty()) co_return co_await refuse_while_all_sleep();
        if (is_free) {
            take_upstream(0, arrived_us);
            co_return co_await forward();
        }
        const bool is_decided = co_await reserve_and_forward(arrived_us);
        if (is_decided) co_return;
        if (!renew_policy()) co_return co_await refuse_key();
    }
}

/// False: what is in force changed while it waited.
awaitable<bool> Exchange::reserve_and_forward(std::int64_t arrived_us) {
    const Demand demand = note_demand();
    Decided decided = decide_at_once(demand);
    if (!decided) co_await decide(demand, decided);
    if (!decided) co_return false;
    const bool admitted = note_decision(*decided);
    if (!admitted) co_await refuse(*decided);
    record_.added_us = worker_.clock.steady_us() - arrived_us - record_.waited_us.value_or(0);
    if (admitted) co_await forward();
    co_return true;
}

/// What is left of the one before refers to it until it is made anew. False: the key is nobody's any more.
bool Exchange::renew_policy() {
    former_policy_ = std::exchange(policy_, worker_.policy);
    return identify();
}

/// Asked of weir itself, by anybody: see answer_anybody.
bool Exchange::is_for_weir() const {
    const RequestHead& head = request_.head;
    if (head.method == "POST") return false;
    if (is_preflight(head)) return !config().cors.allowed_origins.empty();
    return is_websocket_handshake(head) || is_front_page(head, record_.path);
}

/// A browser's question costs nothing and carries no key. Where weir has no answer, the provider has.
bool Exchange::is_free_of_charge() const {
    const bool has_content = request_.framing.chunked || request_.framing.content_length.value_or(0) > 0;
    return is_preflight(request_.head) && !has_content && !is_weirs_own(record_.path);
}

/// Metered, or a path that passes all the same. Of a preflight the request counts that it asks for.
bool Exchange::is_served() const {
    const bool asks_for_metered = is_preflight(request_.head) &&
                                  llm::api_of(request_.head.fields.value("access-control-request-method"),
                                              record_.path) != llm::Api::unmetered;
    return is_metered() || asks_for_metered || policy_->passes_unmetered(record_.path);
}

bool Exchange::identify() {
    auto identified = policy_->identify(credentials_.keys());
    if (!identified) return false;
    subject_ = std::move(identified->subject);
    if (!credentials_.keys().empty()) credential_ = credentials_.keys()[identified->credential];
    record_.key_id = subject_->id;
    return true;
}

/// A background response that this node holds a reservation of the same key for: its answer is the one that
/// says what it used.
void Exchange::note_stored_response() {
    is_spelled_plainly_ = true;
    for (std::string& id : llm::stored_response_ids(request_.head.method, record_.path)) {
        if (worker_.background->is_held_for(record_.key_id, id)) {
            stored_response_ = std::move(id);
            return;
        }
        is_spelled_plainly_ = false;
    }
}

BodyLimits Exchange::body_limits() const noexcept {
    return {config().limits_of_weir.max_body_bytes, config().timeouts.body_ms};
}

error_code Exchange::start_body() {
    const auto expectation = request_.head.fields.find("expect");
    if (expectation && !equals_ignoring_case(*expectation, "100-continue"))
        return http_errc::expectation_failed;
    return body_.start(body_limits());
}

awaitable<error_code> Exchange::read_rest_of_body() {
    // Only a client that waits for it gets it, and only now that the body is wanted.
    const bool is_awaited = request_.head.fields.find("expect") && request_.head.version == 11 &&
                            body_.bytes().empty() && client_.input().empty();
    if (is_awaited) {
        net::Buffers bytes{boost::asio::buffer(continue_answer)};
        const error_code error = co_await client_.write(bytes);
        if (error) co_return error;
    }
    co_return co_await body_.read_rest(body_limits());
}

awaitable<void> Exchange::refuse_body(error_code error) {
    note_limit_hit(error);
    close_ = true;  // where the next request would begin is unknown, or far away
    co_await answer_error(error);
}

void Exchange::note_limit_hit(error_code error) noexcept {
    if (error == http_errc::too_many_buffered_bytes) worker_.metrics.count(observe::LimitHit::buffered_bytes);
    if (error == http_errc::body_too_large) worker_.metrics.count(observe::LimitHit::body_bytes);
}

awaitable<bool> Exchange::decode_body() {
    const std::string value = joined_value(request_.head.fields, "content-encoding");
    const auto codings = llm::parse_content_codings(value);
    if (!codings) {
        const llm::ErrorDescription error = describe(unknown_coding);
        llm::HeaderLines more;
        llm::append_header(more, "accept-encoding", "gzip, deflate, zstd, br");
        co_await answer_error(error, unknown_coding.outcome, std::move(more));
        co_return false;
    }
    if (codings->empty()) co_return true;
    const error_code error = co_await body_.decode(*codings, body_limits());
    if (!error) co_return true;
    note_limit_hit(error);
    co_await answer_error(error, error == http_errc::bad_request
                                     ? "The body is not what its Content-Encoding says."
                                     : std::string_view());
    co_return false;
}

llm::CallText Exchange::call_text() const {
    return {.api = api_,
            .body = body_.text(),
            .path = record_.path,
            .content_type = request_.head.fields.value("content-type")};
}

std::optional<llm::ErrorDescription> Exchange::understand() {
    auto understood = llm::read_call(call_text());
    if (const auto* mistake = std::get_if<llm::CallError>(&understood)) {
        llm::ErrorDescription error = describe(bad_call, mistake->message);
        error.param = mistake->param;
        return error;
    }
    call_ = std::get<llm::Call>(std::move(understood));
    record_.model = call_.model;
    record_.streamed = call_.stream;
    if (!subject_->tier->estimate_bound || call_.output_bound) return std::nullopt;
    const std::string param(llm::output_bound_name(api_));
    llm::ErrorDescription error = describe(no_output_bound, param + ".");
    error.param = param;
    return error;
}

/// True: nothing is left to wait for.
bool Exchange::settle_at_once(const Usage& usage, const Amounts& given_back) {
    const std::int64_t asked_us = worker_.clock.steady_us();
    if (worker_.limiter.settle_at_once(*reservation_, usage)) {
        note_settled(worker_, asked_us, applicable_.ledgers, given_back);
    } else if (worker_.detached_settlements.may_begin(worker_)) {
        worker_.detached_settlements.begin(
            worker_, {std::move(*reservation_), usage, given_back, std::move(applicable_), policy_});
    } else {
        return false;
    }
    reservation_.reset();
    return true;
}

awaitable<void> Exchange::settle(Usage usage, Amounts given_back) {
    const std::int64_t asked_us = worker_.clock.steady_us();
    co_await worker_.limiter.settle(std::move(*reservation_), usage);
    note_settled(worker_, asked_us, applicable_.ledgers, given_back);
    reservation_.reset();
}

/// What the request used, as it is charged and recorded.
Usage Exchange::work_out_usage() {
    facts_.cached_input_weight = subject_->tier->cached_input_weight;
    const Usage usage = settle_by(facts_);
    spent_ = spent_by(facts_, reservation_->demand());
    record_.actual = as_recorded(usage, spent_);
    record_.cached_input_tokens = spent_.cached_input_tokens;
    teach(reservation_->demand());
    return usage;
}

/// The upstream goes on working on it after the answer, or without the client: its usage is seen by whoever
/// fetches it.
bool Exchange::is_worked_on_later() const noexcept {
    return may_be_worked_on(facts_) && !facts_.usage.response_id.empty();
}

/// Where there is no room for it any more it is settled now.
awaitable<void> Exchange::hold_for_later() {
    co_await worker_.limiter.end_flight(*reservation_);
    note_given_back({});
    BackgroundResponses::Held held{std::move(*reservation_), subject_->tier->cached_input_weight,
                                   std::string(record_.key_id), std::string(record_.model),
                                   std::string(record_.upstream)};
    const bool is_held = worker_.background->hold(facts_.usage.response_id, held, &worker_);
    if (is_held) {
        reservation_.reset();
    } else {
        reservation_ = std::move(held.reservation);
        worker_.metrics.count(observe::LimitHit::background_responses);
    }
}

void Exchange::open_record() {
    started_us_ = worker_.clock.steady_us();
    record_.received_at_us = worker_.clock.now_us();
    const std::string_view own_id = usable_request_id(request_.head.fields);
    record_.request_id = own_id.empty() ? make_request_id(worker_.random) : std::string(own_id);
    record_.method = request_.head.method;
    record_.path = path_of(request_.path_and_query);
    record_.client_address = request_.client_address;
}

void Exchange::close_record() {
    const std::int64_t now_us = worker_.clock.steady_us();
    record_.duration_us = now_us - started_us_;
    const std::int64_t sent_at_us = attempt_ ? attempt_->sent_at_us() : 0;
    if (sent_at_us != 0) record_.upstream_us = now_us - sent_at_us;
    worker_.metrics.count(record_);
    enter(worker_, record_, spent_);
    worker_.access_log.write(record_);
}

}  // namespace weir::proxy
