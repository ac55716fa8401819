// All workers' counters as Prometheus text.
#include <spdlog/fmt/fmt.h>

#include <functional>
#include <iterator>

#include "observe/metrics.hpp"

namespace weir::observe {

namespace {

using Workers = std::vector<const WorkerMetrics*>;
using Pick = std::function<const Counter&(const WorkerMetrics&)>;

constexpr std::array<Scope, 4> all_scopes{Scope::key, Scope::group, Scope::key_on_model, Scope::upstream};
constexpr std::array<std::string_view, 3> token_kinds{"estimated", "reserved", "actual"};
constexpr std::array<std::string_view, bite_count> bite_names{
    "connections", "buffered_bytes", "body_bytes", "header", "accept_errors", "background_responses"};

class Text {
public:
    explicit Text(const Workers& workers) : workers_(workers) {}

    void family(std::string_view name, std::string_view type, std::string_view help) {
        fmt::format_to(std::back_inserter(out_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
    }
    void value(std::string_view name, std::string_view labels, std::uint64_t value) {
        fmt::format_to(std::back_inserter(out_), "{}{} {}\n", name, labels, value);
    }
    void sum(std::string_view name, std::string_view labels, const Pick& pick) {
        std::uint64_t total = 0;
        for (const WorkerMetrics* worker : workers_) total += pick(*worker).value();
        value(name, labels, total);
    }
    void histogram(std::string_view name, std::string_view help, const Histogram WorkerMetrics::*member) {
        family(name, "histogram", help);
        std::uint64_t cumulative = 0, sum_us = 0;
        for (std::size_t i = 0; i <= Histogram::bounds_us.size(); ++i) {
            for (const WorkerMetrics* worker : workers_) cumulative += (worker->*member).counts[i].value();
            const std::string bound =
                i < Histogram::bounds_us.size()
                    ? fmt::format("{}", static_cast<double>(Histogram::bounds_us[i]) / 1e6)
                    : "+Inf";
            value(fmt::format("{}_bucket", name), fmt::format("{{le=\"{}\"}}", bound), cumulative);
        }
        for (const WorkerMetrics* worker : workers_) sum_us += (worker->*member).sum_us.value();
        fmt::format_to(std::back_inserter(out_), "{}_sum {}\n{}_count {}\n", name,
                       static_cast<double>(sum_us) / 1e6, name, cumulative);
    }
    std::string take() { return std::move(out_); }

private:
    const Workers& workers_;
    std::string out_;
};

void render_requests(Text& text) {
    text.family("weir_requests_total", "counter", "Requests by what became of them.");
    for (std::size_t i = 0; i < outcome_count; ++i) {
        text.sum("weir_requests_total", fmt::format("{{outcome=\"{}\"}}", to_string(static_cast<Outcome>(i))),
                 [i](const WorkerMetrics& worker) -> const Counter& { return worker.requests[i]; });
    }
    text.family("weir_rejections_total", "counter", "Requests that a limit refused, by the limit.");
    for (const Scope scope : all_scopes) {
        for (const Dimension dimension : all_dimensions) {
            text.sum("weir_rejections_total",
                     fmt::format("{{scope=\"{}\",dimension=\"{}\"}}", to_string(scope), to_string(dimension)),
                     [=](const WorkerMetrics& worker) -> const Counter& {
                         return worker.rejections[static_cast<std::size_t>(scope)]
                                                 [static_cast<std::size_t>(dimension)];
                     });
        }
    }
    text.family("weir_tokens_total", "counter", "Tokens of admitted and refused requests.");
    for (std::size_t kind = 0; kind < token_kinds.size(); ++kind) {
        text.sum("weir_tokens_total", fmt::format("{{direction=\"input\",kind=\"{}\"}}", token_kinds[kind]),
                 [kind](const WorkerMetrics& worker) -> const Counter& { return worker.input_tokens[kind]; });
        text.sum(
            "weir_tokens_total", fmt::format("{{direction=\"output\",kind=\"{}\"}}", token_kinds[kind]),
            [kind](const WorkerMetrics& worker) -> const Counter& { return worker.output_tokens[kind]; });
    }
}

struct Simple {
    std::string_view name, type, help;
    Counter WorkerMetrics::*member;
};
constexpr std::array<Simple, 9> simple_families{{
    {"weir_connections_accepted_total", "counter", "Client connections accepted.",
     &WorkerMetrics::connections_accepted},
    {"weir_connections_open", "gauge", "Client connections open now.", &WorkerMetrics::connections_open},
    {"weir_upstream_connections_opened_total", "counter", "Connections made to the upstream.",
     &WorkerMetrics::upstream_connections_opened},
    {"weir_upstream_requests_reused_total", "counter", "Requests sent over a kept connection.",
     &WorkerMetrics::upstream_requests_reused},
    {"weir_upstream_retries_total", "counter", "Requests sent again because a kept connection was dead.",
     &WorkerMetrics::upstream_retries},
    {"weir_upstream_errors_total", "counter", "Requests that failed at the upstream.",
     &WorkerMetrics::upstream_errors},
    {"weir_reservations_in_flight", "gauge", "Reservations not yet settled.",
     &WorkerMetrics::reservations_in_flight},
    {"weir_settle_failures_total", "counter", "Settlements that the store did not take.",
     &WorkerMetrics::settle_failures},
    {"weir_overshoot_tokens_total", "counter", "Tokens used beyond what was reserved.",
     &WorkerMetrics::overshoot_tokens},
}};

void render_store(Text& text, const StoreFigures& store) {
    text.family(
        "weir_store_mode", "gauge",
        "1 for what decides now: the store, or what stands in for it. nodes_unknown: nothing does, until "
        "Redis answers or cluster.nodes is set.");
    text.value("weir_store_mode", fmt::format("{{mode=\"{}\"}}", store.mode), 1);
    text.family("weir_store_errors_total", "counter", "Calls to the shared store that failed, by kind.");
    for (const auto& [kind, count] : store.errors) {
        text.value("weir_store_errors_total", fmt::format("{{kind=\"{}\"}}", kind), count);
    }
    const auto simple = [&](std::string_view name, std::string_view type, std::string_view help,
                            std::uint64_t value) {
        text.family(name, type, help);
        text.value(name, "", value);
    };
    simple("weir_ledgers", "gauge", "Ledgers kept by the embedded store.", store.ledgers);
    simple("weir_overflow_requests_total", "counter", "Requests charged to a shared ledger for want of room.",
           store.overflow_requests);
    simple("weir_store_nodes", "gauge", "Nodes that share the store, the most of the last hour.",
           static_cast<std::uint64_t>(store.nodes));
    simple("weir_store_calls_total", "counter", "Calls to the shared store on behalf of requests.",
           store.calls);
    simple("weir_store_operations_total", "counter",
           "Reserves, progress and settlements that went with these calls.", store.operations);
    simple("weir_store_recalled_refusals_total", "counter",
           "Refusals repeated within a moment, without asking the shared store.", store.recalled_refusals);
    simple("weir_store_alone_total", "counter", "Decisions made without the shared store.", store.alone);
    simple("weir_store_unmetered_total", "counter", "Of these, admitted without being written down.",
           store.unmetered);
    simple("weir_store_turned_away_total", "counter",
           "Requests answered 503, for neither the shared store nor this node could decide.",
           store.turned_away);
    simple("weir_store_unwritten_total", "counter", "Admissions that the journal had no room for.",
           store.unwritten);
    simple("weir_store_data_losses_total", "counter",
           "Times that the shared store came back without its data.", store.data_losses);
}

void render_process(Text& text, const ProcessFigures& process) {
    text.family("weir_reservations_dropped_total", "counter", "Reservations lost unsettled: a bug if not 0.");
    text.value("weir_reservations_dropped_total", "", process.dropped_reservations);
    text.family("weir_buffered_bytes", "gauge", "Request bodies held in memory.");
    text.value("weir_buffered_bytes", "", static_cast<std::uint64_t>(process.buffered_bytes));
    text.family("weir_build_info", "gauge", "The version that runs.");
    text.value("weir_build_info", fmt::format("{{version=\"{}\"}}", process.version), 1);
    text.family("weir_config_info", "gauge", "The configuration that is in force.");
    text.value("weir_config_info", fmt::format("{{hash=\"{}\"}}", process.config_hash), 1);
}

}  // namespace

std::string render_metrics(const std::vector<const WorkerMetrics*>& workers, const ProcessFigures& process) {
    Text text(workers);
    render_requests(text);
    text.histogram("weir_request_duration_seconds", "From the complete header to the end of the answer.",
                   &WorkerMetrics::request_duration);
    text.histogram("weir_added_latency_seconds", "weir's own part of it.", &WorkerMetrics::added_latency);
    for (const Simple& simple : simple_families) {
        text.family(simple.name, simple.type, simple.help);
        text.sum(simple.name, "",
                 [&](const WorkerMetrics& worker) -> const Counter& { return worker.*simple.member; });
    }
    text.family("weir_limit_bites_total", "counter",
                "Times that a limit of weir's own turned something away.");
    for (std::size_t i = 0; i < bite_count; ++i) {
        text.sum("weir_limit_bites_total", fmt::format("{{limit=\"{}\"}}", bite_names[i]),
                 [i](const WorkerMetrics& worker) -> const Counter& { return worker.bites[i]; });
    }
    render_store(text, process.store);
    render_process(text, process);
    return text.take();
}

}  // namespace weir::observe
