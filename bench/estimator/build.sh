# shellcheck shell=bash
# Shared by fit, judge and speed: where things are, the corpora, and the programs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
data=build/estimator

collect_texts() {
    [[ -f $data/complete ]] && return
    mkdir -p "$data"
    node bench/estimator/collect.mjs "$data"
    [[ -d $data/venv ]] || python3 -m venv "$data/venv"
    "$data/venv/bin/pip" install -q tokenizers
    for corpus in fit judge; do
        "$data/venv/bin/python" bench/estimator/open_vocabularies.py "$data/npm" "$data/$corpus.corpus"
    done
    touch "$data/complete"
}

build_program() {
    cmake -S . -B "$data/programs" -G Ninja -DCMAKE_BUILD_TYPE=Release -DWEIR_TESTS=OFF >/dev/null
    cmake --build "$data/programs" --target "$1" >/dev/null
    # shellcheck disable=SC2034  # read by whoever includes this
    program=$data/programs/bin/$1
}
