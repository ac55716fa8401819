#!/usr/bin/env bash
# The programs under test and what stands around them: where each listens, how it is started and ended, and which are
# left out. Sourced by run, after peers.sh.
# shellcheck disable=SC2154,SC2034  # run assigns what is not assigned here, and uses last_problem

all_programs=(nginx nginx-lua haproxy portkey litellm bifrost ratelimit weir-memory weir-redis)
children=()
declare -A pids=()

provider_port() { echo "$base_port"; }
redis_port() { echo $((base_port + 1)); }
port_of() { # PROGRAM
    local at
    if [ "$1" = direct ]; then provider_port; return; fi
    for at in "${!all_programs[@]}"; do
        if [ "${all_programs[at]}" = "$1" ]; then echo $((base_port + 2 + at)); fi
    done
}
is_limiter() { case $1 in nginx | portkey) return 1 ;; esac; }

# How many connections a program bears: with more, LiteLLM ends no request within a measurement. It would not be faster.
connections_of() { # PROGRAM STREAM CONNECTIONS
    local most=$3
    if [ "$1" = litellm ]; then most=$([ "$2" = yes ] && echo 4 || echo 32); fi
    echo $(($3 < most ? $3 : most))
}

# What only this program has to be told with each request, as NAME:VALUE.
header_of() {
    [ "$1" = portkey ] || return 0
    echo x-portkey-provider:openai
    echo "x-portkey-custom-host:http://127.0.0.1:$(provider_port)/v1"
}

fail() { echo "bench/compare/run: $*" >&2; exit 1; }

# Says what is wrong with a program; who called decides what follows. The last one is kept, for leave_out.
problem() { last_problem=$*; return 1; }

# A program that is missing or fails is named, and what remains is measured without it.
leave_out() { # PROGRAM REASON
    local program kept=()
    echo "LEFT OUT: $1: $2" >&2
    printf '%s\t%s\n' "$1" "${2//[$'\t\n']/ }" >>"$out/left_out.tsv"
    for program in "${running[@]}"; do [ "$program" = "$1" ] || kept+=("$program"); done
    running=("${kept[@]}")
    kept=()
    for program in "${chosen[@]}"; do [ "$program" = "$1" ] || kept+=("$program"); done
    chosen=("${kept[@]}")
    if [ -n "${pids[$1]:-}" ]; then kill "${pids[$1]}" 2>/dev/null || true; fi
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; } # PORT

# Starts a program on a core, its output in $work/NAME.log, and waits until something answers at its port: LiteLLM reads
# Python for some 10 seconds.
start() { # NAME PORT CORE COMMAND...
    local name=$1 port=$2 core=$3 deadline=$((SECONDS + 90))
    shift 3
    if listens "$port"; then fail "port $port, meant for $name, is in use (choose others with --port)"; fi
    taskset -c "$core" "$@" >"$work/$name.log" 2>&1 &
    pids[$name]=$!
    children+=($!)
    while [ $SECONDS -lt $deadline ]; do
        if listens "$port"; then return; fi
        kill -0 "${pids[$name]}" 2>/dev/null || break
        sleep 0.1
    done
    tail -n 40 "$work/$name.log" >&2
    problem "it did not start"
}

start_surroundings() {
    start weir-mock "$(provider_port)" 1 "$bin/weir-mock" --listen "127.0.0.1:$(provider_port)" --tokens 20 ||
        fail "the stand-in provider did not start"
    start redis "$(redis_port)" 1 \
        redis-server --port "$(redis_port)" --bind 127.0.0.1 --save '' --appendonly no --dir "$work" ||
        fail "Redis did not start"
}

start_program() { # PROGRAM
    rm -rf "${work:?}/$1"
    prepare_node "$1" "$work/$1" "$(port_of "$1")" "$(redis_port)" "$(provider_port)" "$limit" "$token_limit"
    start "$1" "$(port_of "$1")" 0 "${node_command[@]}"
}

stop_all() {
    local child workers
    # Some have children of their own, which might outlive them.
    workers=$(for child in "${children[@]}"; do pgrep -P "$child" || true; done)
    for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
    for _ in $(seq 100); do
        [ -n "$(jobs -pr)" ] || break
        sleep 0.1
    done
    for child in "${children[@]}" $workers; do kill -9 "$child" 2>/dev/null || true; done
    wait 2>/dev/null || true
    children=()
}

# Those of the programs that are asked for and can be installed.
install_chosen() {
    local program
    for program in ${programs//,/ }; do
        if install_peer "$program"; then chosen+=("$program"); else leave_out "$program" "$skip_reason"; fi
    done
}

# What the numbers were measured on and with, as JSON.
describe_machine() {
    local program versions=
    for program in "${chosen[@]}"; do versions+="\"$program\": \"${peer_version[$program]}\", "; done
    cat <<JSON
{"date": "$(date -u +%FT%TZ)", "cpu": "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)",
 "cores": $(nproc), "kernel": "$(uname -r)", $versions
 "redis": "$(redis-server --version | sed 's/.*v=\([0-9.]*\).*/\1/')", "node": "$(node --version)",
 "rounds": $rounds, "seconds": $seconds, "keys": $keys}
JSON
}
