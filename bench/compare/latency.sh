#!/usr/bin/env bash
# What a program adds to an answer: an open loop at a fixed rate, to the stand-in provider directly and through each
# program in turn. weir-load counts from when a request was due, so that a stall is seen. There are three rates.
# `quarter` and `half`: of what weir with Redis does, through it and through nginx, as what any proxy adds. `same`: one
# that every program bears, half of what the slowest does, or --latency-rate. Sourced by run, after measure.sh.
# shellcheck disable=SC2154  # run assigns what is not assigned here

# Requests/s of a program on the admit path, at the middle number of connections.
throughput() { # PROGRAM
    local counts count
    IFS=, read -ra counts <<<"$connections"
    count=${counts[${#counts[@]} / 2]}
    if ! asked_for "$workloads" admit; then
        load "$1" admit no "$count" "$seconds" | awk '$1 == "RESULT" { printf "%d\n", $2 / $3 }'
        await_idle "$1" || true
        return
    fi
    awk -F'\t' -v count="$count" -v name="$1" '$2 == "admit" && $3 == count && $4 == name { print $5 }' "$results" |
        sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

is_running() { [[ " ${running[*]} " == *" $1 "* ]]; } # PROGRAM

measure_latency() {
    local program rate full slowest=
    printf 'round\tload\tprogram\trequests_per_s\tp50_ms\tp99_ms\tfailed\n' >"$out/latency.tsv"
    if is_running weir-redis; then
        is_running nginx && program=nginx || program=
        full=$(throughput weir-redis)
        measure_at quarter $((full / 4)) weir-redis $program
        measure_at half $((full / 2)) weir-redis $program
    fi
    rate=$latency_rate
    if [ "$rate" = 0 ]; then
        for program in "${running[@]}"; do
            rate=$(($(throughput "$program") / 2))
            if [ -z "$slowest" ] || [ "$rate" -lt "$slowest" ]; then slowest=$rate; fi
        done
        rate=$slowest
    fi
    measure_at same "$rate" "${running[@]}"
}

measure_at() { # LOAD RATE PROGRAM...
    local round program load=$1 rate=$2
    shift 2
    for ((round = 1; round <= rounds; ++round)); do
        measure_rate "$round" "$load" direct "$rate" || fail "weir-load against the stand-in provider"
        for program in "$@"; do
            is_running "$program" || continue
            measure_rate "$round" "$load" "$program" "$rate" || leave_out "$program" "latency: $last_problem"
        done
    done
    echo "latency at $rate requests/s: measured" >&2
}

measure_rate() { # ROUND LOAD PROGRAM RATE
    local words=() header
    while read -r header; do words+=(--header "$header"); done < <(header_of "$3")
    taskset -c 1 "$bin/weir-load" --targets "http://127.0.0.1:$(port_of "$3")" --keys "$keys" --rate "$4" \
        --concurrent 256 --warmup 1 --duration "$seconds" "${words[@]}" --json >"$work/load.json" 2>"$work/load.log" ||
        { cat "$work/load.log" >&2; problem "weir-load was not answered" || return 1; }
    node bench/compare/latency_row.mjs "$1" "$2" "$3" "$work/load.json" >>"$out/latency.tsv"
    [ "$3" = direct ] || await_idle "$3"
}
