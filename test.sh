#!/usr/bin/env bash
# Builds everything and runs every test; what this machine cannot run is named as skipped, with the reason.
#
#   ./test.sh                 all tests, preset dev
#   ./test.sh asan            the same under the address and undefined-behaviour sanitizers
#   ./test.sh dev -L unit     further arguments go to ctest
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

preset=${1:-dev}
[ $# -gt 0 ] && shift
scripts/install_packages build run test
if command -v node >/dev/null && ! command -v npm >/dev/null; then scripts/install_packages npm || true; fi
command -v chromium >/dev/null || scripts/install_packages page || true
scripts/build "$preset" -DWEIR_WERROR=ON
scripts/install_sdks build/sdks || echo "SKIPPED: end-to-end tests with SDKs: npm could not install them"
scripts/install_python_sdks build/python-sdks || echo "SKIPPED: end-to-end tests with Python SDKs: PyPI could not be reached"
scripts/install_go_sdks || echo "SKIPPED: end-to-end tests with Go SDKs: the Go module proxy could not be reached"
scripts/install_sdks build/page tests/page || echo "SKIPPED: tests of the operator's page: npm could not install what drives a browser"
echo "Testing ($preset) ..."
exec ctest --preset "$preset" -j "$(nproc)" "$@"
