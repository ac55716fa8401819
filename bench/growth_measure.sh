# Sourced by growth: one measurement, its line in the results, medians of them, and how they are shown.
# shellcheck shell=bash
# shellcheck disable=SC2154  # growth, processes.sh and cluster.sh assign what is not assigned here

extra='' loaded_connections=0

note_memory() { # before|after
    echo "redis_bytes=$(redis_bytes) node_bytes=$(($(rss_kib "${node_pids[@]}") * 1024))" >"$work/memory-$1"
}
memory_of() { tr ' ' '\n' <"$work/memory-$1" | sed -n "s/^$2=//p"; } # before|after WHAT
memory_each() { echo $((($(memory_of after "$1") - $(memory_of before "$1")) / $2)); } # WHAT COUNT

# In clock ticks: what all of the machine has been busy.
busy_ticks() { awk '/^cpu / { printf "%.0f", $2 + $3 + $4 + $7 + $8 + $9 }' /proc/stat; }

snapshot() { # FILE
    {
        node_metrics
        echo "node_ticks=$(ticks "${node_pids[@]}")"
        echo "redis_ticks=$(ticks "$redis_pid")"
        echo "provider_ticks=$(ticks "$provider_pid")"
        echo "load_ticks=$(ticks "$load_pid")"
        echo "busy_ticks=$(busy_ticks)"
        echo "evalsha=$(evalsha_calls)"
        echo "redis_reads=$(redis_reads)"
        echo "node_rss_kib=$(rss_kib "${node_pids[@]}")"
        echo "at=$EPOCHREALTIME"
    } >"$1"
}

# Loads what has been brought up, ends it, and appends a line to the results: CPU time and calls are of the time between
# two snapshots, in which every connection is open already; latencies are weir-load's own.
measure() { # SCENARIO CASE OPTIONS…
    local figures
    start_load run --warmup 1.5 --duration "$(awk -v s="$seconds" 'BEGIN { print s + 2 }')" --timeout-ms 20000 "${@:3}"
    sleep 1.7
    snapshot "$work/before"
    sleep "$seconds"
    snapshot "$work/after"
    if [ "$loaded_connections" -ge 1000 ]; then
        note_memory after
        extra+=" loaded_bytes_per_connection=$(memory_each node_bytes "$loaded_connections")"
    fi
    finish_load run
    figures="$(difference) $extra"
    extra=''
    end_children
    printf '%s %s %s\n' "$1" "$2" "$figures" >>"$out/growth.tsv"
    show "$1" "$2" "$figures"
}

# The figures of a measurement, NAME=VALUE …
difference() {
    awk -F= -v hz="$(getconf CLK_TCK)" -v cores="$(nproc)" -v nodes="${#nodes[@]}" '
        FILENAME ~ /before$/ { before[$1] = $2; next }
        FILENAME ~ /after$/ { after[$1] = $2; next }
        { load[$1] = $2 }
        function grown(name) { return after[name] - before[name] }
        function each(name) { return grown(name) / requests }
        function us(name) { return each(name) / hz * 1e6 }
        function print_figure(name, value) { printf "%s=%.6g ", name, value }
        END {
            requests = grown("weir_requests_total"); time_s = grown("at")
            if (requests == 0) requests = 1
            calls = grown("weir_store_calls_total")
            print_figure("requests_per_s", requests / time_s)
            print_figure("p50_ms", load["latency.answered.p50_us"] / 1000)
            print_figure("p99_ms", load["latency.answered.p99_us"] / 1000)
            print_figure("node_us", us("node_ticks"))
            print_figure("redis_us", us("redis_ticks"))
            print_figure("provider_us", us("provider_ticks"))
            print_figure("load_us", us("load_ticks"))
            print_figure("calls_per_request", each("evalsha"))
            print_figure("redis_reads_per_request", each("redis_reads"))
            print_figure("operations_per_call", calls == 0 ? 0 : grown("weir_store_operations_total") / calls)
            print_figure("node_core_percent", 100 * grown("node_ticks") / hz / time_s / nodes)
            print_figure("redis_core_percent", 100 * grown("redis_ticks") / hz / time_s)
            print_figure("upstream_opened_per_request", each("weir_upstream_connections_opened_total"))
            print_figure("connections_open", after["weir_connections_open"])
            print_figure("not_admitted",
                load["unsent"] + load["total.failed"] + load["total.other"] + load["total.refused"])
            print_figure("store_errors", after["weir_store_errors_total"])
            print_figure("decided_by_fallback", after["weir_store_fallback_total"])
            print_figure("node_rss_mib", after["node_rss_kib"] / 1024 / nodes)
            others = grown("busy_ticks") - grown("node_ticks") - grown("redis_ticks")
            others -= grown("provider_ticks") + grown("load_ticks")
            print_figure("others_percent", 100 * others / hz / time_s / cores)
        }' "$work/before" "$work/after" "$work/run.flat"
}

show_header() {
    printf '%-11s %7s %7s %8s %8s %7s %8s %7s %7s %6s %7s %7s %6s %8s %8s %8s %11s %6s %7s\n' \
        scenario case req/s p50_ms p99_ms node_us redis_us calls/r ops/cal node% redis% upst/r \
        open not_ok fallback redis_B node_B errors others%
}
show() { # SCENARIO CASE FIGURES
    tr ' ' '\n' <<<"$3" | awk -F= -v name="$1" -v case="$2" '
        NF == 2 { value[$1] = $2 }
        function bytes(name) { return name in value ? sprintf("%.0f", value[name]) : "-" }
        END {
            node_bytes = bytes("node_bytes_per_key")
            if ("idle_bytes_per_connection" in value) {
                node_bytes = bytes("idle_bytes_per_connection") "/" bytes("loaded_bytes_per_connection")
            }
            printf "%-11s %7s %7.0f %8.2f %8.2f %7.1f %8.2f ", name, case, value["requests_per_s"], value["p50_ms"],
                value["p99_ms"], value["node_us"], value["redis_us"]
            printf "%7.3f %7.2f %6.0f %7.0f %7.3f ", value["calls_per_request"], value["operations_per_call"],
                value["node_core_percent"], value["redis_core_percent"], value["upstream_opened_per_request"]
            printf "%6.0f %8.0f %8.0f %8s %11s %6.0f %7.1f\n", value["connections_open"], value["not_admitted"],
                value["decided_by_fallback"], bytes("redis_bytes_per_key"), node_bytes, value["store_errors"],
                value["others_percent"]
        }'
}

# For each case a line of SCENARIO CASE NAME=VALUE …, in the order in which they were first measured.
medians() {
    tr ' ' '\t' <"$out/growth.tsv" | awk -F'\t' '
        {
            row = $1 " " $2
            if (!(row in rows)) { rows[row] = ++count; order[count] = row }
            for (i = 3; i <= NF; ++i) {
                if (split($i, part, "=") != 2) continue
                if (!((row, part[1]) in seen)) names[row] = names[row] " " part[1]
                seen[row, part[1]] = seen[row, part[1]] " " part[2]
            }
        }
        function median(list,    v, n, i, j, swap) {
            n = split(list, v, " ")
            for (i = 1; i <= n; ++i) {
                for (j = i + 1; j <= n; ++j) if (v[j] + 0 < v[i] + 0) { swap = v[i]; v[i] = v[j]; v[j] = swap }
            }
            return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
        }
        END {
            for (r = 1; r <= count; ++r) {
                printf "%s", order[r]
                n = split(names[order[r]], name, " ")
                for (i = 1; i <= n; ++i) printf " %s=%s", name[i], median(seen[order[r], name[i]])
                printf "\n"
            }
        }'
}

as_json() {
    awk '
        BEGIN { printf "{" }
        {
            if ($1 != scenario) { printf "%s\n  \"%s\": {", scenario == "" ? "" : "\n  },", $1; scenario = $1; comma = "" }
            printf "%s\n    \"%s\": {", comma, $2
            comma = ","
            for (i = 3; i <= NF; ++i) {
                split($i, part, "=")
                printf "%s\n      \"%s\": %s", i == 3 ? "" : ",", part[1], part[2]
            }
            printf "\n    }"
        }
        END { print "\n  }\n}" }'
}

explain() {
    cat <<'TEXT'
node_us, redis_us: CPU time a request, of all nodes together and of Redis. calls/r: EVALSHA calls a request; ops/cal:
what went with one call. node%, redis%: of a core, of each node and of Redis. upst/r: connections made to the provider a
request. open: client connections open at the end. not_ok: not sent, failed, refused or answered otherwise. fallback:
decisions without Redis. redis_B, node_B: memory of a key; in `connections` of a connection, mostly idle / always in
flight. errors: requests to Redis not answered in time, or not taken. others%: of all cores, what other programs used:
where that is much, repeat.
TEXT
}
