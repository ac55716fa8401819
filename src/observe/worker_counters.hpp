// Counters and gauges without labels that every worker keeps: one row each. A row makes the member of
// WorkerMetrics that the worker changes, and its family in /metrics, where all workers are summed.
#pragma once

// A macro, for nothing else makes members of a table. To count something new: a row, and
// `metrics.NAME.add()` where it happens.
#define WEIR_WORKER_COUNTERS(ROW)                                                                            \
    ROW(admitted, "counter", "weir_requests_admitted_total", "Requests that every limit had room for.")      \
    ROW(overshoot_tokens, "counter", "weir_overshoot_tokens_total", "Tokens used beyond what was reserved.") \
    ROW(reservations_in_flight, "gauge", "weir_reservations_in_flight", "Reservations not yet settled.")     \
    ROW(connections_accepted, "counter", "weir_connections_accepted_total", "Client connections accepted.")  \
    ROW(connections_displaced, "counter", "weir_connections_displaced_total",                                \
        "Client connections without a request, closed because no more could be open.")                       \
    ROW(connections_open, "gauge", "weir_connections_open", "Client connections open now.")                  \
    ROW(upstream_errors, "counter", "weir_upstream_errors_total", "Requests that failed at the upstream.")   \
    ROW(upstream_retries, "counter", "weir_upstream_retries_total",                                          \
        "Requests sent again because a kept connection was dead.")                                           \
    ROW(foreign_charges, "counter", "weir_upstream_foreign_charges_total",                                   \
        "Charges to upstreams' ledgers for what providers say that others have used.")                       \
    ROW(upstream_connections_opened, "counter", "weir_upstream_connections_opened_total",                    \
        "Connections made to the upstream.")                                                                 \
    ROW(upstream_requests_reused, "counter", "weir_upstream_requests_reused_total",                          \
        "Requests sent over a kept connection.")
