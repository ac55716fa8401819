#!/usr/bin/env bash
# The programs under test and what stands around them: how each is started, where it listens, and that it does its
# work. Sourced by run.
# shellcheck disable=SC2154  # run assigns what is not assigned here

children=()
declare -A pids=()

provider_port() { echo "$base_port"; }
redis_port() { echo $((base_port + 1)); }
port_of() { # PROGRAM
    case $1 in
        direct) provider_port ;;
        nginx) echo $((base_port + 2)) ;;
        nginx-lua) echo $((base_port + 3)) ;;
        haproxy) echo $((base_port + 4)) ;;
        portkey) echo $((base_port + 5)) ;;
        weir-memory) echo $((base_port + 6)) ;;
        weir-redis) echo $((base_port + 7)) ;;
    esac
}
is_limiter() { case $1 in nginx | portkey) return 1 ;; esac; }

# What only this program has to be told with each request, as NAME:VALUE.
header_of() {
    [ "$1" = portkey ] || return 0
    echo x-portkey-provider:openai
    echo "x-portkey-custom-host:http://127.0.0.1:$(provider_port)/v1"
}

fail() { echo "bench/compare/run: $*" >&2; exit 1; }

render() { # PROGRAM TEMPLATE TARGET
    local store=memory
    [ "$1" != weir-redis ] || store=redis://127.0.0.1:$(redis_port)/0
    sed -e "s|@WORK@|$work|g" -e "s|@PEERS@|$root/bench/compare/peers|g" -e "s|@PORT@|$(port_of "$1")|g" \
        -e "s|@ADMIN@|$(($(port_of "$1") + 10))|g" -e "s|@PROVIDER@|$(provider_port)|g" -e "s|@REDIS@|$(redis_port)|g" \
        -e "s|@STORE@|$store|g" -e "s|@LIMIT@|$limit|g" -e "s|@TOKEN_LIMIT@|$token_limit|g" \
        "$root/bench/compare/peers/$2" >"$3"
}

# Starts a program on a core, its output in $work/NAME.log, and waits until something answers at its port.
start() { # NAME PORT CORE COMMAND...
    local name=$1 port=$2 core=$3
    shift 3
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        fail "port $port, meant for $name, is in use (choose others with --port)"
    fi
    taskset -c "$core" "$@" >"$work/$name.log" 2>&1 &
    pids[$name]=$!
    children+=($!)
    for _ in $(seq 100); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
        kill -0 "${pids[$name]}" 2>/dev/null || break
        sleep 0.1
    done
    cat "$work/$name.log" >&2
    fail "$name did not start"
}

start_surroundings() {
    start weir-mock "$(provider_port)" 1 "$bin/weir-mock" --listen "127.0.0.1:$(provider_port)" --tokens 20
    start redis "$(redis_port)" 1 \
        redis-server --port "$(redis_port)" --bind 127.0.0.1 --save '' --appendonly no --dir "$work"
}

start_program() { # PROGRAM
    local port config=$work/$1.conf
    port=$(port_of "$1")
    case $1 in
        nginx)
            render "$1" nginx.conf "$config"
            start "$1" "$port" 0 nginx -c "$config" ;;
        nginx-lua)
            render "$1" nginx_lua.conf "$config"
            start "$1" "$port" 0 nginx -c "$config" ;;
        haproxy)
            render "$1" haproxy.cfg "$config"
            start "$1" "$port" 0 haproxy -db -f "$config" ;;
        portkey)
            start "$1" "$port" 0 env NODE_ENV=production node "$portkey" --headless "--port=$port" ;;
        weir-*)
            render "$1" weir.json "$config"
            start "$1" "$port" 0 "$bin/weir" --config "$config" ;;
    esac
}

stop_all() {
    local child
    for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
    for _ in $(seq 100); do
        [ -n "$(jobs -pr)" ] || break
        sleep 0.1
    done
    for child in "${children[@]}"; do kill -9 "$child" 2>/dev/null || true; done
    wait 2>/dev/null || true
    children=()
}

# As package-lock.json pins it, outside of the tree.
install_portkey() {
    local target=build/bench/portkey lock=bench/compare/peers/portkey/package-lock.json
    portkey=$target/node_modules/@portkey-ai/gateway/build/start-server.js
    cmp -s "$lock" "$target/installed-lock.json" && return
    command -v npm >/dev/null || scripts/install_packages npm
    echo "Installing Portkey's gateway from npm into $target ..." >&2
    mkdir -p "$target"
    cp bench/compare/peers/portkey/package.json "$lock" "$target"
    (cd "$target" && npm ci --no-audit --no-fund --ignore-scripts --engine-strict=false --loglevel=error) >&2
    cp "$lock" "$target/installed-lock.json"
}

# What the numbers were measured on and with, as JSON.
describe_machine() {
    version() { "$@" 2>&1 | sed -n '1s/.*[^0-9.]\([0-9]\+\.[0-9.]*[0-9]\).*/\1/p'; }
    cat <<JSON
{"date": "$(date -u +%FT%TZ)", "cpu": "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)",
 "cores": $(nproc), "kernel": "$(uname -r)", "weir": "$(git rev-parse --short HEAD 2>/dev/null || echo unknown)",
 "nginx": "$(version nginx -v)",
 "redis": "$(redis-server --version | sed 's/.*v=\([0-9.]*\).*/\1/')",
 "haproxy": "$(version haproxy -v)", "node": "$(node --version)", "rounds": $rounds, "seconds": $seconds, "keys": $keys}
JSON
}
