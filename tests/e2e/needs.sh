#!/usr/bin/env bash
# What the SDKs' tests need, each asked in one place: where it is missing, the test is skipped by name (77). Sourced,
# with $here (this folder) and $test_name set.
# shellcheck disable=SC2154  # who sources this assigns them

skip() { echo "SKIPPED $test_name: $1"; exit 77; }

need_node() { command -v node >/dev/null || skip "Node.js is missing"; }

need_node_sdks() { # SDKS
    need_node
    cmp -s "$here/package-lock.json" "$1/installed-lock.json" ||
        skip "the SDKs are not installed: scripts/install_sdks $1"
}

need_python_sdks() { # SDKS
    cmp -s "$here/python/requirements.txt" "$1/installed-requirements.txt" ||
        skip "the SDKs are not installed: scripts/install_python_sdks $1"
}

# From here on neither a module nor a toolchain is downloaded, and the working directory is that of the Go module.
need_go_sdks() { # LISTED... (words of `go list` whose dependencies have to be there)
    local reason
    reason=$("$here/../../scripts/install_go_sdks" --check) || skip "$reason"
    export GOTOOLCHAIN=local GOFLAGS=-mod=readonly GOPROXY=off
    cd "$here/go" || exit
    go list -deps "$@" >/dev/null 2>&1 || skip "the SDK is not installed: scripts/install_go_sdks"
}
