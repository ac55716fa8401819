#!/usr/bin/env bash
# One measurement: wrk against one program, and what it took of the two cores. Sourced by run.
# shellcheck disable=SC2154  # run assigns what is not assigned here

redis() { redis-cli -p "$(redis_port)" "$@"; }

# CPU time so far, in clock ticks, of the process and its children.
ticks() { # PID
    { echo "$1"; pgrep -P "$1" || true; } | sed 's|.*|/proc/&/stat|' | xargs cat 2>/dev/null |
        awk '{ sum += $14 + $15 } END { print sum + 0 }'
}

# Scripts that Redis was asked to run so far; of a program that runs none, commands.
redis_calls() { # PROGRAM
    local commands='evalsha\|eval\|fcall'
    [ "$1" != ratelimit ] || commands='incrby\|expire'
    redis info commandstats | tr -d '\r' | sed -n "s/^cmdstat_\\($commands\\):calls=\\([0-9]*\\).*/\\2/p" |
        awk '{ sum += $1 } END { print sum + 0 }'
}

# Requests whose client is gone may still be worked on: the next measurement begins when this program is done with them.
await_idle() { # PROGRAM
    local before now deadline=$((SECONDS + 30))
    now=$(ticks "${pids[$1]}")
    while [ $SECONDS -lt $deadline ]; do
        before=$now
        sleep 0.2
        now=$(ticks "${pids[$1]}")
        if [ $((now - before)) -le 2 ]; then return; fi
    done
    problem "it was still busy 30 s after a load"
}

# Prints what wrk and post.lua print.
load() { # PROGRAM PATH STREAM CONNECTIONS SECONDS [WORD...]
    local program=$1 path=$2 stream=$3 connections duration=$5 words=() header
    connections=$(connections_of "$1" "$3" "$4")
    shift 5
    while read -r header; do words+=("header=$header"); done < <(header_of "$program")
    taskset -c 1 wrk -t 1 -c "$connections" -d "${duration}s" --timeout 10s -s "$root/bench/compare/post.lua" \
        "http://127.0.0.1:$(port_of "$program")/v1/chat/completions" -- \
        "path=$path" "stream=$stream" "keys=$keys" "$@" "${words[@]}"
}

# Ticks in which cores 0 and 1 did anything, for anybody.
busy_ticks() { awk '/^cpu[01] / { busy += $2 + $3 + $4 + $7 + $8 + $9 } END { print busy }' /proc/stat; }

ticks_of_all() { # PROGRAM
    echo "$(ticks "${pids[$1]}") $(ticks "${pids[redis]}") $(ticks "${pids[weir-mock]}")" \
        "$(redis_calls "$1") $(busy_ticks)"
}

# Appends one line to the results: of those attempts that were allowed, the one that other work disturbed least. Ends
# with 1 where there is nothing to append.
measure() { # ROUND WORKLOAD PROGRAM PATH STREAM CONNECTIONS
    local attempt
    : >"$work/attempts"
    for ((attempt = 0; attempt <= retries; ++attempt)); do
        measure_once "$@" || return 1
        tail -n1 "$work/attempts" | awk -F'\t' '{ exit !($NF > 10) }' || break
    done
    awk -F'\t' 'NR == 1 || $NF < least { least = $NF; line = $0 } END { print line }' "$work/attempts" >>"$results"
}

# Appends one line to the attempts, see header_line.
measure_once() { # as measure
    local before after result load_us
    before=$(ticks_of_all "$3")
    TIMEFORMAT='%U %S'
    { time load "$3" "$4" "$5" "$6" "$seconds" >"$work/wrk" 2>&1; } 2>"$work/wrk.time"
    after=$(ticks_of_all "$3")
    result=$(sed -n 's/^RESULT //p' "$work/wrk")
    [ -n "$result" ] || { cat "$work/wrk" >&2; problem "wrk ended without a result" || return 1; }
    [ "${result%% *}" != 0 ] || problem "no request was answered within $seconds s" || return 1
    await_idle "$3" || return 1
    load_us=$(awk '{ print ($1 + $2) * 1e6 }' "$work/wrk.time")
    echo "$1 $2 $6 $3 $4 $before $after $load_us $result" | awk -v hz="$(getconf CLK_TCK)" '{
        us = 1e6 / hz
        program = ($11 - $6) * us; redis = ($12 - $7) * us; mock = ($13 - $8) * us; calls = $14 - $9
        others = ($15 - $10) * us - program - redis - mock - $16
        requests = $17; time_us = $18 * 1e6; refused = $21
        printf "%d\t%s\t%d\t%s\t%d\t%.3f\t%.3f\t%d\t%d\t%.3f\t%.3f\t%.4f\t%.1f\t%.1f\t%.1f\n", $1, $2, $3, $4,
            requests / $18, $19, $20, $22 + ($5 == "refuse" ? 0 : refused), requests - refused,
            program / requests, redis / requests, calls / requests,
            100 * program / time_us, 100 * (redis + mock + $16) / time_us, 100 * others / (2 * time_us)
    }' >>"$work/attempts"
}
header_line() {
    printf '%s\t' round workload connections program requests_per_s p50_ms p99_ms failed below_400 \
        cpu_us_per_request redis_us_per_request redis_calls_per_request core0_percent core1_percent
    echo others_percent
}
