// Each client is a thread with a connection of its own, which takes the next request that is due.
#include "steady_load.hpp"

#include <chrono>
#include <cstdlib>
#include <memory>
#include <utility>

#include "support/raw_client.hpp"
#include "weir/clock.hpp"

namespace weir::testing {

namespace {

std::int64_t now_us() {
    return SystemClock().now_us();
}

std::string body_for(const LoadTerms& terms) {
    std::string body = chat_body(terms.fields);
    const std::string model = "\"model\":\"";
    const std::size_t name = body.find(model) + model.size();
    return body.replace(name, body.find('"', name) - name, terms.model);
}

}  // namespace

SteadyLoad::SteadyLoad(LoadTerms terms) : terms_(std::move(terms)), began_us_(now_us()) {
    for (std::size_t client = 0; client < terms_.clients; ++client)
        threads_.emplace_back([this, client] { send_in_turn(client); });
}

SteadyLoad::~SteadyLoad() {
    stop();
}

std::vector<Seen> SteadyLoad::stop() {
    is_stopped_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    return std::exchange(seen_, {});
}

void SteadyLoad::send_in_turn(std::size_t client) {
    const std::string body = body_for(terms_);
    const std::uint16_t port = terms_.ports[client % terms_.ports.size()];
    std::unique_ptr<RawClient> connection;
    while (!is_stopped_) {
        const std::uint64_t number = next_++;
        const auto due_us =
            began_us_ + static_cast<std::int64_t>(static_cast<double>(number) * 1e6 / terms_.per_second);
        const std::int64_t early_us = due_us - now_us();
        if (early_us > 0) std::this_thread::sleep_for(std::chrono::microseconds(early_us));
        if (!connection) connection = std::make_unique<RawClient>(port);
        Seen seen;
        seen.id = "load-" + std::to_string(began_us_) + "-" + std::to_string(number);
        seen.sent_us = now_us();
        const std::string headers = "x-mock-id: " + seen.id + "\r\n" + terms_.headers;
        RawAnswer answer;
        if (connection->send(post("/v1/chat/completions", body, headers, terms_.key)))
            answer = connection->read_answer();
        seen.status = answer.complete ? answer.status : 0;
        seen.answered_us = now_us();
        const auto retry = answer.headers.find("retry-after-ms");
        if (retry != answer.headers.end()) seen.retry_after_ms = std::atoll(retry->second.c_str());
        const auto limit = answer.headers.find("x-weir-limit");
        if (limit != answer.headers.end()) seen.refused_by = limit->second;
        if (answer.status != 200) seen.body = answer.body;
        const auto ending = answer.headers.find("connection");
        if (!answer.complete || (ending != answer.headers.end() && ending->second == "close"))
            connection.reset();
        const std::lock_guard lock(mutex_);
        seen_.push_back(std::move(seen));
    }
}

}  // namespace weir::testing
