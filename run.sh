#!/usr/bin/env bash
# Builds weir and shows it at work: a short burst at a stand-in provider with its report, then three providers, one of
# which fails.
#
#   ./run.sh           go on serving until Ctrl-C
#   ./run.sh --exit    end after that
#
# WEIR_UPSTREAM=https://api.example.com ./run.sh fronts that provider instead, and sends nothing.
# WEIR_LISTEN and WEIR_ADMIN choose other addresses (127.0.0.1:8000 and 127.0.0.1:9180).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

exit_after_report=no
case ${1:-} in
    "") ;;
    --exit) exit_after_report=yes ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

scripts/install_packages build run
scripts/build release

bin=build/release/bin
listen=${WEIR_LISTEN:-127.0.0.1:8000}
admin=${WEIR_ADMIN:-127.0.0.1:9180}
work=$(mktemp -d)
children=()
finish() {
    for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# weir's log is a file here; what it warns of belongs on the terminal all the same.
show_warnings() { # LOG
    sed -nE -e 's/^.*"level":"(warning|error)","message":"(.*)"\}$/\1: \2/p' \
        -e 's/^[^ ]+ (warning|error) (.*)$/\1: \2/p' "$1" >&2
}

# Waits until the program says in its log that it is there, and says what else it had to say where it never does.
await() { # PROGRAM LOG MARK PID
    for _ in $(seq 100); do
        grep -q "$3" "$2" && return
        kill -0 "$4" 2>/dev/null || break
        sleep 0.1
    done
    echo "$1 did not start:" >&2
    cat "$2" >&2
    exit 1
}

# How many answers of each status stand in some lines of a log, of those with the mark: "200: 28, 503: 2".
statuses() { # LOG LINES_BEFORE LINES_AFTER MARK
    awk -v before="$2" -v after="$3" -v mark="$4" '
        NR > before && NR <= after && index($0, mark) && match($0, /"status":[0-9]+/) {
            status = substr($0, RSTART + 9, RLENGTH - 9)
            if (status == 0) status = "cut"
            if (!(status in count)) seen[++kinds] = status
            count[status]++
        }
        END {
            for (i = 1; i <= kinds; i++) printf "%s%s: %d", (i > 1 ? ", " : ""), seen[i], count[seen[i]]
            if (kinds == 0) printf "-"
        }' "$1"
}

row() { printf '%6s   %-14s %-22s %-14s %s\n' "$@"; }

# What each provider answered in some lines of their log, and weir in some lines of its own.
show_answers() { # TITLE PROVIDERS_BEFORE PROVIDERS_AFTER CLIENTS_BEFORE CLIENTS_AFTER
    row "$1" "$(statuses "$work/providers.log" "$2" "$3" '"provider":"main"')" \
        "$(statuses "$work/providers.log" "$2" "$3" '"provider":"second"')" \
        "$(statuses "$work/providers.log" "$2" "$3" '"provider":"third"')" \
        "$(statuses "$work/clients.log" "$4" "$5" '"status":')"
}

# Three providers behind a weir of their own, and a line for each second. A request that is under way when a second ends
# shows in the next line.
show_failover() {
    local before=("${children[@]}") mocks proxy load second url
    local providers=0 clients=0 providers_before clients_before
    touch "$work/providers.log"
    "$bin/weir-mock" --log "$work/providers.log" --provider name=main,listen=127.0.0.1:0,rpm=90 \
        --provider 'name=second,listen=127.0.0.1:0,rpm=300,script=5s:503 6s:refuse 8s:ok' \
        --provider name=third,listen=127.0.0.1:0,rpm=300 >"$work/mocks.log" 2>&1 &
    mocks=$!
    children+=("$mocks")
    await weir-mock "$work/mocks.log" "third: serving " "$mocks"
    cp config/failover.json "$work/failover.json"
    for second in main:9001 second:9002 third:9003; do
        url=$(sed -n "s/.*: ${second%:*}: serving //p" "$work/mocks.log")
        sed -i "s|http://127.0.0.1:${second#*:}|$url|" "$work/failover.json"
    done
    "$bin/weir" --config "$work/failover.json" --listen 127.0.0.1:0 --admin 127.0.0.1:0 \
        >"$work/clients.log" 2>"$work/failover.log" &
    proxy=$!
    children+=("$proxy")
    await weir "$work/failover.log" "admin on " "$proxy"
    url=http://$(sed -nE 's/.*listening on ([^ ]+) .*/\1/p' "$work/failover.log")

    echo "Three providers (config/failover.json), 30 requests a second for 9 seconds. \"main\" comes first, but takes 90 a"
    echo "minute; \"second\" answers 503 after a while, and then is not there for two seconds. Answers by their status:"
    echo
    row second main second third "what clients got"
    "$bin/weir-load" --targets "$url" --keys 3 --concurrent 30 --rate 30 --duration 9 --max-tokens 16 --json \
        >"$work/load.json" 2>"$work/load.log" &
    load=$!
    children+=("$load")
    for second in $(seq 9); do
        sleep 1
        providers_before=$providers clients_before=$clients
        providers=$(wc -l <"$work/providers.log") clients=$(wc -l <"$work/clients.log")
        show_answers "$second" "$providers_before" "$providers" "$clients_before" "$clients"
    done
    wait "$load" || cat "$work/load.log" >&2
    kill "$proxy" "$mocks"
    wait "$proxy" "$mocks" || true
    children=("${before[@]}")
    show_answers all 0 1000000 0 1000000
    sed -nE 's/^weir-mock: (.*: [0-9]+ requests.*)/  \1/p' "$work/mocks.log"
    awk '/"total"/, /}/ { gsub(/[",:]/, ""); if (NF == 2 && !/tokens|total/) line = line ", " $2 " " $1 }
        END { print "  clients:" substr(line, 2) }' "$work/load.json"
    echo
}

key='load-key-1' # of weir-load
if [ -n "${WEIR_UPSTREAM:-}" ]; then
    key='YOUR KEY'
    echo "weir in front of $WEIR_UPSTREAM"
    "$bin/weir" --listen "$listen" --admin "$admin" --state-dir "$work/state" >"$work/access.log" 2>"$work/weir.log" &
    serving=$!
    children+=("$serving")
    await weir "$work/weir.log" "admin on " $serving
else
    "$bin/weir-mock" --listen 127.0.0.1:0 >"$work/mock.log" 2>&1 &
    children+=($!)
    await weir-mock "$work/mock.log" "serving " $!
    provider=$(sed -n 's/.*serving //p' "$work/mock.log")
    echo "Stand-in provider: $provider"

    "$bin/weir" --config config/demo.json --listen "$listen" --admin "$admin" \
        --upstream "$provider" --state-dir "$work/state" >"$work/access.log" 2>"$work/weir.log" &
    serving=$!
    children+=("$serving")
    await weir "$work/weir.log" "admin on " $serving

    echo "A burst: 4 clients with a key each, 100 requests; each key may send 20 a minute (config/demo.json)."
    echo
    "$bin/weir-load" --targets "http://$listen" --keys 4 --concurrent 4 --requests 100 --max-tokens 32
    echo
    show_failover
fi
show_warnings "$work/weir.log"
if [ $exit_after_report = yes ]; then
    echo "Stopped again, as --exit says. ./run.sh goes on serving until Ctrl-C."
    exit 0
fi
echo "Proxy    http://$listen/v1    (an OpenAI client's base URL)"
echo "Limits   curl -s http://$listen/weir/limits -H 'Authorization: Bearer $key'"
echo "Page     http://$admin/"
echo "Metrics  http://$admin/metrics"
echo "Serving until Ctrl-C. The access log is $work/access.log, weir's own log is $work/weir.log"
wait $serving
