#!/usr/bin/env bash
# The peers of weir, for every benchmark that runs them: how each is installed, and the command that runs one node of
# it. Sourced, with $root set; bench/compare/peer is the same for programs in other languages.
# shellcheck disable=SC2154,SC2034  # root comes from who sources this, who also uses peer_version and node_command

peers=$root/bench/compare/peers
installed=$root/build/bench

# Each of these installs what it names, or fails after it said why. Where it succeeds, peer_path has the program and
# peer_version its version.
declare -A peer_path=() peer_version=()

# A failed attempt to install is remembered, because it can take minutes: remove its folder to try again.
install_peer() { # NAME
    case $1 in
        nginx) install_debian "$1" nginx -v ;;
        nginx-lua) install_debian "$1" nginx -v ;;
        haproxy) install_debian "$1" haproxy -v ;;
        portkey) install_portkey ;;
        litellm) install_litellm ;;
        ratelimit) install_ratelimit ;;
        # Nobody could try a configuration of it here, so there is none.
        bifrost) skipped bifrost "the Go module proxy answers 403 for github.com/maximhq/bifrost/transports" ;;
        weir-*) peer_path[$1]=${bin:-$root/build/release/bin}/weir peer_version[$1]=$(weir_version) ;;
        *) echo "$1: no such peer" >&2; return 1 ;;
    esac
}

weir_version() { git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown; }
first_version() { "$@" 2>&1 | sed -n '1s/.*[^0-9.]\([0-9]\+\.[0-9.]*[0-9]\).*/\1/p'; }
# The reason is kept in skip_reason, for a report.
skipped() { # NAME REASON
    skip_reason=$2
    echo "SKIPPED: $1: $2" >&2
    return 1
}

install_debian() { # PEER (also its section of packages.txt) PROGRAM VERSION-OPTION
    PATH=$PATH:/usr/sbin
    "$root/scripts/install_packages" "$1" >&2 || { skipped "$1" "its Debian packages are missing"; return 1; }
    peer_path[$1]=$(command -v "$2") || { skipped "$1" "there is no $2"; return 1; }
    peer_version[$1]=$(first_version "$2" "$3")
}

# Whether what a lock file pins is there already; or whether that very file could not be installed before.
is_installed() { cmp -s "$2" "$installed/$1/installed"; } # NAME LOCK
has_failed() { # NAME LOCK
    cmp -s "$2" "$installed/$1/failed" || return 1
    skipped "$1" "could not be installed before; $installed/$1/log says why (without that folder it is tried again)" ||
        true
}

# Runs a function that installs NAME into its folder, and remembers how that ended.
install_once() { # NAME LOCK FUNCTION
    is_installed "$1" "$2" && return
    has_failed "$1" "$2" && return 1
    rm -rf "${installed:?}/$1"
    mkdir -p "$installed/$1"
    echo "Installing $1 into $installed/$1 ..." >&2
    if ("$3" "$installed/$1" >"$installed/$1/log" 2>&1); then
        cp "$2" "$installed/$1/installed"
    else
        cp "$2" "$installed/$1/failed"
        skipped "$1" "$(tail -n1 "$installed/$1/log") (all of it: $installed/$1/log)"
    fi
}

install_portkey() {
    command -v node >/dev/null || { skipped portkey "Node.js is missing"; return 1; }
    if ! command -v npm >/dev/null; then
        "$root/scripts/install_packages" npm >&2 || { skipped portkey "npm is missing"; return 1; }
    fi
    install_once portkey "$peers/portkey/package-lock.json" fetch_portkey || return 1
    peer_path[portkey]=$installed/portkey/node_modules/@portkey-ai/gateway/build/start-server.js
    peer_version[portkey]=$(sed -n 's/.*"@portkey-ai\/gateway": "\([0-9.]*\)".*/\1/p' "$peers/portkey/package.json")
}
fetch_portkey() { # FOLDER
    cp "$peers/portkey/package.json" "$peers/portkey/package-lock.json" "$1"
    cd "$1" && npm ci --no-audit --no-fund --ignore-scripts --engine-strict=false --loglevel=error
}

install_litellm() {
    local lock=$peers/litellm/requirements.txt
    if ! python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        "$root/scripts/install_packages" litellm >&2 || { skipped litellm "Python with venv is missing"; return 1; }
    fi
    install_once litellm "$lock" fetch_litellm || return 1
    peer_path[litellm]=$installed/litellm/venv/bin/litellm
    peer_version[litellm]=$(sed -n 's/^litellm==//p' "$lock")
}
fetch_litellm() { # FOLDER
    python3 -m venv "$1/venv" &&
        "$1/venv/bin/pip" install --disable-pip-version-check -q --no-deps -r "$peers/litellm/requirements.txt"
}

# The service and the front, both as go.mod and go.sum pin them.
install_ratelimit() {
    local lock=$peers/ratelimit_front/go.sum
    command -v go >/dev/null || { skipped ratelimit "Go is missing (1.25.6; Debian 12 has an older one)"; return 1; }
    install_once ratelimit "$lock" build_ratelimit || return 1
    # The front is ours, and changes without its dependencies.
    (cd "$peers/ratelimit_front" && go build -o "$installed/ratelimit/front" .) >&2 ||
        { skipped ratelimit "its front could not be built"; return 1; }
    peer_path[ratelimit]=$installed/ratelimit/front
    peer_version[ratelimit]=$(sed -n 's|^\tgithub.com/envoyproxy/ratelimit \(v[^ ]*\).*|\1|p' \
        "$peers/ratelimit_front/go.mod")
}
build_ratelimit() { # FOLDER
    cd "$peers/ratelimit_front" && go build -o "$1/service" github.com/envoyproxy/ratelimit/src/service_cmd
}

# Fills in a template: sed expressions for the placeholders that every node has.
render_peer() { # TEMPLATE TARGET
    sed -e "s|@WORK@|$node_folder|g" -e "s|@PEERS@|$peers|g" -e "s|@PORT@|$node_port|g" \
        -e "s|@ADMIN@|$((node_port + 10))|g" -e "s|@PROVIDER@|$node_provider_port|g" -e "s|@REDIS@|$node_redis_port|g" \
        -e "s|@STORE@|$node_store|g" -e "s|@LIMIT@|$node_limit|g" -e "s|@TOKEN_LIMIT@|$node_token_limit|g" \
        "$peers/$1" >"$2"
}

# The words of the command that runs one node of an installed peer in the foreground, in node_command. What it needs to
# keep goes into FOLDER, which no other node may have. weir also takes the port PORT + 10.
prepare_node() { # NAME FOLDER PORT REDIS_PORT PROVIDER_PORT LIMIT TOKEN_LIMIT
    local node_folder=$2 node_port=$3 node_redis_port=$4 node_provider_port=$5 node_limit=$6 node_token_limit=$7
    local node_store=memory path=${peer_path[$1]}
    mkdir -p "$2"
    case $1 in
        nginx)
            render_peer nginx.conf "$2/nginx.conf"
            node_command=("$path" -c "$2/nginx.conf") ;;
        nginx-lua)
            render_peer nginx_lua.conf "$2/nginx.conf"
            node_command=("$path" -c "$2/nginx.conf") ;;
        haproxy)
            render_peer haproxy.cfg "$2/haproxy.cfg"
            node_command=("$path" -db -f "$2/haproxy.cfg") ;;
        portkey)
            node_command=(env NODE_ENV=production node "$path" --headless "--port=$3") ;;
        litellm) prepare_litellm "$2" ;;
        ratelimit) prepare_ratelimit "$2" ;;
        weir-*)
            [ "$1" != weir-redis ] || node_store=redis://127.0.0.1:$4/0
            render_peer weir.json "$2/weir.json"
            node_command=("$path" --config "$2/weir.json") ;;
    esac
}

# One worker, since there is one core. Of the servers that it offers, Granian takes less CPU for a request than Uvicorn,
# its default. The map of prices of models comes from its package, not from the network.
prepare_litellm() { # FOLDER
    render_peer litellm/config.yaml "$1/config.yaml"
    render_peer litellm/limited_keys.py "$1/limited_keys.py"
    node_command=(env LITELLM_LOG=ERROR LITELLM_MODE=PRODUCTION LITELLM_LOCAL_MODEL_COST_MAP=True
        "${peer_path[litellm]}" --config "$1/config.yaml" --host 127.0.0.1 --port "$node_port"
        --run_granian --num_workers 1 --granian_threads 1 --telemetry False)
}

# Redis by what its README recommends for throughput: writes that come within 150 us go together. Keys over their limit
# are remembered in a local cache, so that a refusal asks nobody. It listens on ports of its own that nobody uses (0).
prepare_ratelimit() { # FOLDER
    mkdir -p "$1/runtime/config"
    # One that was killed leaves its socket behind, and the next one would not start.
    rm -f "$1/grpc.sock"
    render_peer ratelimit.yaml "$1/runtime/config/llm.yaml"
    node_command=(env GOMAXPROCS=1 "GRPC_UDS=$1/grpc.sock" HOST=127.0.0.1 PORT=0 DEBUG_HOST=127.0.0.1 DEBUG_PORT=0
        "RUNTIME_ROOT=$1/runtime" RUNTIME_WATCH_ROOT=false LOG_LEVEL=error USE_STATSD=false DISABLE_STATS=true
        REDIS_SOCKET_TYPE=tcp "REDIS_URL=127.0.0.1:$node_redis_port" REDIS_PIPELINE_WINDOW=150us
        LOCAL_CACHE_SIZE_IN_BYTES=33554432 LIMIT_RESPONSE_HEADERS_ENABLED=true
        "${peer_path[ratelimit]}" --service "$installed/ratelimit/service" --listen "127.0.0.1:$node_port"
        --provider "http://127.0.0.1:$node_provider_port")
}
