# Sourced after processes.sh by benchmarks of weir nodes that share a Redis: starts them with a thread each, all of it on
# this machine, loads them with weir-load, and reads what Redis and the nodes say of themselves.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # processes.sh assigns started; whoever sources this reads what seems unused

bin=build/release/bin
first_port=${first_port:-19100} # of 80 on 127.0.0.1
redis_port=$first_port provider_port=$((first_port + 1))
node_port() { echo $((first_port + 10 + $1)); }
admin_port() { echo $((first_port + 40 + $1)); }

# What the nodes are configured with; whoever sources this may assign others. store: memory, redis, cluster.
store=redis store_timeout_ms=100 default_limits='{}' keys_json='' unknown_keys=reject
provider_options=() # beside those that all have
ample_limits='{"rpm": 1000000000, "itpm": 1000000000000, "otpm": 1000000000000}'

key_json() { # KEY LIMITS
    echo "{\"id\": \"$1\", \"secret_sha256\": \"$(printf %s "$1" | sha256sum | cut -d' ' -f1)\", \"limits\": $2}"
}

write_config() { # NODE
    local store_json='"url": "memory"'
    local url="redis://127.0.0.1:$redis_port/0"
    [ "$store" != cluster ] || url="cluster://127.0.0.1:$redis_port"
    [ "$store" = memory ] || store_json="\"url\": \"$url\", \"timeout_ms\": $store_timeout_ms"
    cat >"$work/node-$1.json" <<CONF
{"listen": "127.0.0.1:$(node_port "$1")", "admin": {"listen": "127.0.0.1:$(admin_port "$1")"}, "threads": 1,
 "store": {$store_json},
 "upstreams": [{"name": "provider", "url": "http://127.0.0.1:$provider_port"}],
 "tiers": {"default": {"limits": $default_limits}},
 "keys": [$keys_json], "unknown_keys": "$unknown_keys", "log": {"access": false}}
CONF
}

# Redis, as the only master of a Redis Cluster: all slots are its own.
become_cluster() {
    redis cluster addslotsrange 0 16383 >/dev/null
    until redis cluster info | grep -q '^cluster_state:ok'; do sleep 0.1; done
}

# All of them new, with empty windows. $targets are the nodes as weir-load wants them.
bring_up() { # NODES
    local node cluster_options=()
    if [ "$store" = cluster ]; then
        rm -f "$work/nodes.conf"
        cluster_options=(--cluster-enabled yes --cluster-announce-ip 127.0.0.1 --dir "$work")
    fi
    start redis redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no "${cluster_options[@]}"
    redis_pid=$started
    start provider "$bin/weir-mock" --listen "127.0.0.1:$provider_port" --tokens 60 "${provider_options[@]}"; provider_pid=$started
    await_port redis "$redis_port"
    [ "$store" != cluster ] || become_cluster
    await_port provider "$provider_port"
    nodes=() node_pids=() targets=
    for ((node = 1; node <= $1; ++node)); do
        rm -rf "$work/state-$node"
        write_config "$node"
        start "node-$node" "$bin/weir" --config "$work/node-$node.json" --state-dir "$work/state-$node"
        nodes+=("$node") node_pids+=("$started") targets+=${targets:+,}http://127.0.0.1:$(node_port "$node")
    done
    for node in "${nodes[@]}"; do await_port "node-$node" "$(node_port "$node")"; done
}

# $load_pid drives the nodes; finish_load waits for its end, and leaves its report for `figure` to read.
start_load() { # NAME OPTIONS…
    "$bin/weir-load" --targets "$targets" --input-tokens uniform:50..400 --output-tokens uniform:10..60 --json "${@:2}" \
        >"$work/$1.json" 2>"$work/$1.log" &
    load_pid=$!
    children+=("$load_pid")
}
finish_load() { # NAME
    wait "$load_pid" || { cat "$work/$1.log" >&2; exit 1; }
    unset 'children[-1]'
    sed '/^  "keys": \[/,$d' "$work/$1.json" >"$work/$1.head" # what follows are lines for each key
    flat_json "$work/$1.head" >"$work/$1.flat"
}
load() { start_load "$@" && finish_load "$1"; } # NAME OPTIONS…
figure() { sed -n "s/^$2=//p" "$work/$1.flat"; } # NAME FIELD

redis() { redis-cli -p "$redis_port" "$@" | tr -d '\r'; }
evalsha_calls() { redis info commandstats | sed -n 's/^cmdstat_evalsha:calls=\([0-9]*\).*/\1/p' | grep . || echo 0; }
redis_reads() { redis info stats | sed -n 's/^total_reads_processed://p'; }
redis_bytes() { redis info memory | sed -n 's/^used_memory://p'; }
rss_kib() { # PID…
    local pid
    for pid in "$@"; do cat "/proc/$pid/status"; done | awk '/^VmRSS:/ { sum += $2 } END { print sum }'
}
# The metrics of all nodes as lines NAME=VALUE, summed over the nodes and over labels.
node_metrics() {
    local node
    for node in "${nodes[@]}"; do
        exec 3<>"/dev/tcp/127.0.0.1/$(admin_port "$node")"
        printf 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
        cat <&3
        exec 3>&-
    done | awk '/^weir_/ { sub(/\{.*\}/, "", $1); sum[$1] += $2 } END { for (name in sum) printf "%s=%.0f\n", name, sum[name] }'
}
