// Keeping and checking upstream connections.
#include "proxy/upstream_pool.hpp"

#include <algorithm>
#include <utility>

namespace weir::proxy {

namespace {

constexpr std::int64_t idle_of_few_clients_max = 4'096;
// Below the 60 s after which many servers close; those that close sooner say so in Keep-Alive, or their
// closing is seen when the connection is about to be used.
constexpr std::int64_t idle_s_default = 55;

}  // namespace

UpstreamPool::UpstreamPool(boost::asio::io_context& context, const Clock& clock,
                           observe::WorkerMetrics& metrics, const std::atomic<std::int64_t>& clients)
    : context_(context), clock_(clock), metrics_(metrics), clients_(clients) {}

std::size_t UpstreamPool::idle_max() const noexcept {
    const std::int64_t clients = clients_.load(std::memory_order_relaxed);
    return static_cast<std::size_t>(std::max(clients, idle_of_few_clients_max));
}

std::unique_ptr<UpstreamConnection> UpstreamPool::take_kept(const config::Upstream& upstream) {
    const config::Url& url = upstream.url;
    const std::uint64_t tls = url.tls ? tls_.of(upstream.tls).number : 0;
    const auto pool = idle_.find(std::tuple(url.tls, std::string_view(url.host), url.port, tls));
    if (pool == idle_.end()) return nullptr;
    auto& kept = pool->second;
    while (!kept.empty()) {
        auto connection = std::move(kept.back());
        kept.pop_back();
        --idle_count_;
        if (connection->idle_until_us <= clock_.steady_us() || !connection->is_quiet()) continue;
        connection->reused = true;
        metrics_.upstream_requests_reused.add();
        return connection;
    }
    return nullptr;
}

std::unique_ptr<Dial> UpstreamPool::dial(const config::Upstream& upstream) {
    UpstreamTlsContexts::Entry tls;
    if (upstream.url.tls) tls = tls_.of(upstream.tls);
    return std::make_unique<Dial>(context_, clock_, std::move(tls), upstream.url);
}

void UpstreamPool::release(std::unique_ptr<UpstreamConnection> connection, std::int64_t keep_alive_s) {
    if (!connection->input().empty() || idle_count_ >= idle_max()) return;
    // A second less than the upstream says, so that weir is the one that closes.
    const std::int64_t idle_s =
        keep_alive_s > 0 ? std::min(keep_alive_s - 1, idle_s_default) : idle_s_default;
    if (idle_s <= 0) return;
    connection->idle_since_us = clock_.steady_us();
    connection->idle_until_us = connection->idle_since_us + idle_s * 1'000'000;
    connection->watch();
    auto& kept = idle_[connection->origin];
    kept.push_back(std::move(connection));
    ++idle_count_;
}

void UpstreamPool::sweep() {
    const std::int64_t now_us = clock_.steady_us();
    for (auto pool = idle_.begin(); pool != idle_.end();) {
        auto& kept = pool->second;
        const auto dead = std::remove_if(kept.begin(), kept.end(), [&](const auto& connection) {
            return connection->idle_until_us <= now_us || !connection->is_quiet();
        });
        idle_count_ -= static_cast<std::size_t>(kept.end() - dead);
        kept.erase(dead, kept.end());
        pool = kept.empty() ? idle_.erase(pool) : std::next(pool);
    }
}

}  // namespace weir::proxy
