#!/usr/bin/env bash
# curl through weir: export OPENAI_API_KEY=...; bash curl.sh
set -euo pipefail

ask() { # BODY
    # After a 429, --retry waits as long as weir's Retry-After says and asks again, up to five times.
    curl --no-progress-meter --no-buffer --fail-with-body --retry 5 \
        "${WEIR_URL:-http://127.0.0.1:8000}/v1/chat/completions" \
        --header "Authorization: Bearer ${OPENAI_API_KEY:?is not set}" --header 'Content-Type: application/json' \
        --data "$1"
    echo
}

ask '{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Say hello."}]}'
ask '{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Say hello."}], "stream": true}'
