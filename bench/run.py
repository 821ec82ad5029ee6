"""`make bench`: every figure of this project beside its peers, in one run.

Prints Markdown tables; bench/RESULTS.md keeps them with the machine described.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import attacks
import daemons
import peers_setup
import processes
import suspended
import wasm
import workers
from measure import machine


def node_figures() -> dict[str, float] | None:
    if shutil.which("node") is None:
        return None
    done = subprocess.run(
        ["node", "node_api.mjs", "640"],
        cwd=peers_setup.BUILD,
        capture_output=True,
        check=True,
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=int, default=1000, help="idle workers to start")
    parser.add_argument("--suspended", type=int, default=10_000)
    parser.add_argument(
        "--only", choices=("workers", "wasm", "attacks", "daemon", "idle")
    )
    options = parser.parse_args()
    print(f"Measured on {machine()}.\n")
    executable = peers_setup.executable()
    if options.only in (None, "workers"):
        if executable is None:
            sys.exit("no peer: npm is needed to install @agoric/xsnap into build/bench")
        print(workers.starts(executable))
        print(workers.traffic(executable, node_figures()))
        print(workers.snapshots(executable))
    if options.only in (None, "wasm"):
        wasm.tables(executable)
        with daemons.running(ENGO_ENGINE="wasm"):
            print(daemons.cold_figures(5))
        with daemons.running(ENGO_SUSPEND_AFTER="never") as engo:
            print(suspended.figures(list(engo), options.suspended, "wasm", False))
    if options.only in (None, "attacks"):
        with attacks.launchers() as launchers:
            for name, launcher in launchers.items():
                print(attacks.figures(name, launcher))
    if options.only in (None, "daemon"):
        with daemons.running() as engo:
            print(daemons.socket_figures())
            print(processes.command_line(engo))
    if options.only in (None, "idle"):
        print(workers.idle(options.idle))


if __name__ == "__main__":
    main()
