// Reads from top to bottom as what happens to a request. What is sent to the upstream is in forward.cpp, what
// weir itself answers in answers.cpp.
#include "proxy/exchange.hpp"

#include <algorithm>
#include <exception>

#include "llm/estimate.hpp"
#include "proxy/errors.hpp"
#include "proxy/request_rules.hpp"

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

std::string make_request_id(std::mt19937_64& random) {
    static constexpr char digits[] = "0123456789abcdef";
    constexpr std::string_view prefix = "req_";
    constexpr std::size_t digits_per_word = 16;
    std::string id(prefix.size() + 2 * digits_per_word, '\0');
    auto out = std::copy(prefix.begin(), prefix.end(), id.begin());
    for (int word = 0; word < 2; ++word) {
        std::uint64_t bits = random();
        for (std::size_t i = 0; i < digits_per_word; ++i, bits >>= 4) *out++ = digits[bits & 15];
    }
    return id;
}

}  // namespace

Exchange::Exchange(Worker& worker, ClientStream& client, IncomingRequest request)
    : worker_(worker),
      client_(client),
      request_(request),
      policy_(worker.policy),
      api_(llm::api_of(request.head.method, path_of(request.path_and_query))),
      dialect_(llm::dialect_of(path_of(request.path_and_query))),
      body_(client, request.parser, request.framing, worker.clock, worker.body_budget),
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
    if (reservation_) co_await settle();
    close_record();
    if (unforeseen) std::rethrow_exception(unforeseen);

    if (!closes_after() && !body_.complete()) {
        const bool discarded = co_await body_.discard();
        close_ = !discarded;
    }
    co_return !closes_after() && !client_.gone();
}

awaitable<void> Exchange::admit_and_forward() {
    const std::string_view given[]{credential_of(request_.head.fields, dialect_)};
    auto identified = policy_->identify(given);
    if (identified) subject_ = std::move(identified->subject);
    if (!subject_) {
        const llm::ErrorDescription error{.status = 401,
                                          .type = "invalid_request_error",
                                          .message = "Incorrect API key provided.",
                                          .param = {},
                                          .code = "invalid_api_key"};
        co_return co_await answer_error(error, observe::Outcome::unauthenticated);
    }
    record_.key_id = subject_->id;
    if (record_.path.starts_with("/weir/")) co_return co_await answer_limits();
    if (api_ == llm::Api::unmetered && !policy_->passes_unmetered(record_.path)) {
        const llm::ErrorDescription error{.status = 404,
                                          .type = "invalid_request_error",
                                          .message = "This path is not served.",
                                          .param = {},
                                          .code = "unknown_url"};
        co_return co_await answer_error(error, observe::Outcome::bad_request);
    }
    const bool has_body = co_await read_body();
    if (!has_body) co_return;
    const std::int64_t arrived_us = worker_.clock.steady_us();
    const bool understood = co_await understand();
    if (!understood) co_return;
    const bool admitted = co_await reserve();
    record_.added_us = worker_.clock.steady_us() - arrived_us;
    if (admitted) co_await forward();
}

awaitable<bool> Exchange::read_body() {
    const Fields& fields = request_.head.fields;
    const config::Config& settings = config();
    const BodyLimits limits{settings.limits_of_weir.max_body_bytes, settings.timeouts.body_ms};
    const auto announced = static_cast<std::int64_t>(
        std::min<std::uint64_t>(request_.framing.content_length.value_or(0), std::uint64_t{1} << 62));
    error_code error;
    if (const auto expectation = fields.find("expect")) {
        if (!equals_ignoring_case(*expectation, "100-continue")) error = errc::expectation_failed;
        if (!error && announced > limits.bytes_max) error = errc::body_too_large;
        // Only a client that waits for it gets it, and only now that the body is wanted.
        if (!error && request_.head.version == 11 && !body_.complete() && client_.input().empty()) {
            const auto bytes = boost::asio::buffer(continue_answer);
            error = co_await client_.write({&bytes, 1});
        }
    }
    if (!error) error = co_await body_.read(limits);
    record_.request_bytes = static_cast<std::int64_t>(body_.bytes().size());
    if (!error) co_return true;
    if (error == errc::too_many_buffered_bytes) worker_.metrics.bite(observe::Bite::buffered_bytes);
    if (error == errc::body_too_large) worker_.metrics.bite(observe::Bite::body_bytes);
    close_ = true;  // where the next request would begin is unknown, or far away
    co_await answer_error(error);
    co_return false;
}

awaitable<bool> Exchange::understand() {
    if (api_ == llm::Api::unmetered) co_return true;
    auto understood = llm::read_call({.api = api_,
                                      .body = body_.bytes(),
                                      .path = path_of(request_.path_and_query),
                                      .content_type = request_.head.fields.value("content-type")});
    if (const auto* mistake = std::get_if<llm::CallError>(&understood)) {
        const llm::ErrorDescription error{.status = 400,
                                          .type = "invalid_request_error",
                                          .message = mistake->message,
                                          .param = mistake->param,
                                          .code = {}};
        co_await answer_error(error, observe::Outcome::bad_request);
        co_return false;
    }
    call_ = std::get<llm::Call>(std::move(understood));
    record_.model = call_.model;
    record_.streamed = call_.stream;
    if (subject_->tier->estimate_bound && !call_.output_bound) {
        const llm::ErrorDescription error{
            .status = 400,
            .type = "invalid_request_error",
            .message = "This key requires a bound on the output, such as max_tokens.",
            .param = "max_tokens",
            .code = {}};
        co_await answer_error(error, observe::Outcome::bad_request);
        co_return false;
    }
    co_return true;
}

awaitable<bool> Exchange::reserve() {
    applicable_ = policy_->limits_for(*subject_, call_.model, upstream());
    Demand demand{.requests = 1};
    if (api_ != llm::Api::unmetered) {
        const auto mode =
            subject_->tier->estimate_bound ? llm::EstimateMode::bound : llm::EstimateMode::fitted;
        demand.input_tokens = llm::estimate_input(call_, mode);
        demand.output_tokens = llm::reserve_output(call_, mode, applicable_.output_default);
    }
    record_.estimated = demand;
    // Who leaves while a shared store is asked need not be admitted.
    client_.watch([] {});
    auto decided = co_await worker_.limiter.reserve(demand, applicable_.ledgers, &client_.gone());
    client_.unwatch();
    if (!decided) {
        co_await answer_error(decided.error());
        co_return false;
    }
    Decision& decision = *decided;
    record_.decided_at_us = decision.decided_at_us;
    record_.store_mode = decision.decided_by;
    if (decision.verdict != Verdict::admitted) {
        co_await refuse(decision);
        co_return false;
    }
    record_.reserved = demand;
    reservation_ = std::move(decision.reservation);
    worker_.metrics.reservations_in_flight.add();
    llm::append_rate_limit_headers(dialect_, decision.tightest, worker_.clock.now_us(), rate_limits_);
    co_return true;
}

awaitable<void> Exchange::settle() {
    facts_.metered = api_ != llm::Api::unmetered;
    facts_.cached_input_weight = subject_->tier->cached_input_weight;
    const Usage usage = settle_by(facts_);
    record_.actual = usage;
    const auto settled = co_await worker_.limiter.settle(std::move(*reservation_), usage);
    if (!settled) worker_.metrics.settle_failures.add();
    worker_.metrics.reservations_in_flight.subtract();
    reservation_.reset();
}

void Exchange::open_record() {
    started_us_ = worker_.clock.steady_us();
    record_.received_at_us = worker_.clock.now_us();
    const std::string_view own_id = usable_request_id(request_.head.fields);
    record_.request_id = own_id.empty() ? make_request_id(worker_.random) : std::string(own_id);
    record_.method = request_.head.method;
    record_.path = path_of(request_.path_and_query);
}

void Exchange::close_record() {
    const std::int64_t now_us = worker_.clock.steady_us();
    record_.duration_us = now_us - started_us_;
    if (forwarded_us_ != 0) record_.upstream_us = now_us - forwarded_us_;
    worker_.metrics.count(record_);
    worker_.access_log.write(record_);
}

}  // namespace weir::proxy
