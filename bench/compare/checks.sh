#!/usr/bin/env bash
# Whether a program under test does its work, asked before it is measured. Sourced by run, after programs.sh.
# shellcheck disable=SC2154  # run assigns what is not assigned here

# Posts one request; the answer's status, then its headers and body in $work/answer.
post() { # PROGRAM KEY BODY
    local words=() header
    while read -r header; do words+=(-H "$header"); done < <(header_of "$1")
    curl -s -m 10 -D "$work/answer.head" -o "$work/answer" -w '%{http_code}' -H 'Content-Type: application/json' \
        -H "Authorization: Bearer $2" "${words[@]}" -d "$3" "http://127.0.0.1:$(port_of "$1")/v1/chat/completions"
}

# The same until it is no 503, for some seconds: a program may still be connecting to Redis, on a busy machine.
post_first() { # as post
    local status
    for _ in $(seq 25); do
        status=$(post "$@") || true
        if [ "$status" != 503 ]; then break; fi
        sleep 0.2
    done
    echo "$status"
}

prompt='"messages":[{"role":"user","content":"The quick brown fox"}]'
plain_body='{"model":"gpt-4o","max_tokens":64,'$prompt'}'
stream_body='{"model":"gpt-4o","max_tokens":64,"stream":true,"stream_options":{"include_usage":true},'$prompt'}'

expect() { # PROGRAM WHAT STATUS WANTED [PATTERN]
    if [ "$3" = "$4" ] && { [ -z "${5:-}" ] || grep -qE "$5" "$work/answer"; }; then return; fi
    { cat "$work/answer.head" "$work/answer"; tail -n 40 "$work/$1.log"; } >&2
    problem "$2: status $3 where $4 was expected, or a wrong body"
}

# These end with 1 where the program does not do its work, and last_problem says why.
check_admitting() { # PROGRAM
    local status
    status=$(post_first "$1" check "$plain_body")
    expect "$1" "a plain request" "$status" 200 '"content":"( tok){20}".*"completion_tokens":20' || return 1
    status=$(post "$1" check "$stream_body") || true
    expect "$1" "a streamed request" "$status" 200 '"completion_tokens":20' || return 1
    [ "$(grep -c '"content":" tok"' "$work/answer")" -eq 20 ] || problem "a stream without its 20 chunks" || return 1
    grep -q '^data: \[DONE\]' "$work/answer" || problem "a stream without its end" || return 1
    case $1 in
        nginx-lua) check_counted 40 hget limit:check o ;;
        litellm) check_counted 48 get '{api_key:check}:tokens' ;;
        ratelimit) check_counted 40 get "$(redis keys 'llm_output_tokens_check_*' | tail -n1)" ;;
    esac
}

# What both requests used has to stand in Redis, 4 tokens in and 20 out each, and not what was reserved.
check_counted() { # TOKENS COMMAND...
    local used
    for _ in $(seq 50); do
        used=$(redis "${@:2}")
        if [ "$used" = "$1" ]; then return; fi
        sleep 0.1
    done
    problem "$1 tokens were used, and Redis has $used"
}

check_refusing() { # PROGRAM
    local status
    # Its windows are minutes of the clock: both requests have to be in one of them.
    if [ "$1" = ratelimit ]; then until [ "$(date +%-S)" -lt 57 ]; do sleep 0.2; done; fi
    status=$(post_first "$1" check "$plain_body")
    expect "$1" "the first request of a key" "$status" 200 '"completion_tokens":20' || return 1
    status=$(post "$1" check "$plain_body") || true
    expect "$1" "the second request of a key" "$status" 429 || return 1
    grep -qiE '^retry-after: *[0-9]' "$work/answer.head" || problem "refused without Retry-After"
}

# A short load, each status counted: a program that fails under load is not measured. It also warms the program up:
# Node.js takes seconds to compile what it runs, and LiteLLM is slow.
check_under_load() { # PROGRAM PATH STREAM CONNECTIONS
    local wanted=200 duration=1 output
    [ "$2" != refuse ] || wanted=429
    case $1 in portkey | litellm) duration=5 ;; esac
    output=$(load "$1" "$2" "$3" "$4" "$duration" statuses=yes)
    # Of each key one request is admitted, even where nearly all are refused; two, where a minute ends meanwhile.
    awk -v wanted="$wanted" -v keys="$keys" '$1 == "STATUS" { count[$2] = $3; all += $3 }
        END {
            stray = all - count[wanted]
            exit !(count[wanted] > 0 && stray <= (wanted == 429) * 2 * keys && count[200] + count[429] == all)
        }' <<<"$output" ||
        { echo "$output" >&2; problem "$2 path, $4 connections: other answers than $wanted"; }
}
