// All metrics: one row each (counters of workers have theirs in worker_counters.hpp), and how a row's values
// are found in the workers and the process.
#include <variant>

#include "observe/metrics.hpp"
#include "observe/process_metrics.hpp"

namespace weir::observe {

namespace {

void write_requests(const Page& page) {
    for (std::size_t i = 0; i < outcome_count; ++i) {
        page.text.value({{"outcome", to_string(static_cast<Outcome>(i))}},
                        page.sum([i](const WorkerMetrics& worker) -> auto& { return worker.requests[i]; }));
    }
}

template <LimitCounters WorkerMetrics::*counters>
void write_limits(const Page& page) {
    for (std::size_t scope = 0; scope < scope_count; ++scope) {
        for (const Dimension dimension : all_dimensions) {
            const auto pick = [&](const WorkerMetrics& worker) -> auto& {
                return (worker.*counters)[scope][static_cast<std::size_t>(dimension)];
            };
            page.text.value(
                {{"scope", to_string(static_cast<Scope>(scope))}, {"dimension", to_string(dimension)}},
                page.sum(pick));
        }
    }
}

void write_tokens(const Page& page) {
    constexpr std::array<std::string_view, 3> kinds{"estimated", "reserved", "actual"};
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
        page.text.value({{"direction", "input"}, {"kind", kinds[kind]}}, page.sum([=
        ](const WorkerMetrics& worker) -> auto& { return worker.input_tokens[kind]; }));
        page.text.value({{"direction", "output"}, {"kind", kinds[kind]}}, page.sum([=
        ](const WorkerMetrics& worker) -> auto& { return worker.output_tokens[kind]; }));
    }
}

void write_limit_hits(const Page& page) {
    constexpr std::array<std::string_view, limit_hit_count> names{
        "connections",          "buffered_bytes", "body_bytes",  "header", "accept_errors",
        "background_responses", "waiting",        "settlements", "queue"};
    for (std::size_t i = 0; i < limit_hit_count; ++i) {
        page.text.value({{"limit", names[i]}},
                        page.sum([i](const WorkerMetrics& worker) -> auto& { return worker.limit_hits[i]; }));
    }
}

void write_waits(const Page& page) {
    constexpr std::array<std::string_view, wait_end_count> ends{"admitted", "refused", "given_up"};
    for (std::size_t i = 0; i < wait_end_count; ++i) {
        page.histogram(
            {{"end", ends[i]}}, [i](const WorkerMetrics& worker) -> auto& { return worker.waits[i]; });
    }
}

void write_waiting(const Page& page) {
    for (const WaitingOfTier& waiting : page.process.waiting)
        page.text.value({{"tier", waiting.tier}}, waiting.count);
}

void write_store_durations(const Page& page) {
    constexpr std::array<std::string_view, store_call_count> names{"reserve", "settle", "progress", "peek"};
    for (std::size_t i = 0; i < store_call_count; ++i) {
        page.histogram(
            {{"op", names[i]}}, [i](const WorkerMetrics& worker) -> auto& {
                return worker.store_duration[i];
            });
    }
}

template <LatencyCounts StoreFigures::*latency>
void write_store_latency(const Page& page) {
    const LatencyCounts& counted = page.process.store.*latency;
    page.text.histogram({}, latency_bounds_us, counted.counts, counted.sum_us);
}

template <Counter UpstreamCounters::*counter>
std::uint64_t sum_of_upstream(const Page& page, const UpstreamState& upstream) {
    return page.sum([&](const WorkerMetrics& worker) -> auto& {
        return worker.upstreams.at(upstream.slot).*counter;
    });
}

void write_upstream_requests(const Page& page) {
    for (const UpstreamState& upstream : page.process.upstreams) {
        page.text.value({{"upstream", upstream.name}, {"result", "answer"}},
                        sum_of_upstream<&UpstreamCounters::answers>(page, upstream));
        page.text.value({{"upstream", upstream.name}, {"result", "error"}},
                        sum_of_upstream<&UpstreamCounters::errors>(page, upstream));
        page.text.value({{"upstream", upstream.name}, {"result", "moved"}},
                        sum_of_upstream<&UpstreamCounters::moved>(page, upstream));
        page.text.value({{"upstream", upstream.name}, {"result", "turned_away"}},
                        sum_of_upstream<&UpstreamCounters::turned_away>(page, upstream));
    }
}

template <Counter UpstreamCounters::*time>
void write_upstream_time(const Page& page) {
    for (const UpstreamState& upstream : page.process.upstreams) {
        const std::uint64_t newest_us = page.newest([&](const WorkerMetrics& worker) -> auto& {
            return worker.upstreams.at(upstream.slot).*time;
        });
        page.text.value({{"upstream", upstream.name}}, seconds(newest_us));
    }
}

template <bool UpstreamState::*state>
void write_upstream_state(const Page& page) {
    for (const UpstreamState& upstream : page.process.upstreams)
        page.text.value({{"upstream", upstream.name}}, std::uint64_t{upstream.*state});
}

void write_store_mode(const Page& page) {
    page.text.value({{"mode", to_string(page.process.store.mode)}}, std::uint64_t{1});
}

void write_store_errors(const Page& page) {
    for (const auto& [kind, count] : page.process.store.errors) page.text.value({{"kind", kind}}, count);
}

void write_reloads(const Page& page) {
    page.text.value({{"result", "success"}}, page.process.reloads_succeeded);
    page.text.value({{"result", "failure"}}, page.process.reloads_failed);
}

void write_admin_requests(const Page& page) {
    for (const StatusCount& answers : page.process.admin_requests)
        page.text.value({{"status", answers.status}}, answers.count);
}

void write_dropped_lines(const Page& page) {
    page.text.value({{"log", "access"}}, page.process.access_log_lines_dropped);
    page.text.value({{"log", "operational"}}, page.process.log_lines_dropped);
}

void write_tier_limits(const Page& page) {
    for (const TierLimit& limit : page.process.tier_limits) {
        const auto value = static_cast<std::uint64_t>(limit.limit);
        const std::string_view dimension = to_string(limit.dimension);
        if (limit.window.empty()) {
            page.text.value({{"tier", limit.tier}, {"dimension", dimension}}, value);
        } else {
            page.text.value({{"tier", limit.tier}, {"dimension", dimension}, {"window", limit.window}},
                            value);
        }
    }
}

/// A member, or a function where there are labels.
using Source =
    std::variant<Counter WorkerMetrics::*, DurationHistogram WorkerMetrics::*,
                 LatencyHistogram WorkerMetrics::*, RatioHistogram WorkerMetrics::*,
                 std::uint64_t ProcessFigures::*, std::int64_t ProcessFigures::*,
                 std::uint64_t StoreFigures::*, std::int64_t StoreFigures::*, void (*)(const Page&)>;

struct Family {
    std::string_view name, type, help;
    Source source;
};

const Family families[] = {
    {"weir_requests_total", "counter", "Requests by what became of them.", write_requests},
#define WEIR_FAMILY(name, type, family, help) {family, type, help, &WorkerMetrics::name},
    WEIR_WORKER_COUNTERS(WEIR_FAMILY)
#undef WEIR_FAMILY
        {"weir_rejections_total", "counter", "Requests that a limit refused, by the limit.",
         write_limits<&WorkerMetrics::rejections>},
    {"weir_shadow_rejections_total", "counter", "Requests that a limit in shadow mode would have refused.",
     write_limits<&WorkerMetrics::shadow_rejections>},
    {"weir_tokens_total", "counter",
     "Tokens by direction and kind: estimated of every request, reserved of what was admitted, actual as the "
     "provider counted them.",
     write_tokens},
    {"weir_request_duration_seconds", "histogram", "From the complete header to the end of the answer.",
     &WorkerMetrics::request_duration},
    {"weir_added_latency_seconds", "histogram",
     "weir's own part of a request's time, the store included, the transfer of bodies not.",
     &WorkerMetrics::added_latency},
    {"weir_wait_seconds", "histogram",
     "How long requests that were held have waited for room, by how that ended. No part of added latency.",
     write_waits},
    {"weir_waiting", "gauge", "Requests that wait for room now, by tier.", write_waiting},
    {"weir_time_to_first_token_seconds", "histogram",
     "Of streams, from the complete header to the first byte of the upstream's answer.",
     &WorkerMetrics::time_to_first_token},
    {"weir_upstream_duration_seconds", "histogram", "From sending a request on to the end of its answer.",
     &WorkerMetrics::upstream_duration},
    {"weir_estimate_error_ratio", "histogram",
     "Input tokens as the provider counted them, by what they were estimated to be.",
     &WorkerMetrics::estimate_error},
    {"weir_reserved_output_ratio", "histogram",
     "Output tokens as the provider counted them, by what was reserved for them.",
     &WorkerMetrics::reserved_output},
    {"weir_estimate_calibration", "gauge",
     "What estimates of a model's input are multiplied with, of the 200 models that answered last.",
     write_calibration},
    {"weir_learned", "gauge", "Models, and keys on models, that something has been learned of.",
     write_learned},
    {"weir_learned_forgotten_total", "counter", "Of these, those that gave way to others for want of room.",
     write_forgotten},
    {"weir_reservations_dropped_total", "counter", "Reservations lost unsettled: a bug if not 0.",
     &ProcessFigures::dropped_reservations},
    {"weir_settle_failures_total", "counter",
     "Settlements that the shared store was not told at once: kept as pending, or given up.",
     &StoreFigures::settle_failures},
    {"weir_tier_limit", "gauge", "Limits of each key in a tier.", write_tier_limits},
    {"weir_limit_hits_total", "counter", "Times that a limit of weir's own turned something away.",
     write_limit_hits},
    {"weir_buffered_bytes", "gauge", "Request bodies held in memory.", &ProcessFigures::buffered_bytes},
    {"weir_upstream_requests_total", "counter",
     "Requests sent on, by whether an answer came; a 5xx is an error. Where another upstream was asked then, "
     "it "
     "is moved, or turned_away after a 429.",
     write_upstream_requests},
    {"weir_upstream_healthy", "gauge", "0 after 5 failures in a row, or where all of 10 s failed.",
     write_upstream_state<&UpstreamState::healthy>},
    {"weir_upstream_ejected", "gauge", "1 while this node asks others before it, because it keeps failing.",
     write_upstream_state<&UpstreamState::ejected>},
    {"weir_upstream_asleep", "gauge",
     "1 while nothing is sent to it, for one model at least, because it has said when to come back.",
     write_upstream_state<&UpstreamState::asleep>},
    {"weir_upstream_last_answer_timestamp_seconds", "gauge", "When the upstream answered last; 0: not yet.",
     write_upstream_time<&UpstreamCounters::last_answer_us>},
    {"weir_upstream_last_error_timestamp_seconds", "gauge",
     "When the upstream failed last, or answered with a 5xx; 0: not yet.",
     write_upstream_time<&UpstreamCounters::last_error_us>},
    {"weir_store_mode", "gauge",
     "1 for what decides now: the store, or what stands in for it. nodes_unknown: nothing does, until Redis "
     "answers or cluster.nodes is set.",
     write_store_mode},
    {"weir_store_duration_seconds", "histogram", "Calls to the store, as a request waits for them.",
     write_store_durations},
    {"weir_store_queue_seconds", "histogram",
     "How long reserves have waited in weir until their call to the shared store left.",
     write_store_latency<&StoreFigures::queue>},
    {"weir_store_round_trip_seconds", "histogram",
     "Calls to the shared store on behalf of requests, from leaving until the reply was read.",
     write_store_latency<&StoreFigures::round_trip>},
    {"weir_store_errors_total", "counter", "Calls to the shared store that failed, by kind.",
     write_store_errors},
    {"weir_store_nodes", "gauge", "Nodes that share the store, the most of the last hour.",
     &StoreFigures::nodes},
    {"weir_store_masters", "gauge", "Masters of the Redis Cluster that have slots; 0: the store is none.",
     &StoreFigures::masters},
    {"weir_store_masters_away", "gauge", "Of these, those that do not decide about the keys of their slots.",
     &StoreFigures::masters_away},
    {"weir_store_redirects_total", "counter",
     "Calls that one server of the Redis Cluster sent on to another.", &StoreFigures::redirects},
    {"weir_store_calls_total", "counter", "Calls to the shared store on behalf of requests.",
     &StoreFigures::calls},
    {"weir_store_operations_total", "counter",
     "Reserves, progress and settlements that were sent to the shared store, several in a call.",
     &StoreFigures::operations},
    {"weir_store_cached_refusals_total", "counter",
     "Refusals given from the cache, without asking the shared store.", &StoreFigures::cached_refusals},
    {"weir_store_fallback_total", "counter", "Decisions by the local fallback, without the shared store.",
     &StoreFigures::fallbacks},
    {"weir_store_unmetered_total", "counter",
     "Requests admitted without the shared store, and without being written down for it.",
     &StoreFigures::unmetered},
    {"weir_store_turned_away_total", "counter",
     "Requests answered 503, for neither the shared store nor this node could decide.",
     &StoreFigures::turned_away},
    {"weir_store_uncopied_total", "counter", "Admissions that the local copy had no room for.",
     &StoreFigures::uncopied},
    {"weir_store_data_losses_total", "counter", "Times that the shared store came back without its data.",
     &StoreFigures::data_losses},
    {"weir_ledgers", "gauge", "Ledgers kept by the embedded store.", &StoreFigures::ledgers},
    {"weir_overflow_requests_total", "counter",
     "Requests counted in a ledger that several keys share, because the embedded store was full.",
     &StoreFigures::overflow_requests},
    {"weir_config_info", "gauge", "The configuration that is in force.", write_config},
    {"weir_config_reloads_total", "counter", "Times that the configuration was read again.", write_reloads},
    {"weir_runtime_version", "gauge", "Version of the runtime layer in force.",
     &ProcessFigures::runtime_version},
    {"weir_runtime_changes_total", "counter", "Changes that the admin API made on this node.",
     &ProcessFigures::runtime_changes},
    {"weir_admin_requests_total", "counter", "Requests answered on the admin port.", write_admin_requests},
    {"weir_log_lines_dropped_total", "counter",
     "Lines left out because whoever reads the log is too slow, or because they could not be written.",
     write_dropped_lines},
    {"weir_build_info", "gauge", "The version that runs.", write_build},
    {"process_start_time_seconds", "gauge", "When the process started, since the epoch.", write_start_time},
    {"process_resident_memory_bytes", "gauge", "Memory of the process.", write_resident},
    {"process_open_fds", "gauge", "Files and sockets that are open.", write_open_files},
    {"process_max_fds", "gauge", "Files and sockets that may be open.", write_open_files_max},
    {"process_cpu_seconds_total", "counter", "User and system CPU time.", write_cpu},
};

struct Writer {
    const Page& page;

    void operator()(Counter WorkerMetrics::*counter) const { page.text.value({}, page.sum(counter)); }
    template <const auto& bounds>
    void operator()(Histogram<bounds> WorkerMetrics::*histogram) const {
        page.histogram({}, histogram);
    }
    void operator()(std::uint64_t ProcessFigures::*value) const { page.text.value({}, page.process.*value); }
    void operator()(std::int64_t ProcessFigures::*value) const {
        page.text.value({}, static_cast<std::uint64_t>(page.process.*value));
    }
    void operator()(std::uint64_t StoreFigures::*value) const {
        page.text.value({}, page.process.store.*value);
    }
    void operator()(std::int64_t StoreFigures::*value) const {
        page.text.value({}, static_cast<std::uint64_t>(page.process.store.*value));
    }
    void operator()(void (*write)(const Page&)) const { write(page); }
};

}  // namespace

std::string render_metrics(const std::vector<const WorkerMetrics*>& workers, const ProcessFigures& process) {
    PrometheusText text;
    const Page page{workers, process, text};
    for (const Family& family : families) {
        text.family(family.name, family.type, family.help);
        std::visit(Writer{page}, family.source);
    }
    return text.take();
}

}  // namespace weir::observe
