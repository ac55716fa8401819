#!/usr/bin/env bash
# Builds weir and shows it at work: a stand-in provider, the proxy, a short burst with its report.
#
#   ./run.sh           go on serving until Ctrl-C
#   ./run.sh --exit    end after the report
#
# WEIR_UPSTREAM=https://api.example.com ./run.sh fronts that provider instead, and sends no burst.
# WEIR_LISTEN and WEIR_ADMIN choose other addresses (127.0.0.1:8000 and 127.0.0.1:9180).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

exit_after_report=no
case ${1:-} in
    "") ;;
    --exit) exit_after_report=yes ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
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

key=load-key-1 # of weir-load
if [ -n "${WEIR_UPSTREAM:-}" ]; then
    key='YOUR KEY'
    echo "weir in front of $WEIR_UPSTREAM"
    "$bin/weir" --listen "$listen" --admin "$admin" --state-dir "$work/state" >"$work/access.log" 2>"$work/weir.log" &
    children+=($!)
    await weir "$work/weir.log" "admin on " $!
else
    "$bin/weir-mock" --listen 127.0.0.1:0 >"$work/mock.log" 2>&1 &
    children+=($!)
    await weir-mock "$work/mock.log" "serving " $!
    provider=$(sed -n 's/.*serving //p' "$work/mock.log")
    echo "Stand-in provider: $provider"

    "$bin/weir" --config config/demo.json --listen "$listen" --admin "$admin" \
        --upstream "$provider" --state-dir "$work/state" >"$work/access.log" 2>"$work/weir.log" &
    children+=($!)
    await weir "$work/weir.log" "admin on " $!

    echo "A burst: 4 clients with a key each, 100 requests; each key may send 20 a minute (config/demo.json)."
    echo
    "$bin/weir-load" --targets "http://$listen" --keys 4 --concurrent 4 --requests 100 --max-tokens 32
    echo
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
wait "${children[-1]}"
