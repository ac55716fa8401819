# Sourced by benchmarks that start programs: what they start ends with them, and what it cost is read from /proc.
# shellcheck shell=bash

work=$(mktemp -d)
children=()
end_children() {
    for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
    wait 2>/dev/null || true
    children=()
}
finish() {
    end_children
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Starts a program in the background; its process id is in $started, what it says in $work/NAME.log.
start() { # NAME COMMAND…
    "${@:2}" >"$work/$1.log" 2>&1 &
    started=$!
    children+=("$started")
}

await_port() { # NAME PORT
    for _ in $(seq 100); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; then return; fi
        sleep 0.1
    done
    echo "$1 did not start:" >&2
    cat "$work/$1.log" >&2
    exit 1
}

# CPU time so far, in clock ticks, of processes together.
ticks() { # PID…
    local pid
    for pid in "$@"; do cat "/proc/$pid/stat"; done | awk '{ sum += $14 + $15 } END { print sum }'
}

# Every number and text of an indented JSON file as a line PATH=VALUE: latency.admitted.p99_us=1234
flat_json() { # FILE
    awk '
        /^ *[}\]]/ { --depth; next }
        {
            line = $0
            sub(/^ */, "", line); sub(/,$/, "", line)
            name = line
            if (match(line, /^"[^"]*": /)) { name = substr(line, 2, RLENGTH - 4); line = substr(line, RLENGTH + 1) }
            if (line == "{" || line == "[") { path[++depth] = name == line ? "" : name; next }
            full = ""
            for (i = 2; i <= depth; ++i) full = full path[i] "."
            gsub(/"/, "", line)
            print full name "=" line
        }' "$1"
}
