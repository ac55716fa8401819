#!/usr/bin/env bash
# What weir with Redis adds to an answer at half of its throughput: an open loop at a fixed rate, to the stand-in
# provider directly, through weir, and through nginx as what any proxy adds, in turn. weir-load counts from when a
# request was due, so that a stall is seen. Sourced by run, after measure.sh.
# shellcheck disable=SC2154  # run assigns what is not assigned here

# Requests/s of weir with Redis on the admit path, at the middle number of connections.
throughput() {
    local counts count
    IFS=, read -ra counts <<<"$connections"
    count=${counts[${#counts[@]} / 2]}
    if ! asked_for "$workloads" admit; then
        load weir-redis admit no "$count" "$seconds" | awk '$1 == "RESULT" { printf "%d\n", $2 / $3 }'
        return
    fi
    awk -F'\t' -v count="$count" '$2 == "admit" && $3 == count && $4 == "weir-redis" { print $5 }' "$results" |
        sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

measure_latency() {
    local rate round program through=(direct weir-redis)
    if ! asked_for "$programs" weir-redis; then return; fi
    if asked_for "$programs" nginx; then through+=(nginx); fi
    rate=$(($(throughput) / 2))
    printf 'round\tprogram\trequests_per_s\tp50_ms\tp99_ms\tfailed\n' >"$out/latency.tsv"
    for ((round = 1; round <= rounds; ++round)); do
        for program in "${through[@]}"; do
            taskset -c 1 "$bin/weir-load" --targets "http://127.0.0.1:$(port_of "$program")" --keys "$keys" \
                --rate "$rate" --concurrent 256 --warmup 1 --duration "$seconds" --json \
                >"$work/load.json" 2>"$work/load.log" ||
                { cat "$work/load.log" >&2; fail "weir-load against $program"; }
            node bench/compare/latency_row.mjs "$round" "$program" "$work/load.json" >>"$out/latency.tsv"
        done
    done
    echo "latency at $rate requests/s: measured" >&2
}
