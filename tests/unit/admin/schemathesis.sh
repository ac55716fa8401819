#!/bin/sh
# A generic client against every operation of /admin/openapi.json: no undocumented status, no 5xx, answers as their
# schemas say. Needs schemathesis (PyPI) on the path or in $SCHEMATHESIS; without it the test is skipped (77).
set -eu
server=$1
client=${SCHEMATHESIS:-schemathesis}
if ! command -v "$client" >/dev/null 2>&1; then
    echo "skipped: no schemathesis here (pip install schemathesis)"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkfifo "$folder/input" "$folder/output"
"$server" <"$folder/input" >"$folder/output" &
exec 3>"$folder/input" # closing it ends the server
read -r port <"$folder/output"
cd "$folder"
status=0
"$client" run "http://127.0.0.1:$port/admin/openapi.json" \
    --header "Authorization: Bearer write-token" --exclude-path /admin/events \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --max-examples "${EXAMPLES:-25}" --seed 1 --suppress-health-check all || status=$?
exec 3>&-
wait
exit "$status"
