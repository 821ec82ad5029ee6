#!/usr/bin/env bash
# What `make demo` runs: the library, then the daemon, in a state folder of its own.
set -euo pipefail
exec 2>&1 # what fails is part of the show
here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d)
export XDG_STATE_HOME=$root/state XDG_RUNTIME_DIR=$root/run XDG_CACHE_HOME=$root/cache
unset ENGO_SOCK ENDO_SOCK
trap 'engo stop >/dev/null 2>&1 || true; rm -rf "$root"' EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { printf '$ %s\n' "$*"; "$@"; }

say "1. The library: a confined worker, no daemon"
run python "$here/library.py"

say "2. The daemon: evaluate, name, use across two workers"
run engo start
run engo eval '6 * 7'
run engo spawn alice bob
run engo eval 'makeExo("Counter", M.interface("Counter", {}, { defaultGuards: "passable" }), (n => ({ incr: () => (n += 1n) }))(0n))' --worker alice --name counter
run engo eval 'E(counter).incr().then(() => E(counter).incr())' counter --worker bob
run engo run "$here/hello.js" Ada

say "3. What goes wrong is said in one line"
run engo eval 'JSON.parse("{")' || true
run engo eval 'let x = ;' || true
run engo eval 'Date.now()' || true
run engo eval 'nothing.here' || true

say "4. A restart: stored values are there, evaluated ones are made again"
run engo store --json '{"answer": 42, "list": [1, 2, 3]}' --name config
run engo eval 'config.answer * 2' config --name doubled
run engo restart
run engo list
run engo show config
run engo show doubled
run engo stop
