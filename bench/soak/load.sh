# Sourced by run after cluster.sh: what is started, the load, what is changed meanwhile, and the books at the end.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # run and cluster.sh assign and read what seems unassigned or unused here

# Every key has ledgers that hold all of the run, beside those of its limits.
window_s=3600 window=1h
[ "$seconds" -lt 3000 ] || window_s=86400 window=1d
long_requests="{\"dimension\": \"requests\", \"limit\": 1000000000, \"window\": \"$window\"}"
long_tokens="{\"dimension\": \"input_tokens\", \"limit\": 1000000000000, \"window\": \"$window\"},
    {\"dimension\": \"output_tokens\", \"limit\": 1000000000000, \"window\": \"$window\"}"
all_limits() { echo "{\"rpm\": $1, \"itpm\": 1000000000, \"max_in_flight\": 100000, \"more\": [$long_requests, $long_tokens]}"; } # RPM
burst_limits="{\"more\": [$long_requests, {\"dimension\": \"requests\", \"limit\": 40, \"window\": \"1s\"}]}"
# The provider's log shows keys that begin with load- as they are. They are many, since a node remembers the last 50,000
# rows of usage that Redis has acknowledged (src/usage/ledger.hpp): with two of each key a second that is full in minutes.
plain_keys=$(seq -s, -f load-plain-%g 120) stream_keys=$(seq -s, -f load-stream-%g 20)
all_keys=${plain_keys//,/ }\ ${stream_keys//,/ }\ load-leaving\ load-refused\ load-waiting

write_config() { # NODE
    local store_json='"url": "memory"' keys=''
    [ "$store" = memory ] || store_json="\"url\": \"redis://127.0.0.1:$redis_port/0\", \"timeout_ms\": 1000"
    for key in $all_keys; do
        case $key in
            load-refused) keys+=", $(key_json "$key" "$(all_limits 600)")" ;;
            load-waiting) keys+=", $(key_json "$key" "$burst_limits")" ;;
            *) keys+=", $(key_json "$key" '{}')" ;;
        esac
    done
    cat >"$work/node-$1.json" <<CONF
{"listen": "127.0.0.1:$(node_port "$1")", "admin": {"listen": "127.0.0.1:$(admin_port "$1")"}, "threads": 1,
 "store": {$store_json}, "upstreams": [{"name": "provider", "url": "http://127.0.0.1:$provider_port"}],
 "tiers": {"default": {"limits": $(all_limits 1000000000), "max_wait_ms": 0},
           "waiting": {"limits": $(all_limits 1000000000), "max_wait_ms": 2000}},
 "keys": [${keys#,}], "unknown_keys": "reject", "log": {"access": true, "format": "json"}}
CONF
    sed -i 's/"id": "load-waiting",/"id": "load-waiting", "tier": "waiting",/' "$work/node-$1.json"
}

bring_up_soak() {
    local node
    names=() pids=() nodes=() node_pids=() targets=
    mkfifo "$work/provider-records"
    node bench/soak/tally.mjs "$work/tally.json" <"$work/provider-records" 2>"$work/tally.log" &
    tally_pid=$!
    if [ "$store" = redis ]; then
        start redis redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no
        names+=(redis) pids+=("$started")
        await_port redis "$redis_port"
    fi
    start provider "$bin/weir-mock" --listen "127.0.0.1:$provider_port" --tokens 60 --log "$work/provider-records"
    provider_pid=$started names+=(provider) pids+=("$started")
    await_port provider "$provider_port"
    for ((node = 1; node <= node_count; ++node)); do
        write_config "$node"
        # The access log is written, and thrown away.
        # shellcheck disable=SC2016  # for the inner shell
        start "node-$node" bash -c 'exec "$@" >/dev/null' _ "$bin/weir" --config "$work/node-$node.json" \
            --state-dir "$work/state-$node"
        nodes+=("$node") node_pids+=("$started") names+=("node-$node") pids+=("$started")
        targets+=${targets:+,}http://127.0.0.1:$(node_port "$node")
        await_port "node-$node" "$(node_port "$node")"
    done
}

load_names=() load_pids=()
start_part() { # NAME OPTIONS…
    start_load "$@"
    load_names+=("$1") load_pids+=("$load_pid")
}
finish_loads() {
    local index
    for index in "${!load_names[@]}"; do
        wait "${load_pids[index]}" || { cat "$work/${load_names[index]}.log" >&2; exit 1; }
        flat_json "$work/${load_names[index]}.json" >"$work/${load_names[index]}.flat"
    done
    load_names=() load_pids=()
}
a_second() { figure "$1" per_second.admitted | cut -d. -f1; } # NAME
find_full_load() {
    start_part full-plain --keys "$plain_keys" --concurrent 64 --duration 6
    start_part full-streams --keys "$stream_keys" --stream --concurrent 32 --duration 6
    finish_loads
    full_plain=$(a_second full-plain) full_streams=$(a_second full-streams)
}
part_of() { awk -v all="$1" -v part="$fraction" 'BEGIN { printf "%d", all * part + 1 }'; } # RATE
start_loads() {
    local lasting=(--duration "$seconds" --timeout-ms 60000)
    start_part plain --keys "$plain_keys" --concurrent 64 --rate "$(part_of "$full_plain")" "${lasting[@]}"
    start_part streams --keys "$stream_keys" --stream --concurrent 64 --rate "$(part_of "$full_streams")" "${lasting[@]}"
    start_part leaving --keys load-leaving --stream --concurrent 16 --rate 20 --duration "$seconds" --timeout-ms 300 \
        --header x-mock-chunk-delay-ms:20
    start_part refused --keys load-refused --concurrent 8 --rate 20 "${lasting[@]}"
    start_part unknown --keys load-of-nobody --concurrent 8 --rate 20 "${lasting[@]}"
    start_part waiting --keys load-waiting --concurrent 100 --rate 30 --burst 60 "${lasting[@]}"
}

admin() { # NODE METHOD PATH [BODY]
    curl -sS --fail-with-body -X "$2" "http://127.0.0.1:$(admin_port "$1")$3" -H 'Content-Type: application/json' \
        ${4:+-d "$4"} >>"$work/admin.log" || echo "$2 $3 was refused by node $1" >>"$work/refused-changes"
}
change_something() { # NUMBER  through one node; through each where they share nothing
    local node some=("${nodes[@]}")
    [ "$store" = memory ] || some=("${nodes[$1 % node_count]}")
    for node in "${some[@]}"; do
        case $(($1 % 8)) in
            0) admin "$node" PATCH /admin/keys/load-plain-1 "{\"limits\": $(all_limits $((100000000 + RANDOM)))}" ;;
            1) admin "$node" POST /admin/keys "{\"id\": \"soak-$1\"}" ;;
            2) admin "$node" POST "/admin/keys/soak-$(($1 - 1))/rotate" '{"overlap_s": 5}' ;;
            3) admin "$node" DELETE "/admin/keys/soak-$(($1 - 2))" ;;
            4) admin "$node" POST /admin/overrides "{\"target\": \"key/load-plain-2\", \"factor\": 2, \"until\": \"$(
                date -u -d '+5 seconds' +%Y-%m-%dT%H:%M:%SZ)\", \"reason\": \"soak\"}" ;;
            5) admin "$node" PUT /admin/groups/soak "{\"limits\": {\"rpm\": $((1 + RANDOM))}}" ;;
            6) admin "$node" POST /admin/reload ;;
            7) for page in / /metrics /admin/keys /admin/config /admin/figures '/admin/usage?by=key'; do
                admin "$node" GET "$page"
            done ;;
        esac
    done
    : >"$work/admin.log"
}

collect_books() {
    local node key
    for node in "${nodes[@]}"; do
        [ "$store" = memory ] || [ "$node" = 1 ] || break # they share one book
        curl -sS "http://127.0.0.1:$(admin_port "$node")/admin/usage?by=key" >"$work/usage-$node.json"
        for key in $all_keys; do
            "$bin/weir" ledgers "$key" --json --admin "http://127.0.0.1:$(admin_port "$node")" >"$work/ledgers-$node-$key.json"
        done
    done
    for node in "${nodes[@]}"; do
        curl -sS "http://127.0.0.1:$(admin_port "$node")/metrics" >"$work/metrics-$node"
    done
    printf '{"window": "%s", "seconds": %s}\n' "$window" "$seconds" >"$work/run.json"
}
end_nodes() {
    local index code
    for index in "${!node_pids[@]}"; do
        code=0
        kill "${node_pids[index]}" && wait "${node_pids[index]}" || code=$?
        echo "node-$((index + 1)) $code" >>"$work/exits"
    done
}
