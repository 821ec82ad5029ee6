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

import daemons
import processes
import workers
from measure import machine

HERE = Path(__file__).parent
BUILD = HERE.parent / "build" / "bench"
PEER = (
    "node_modules/@agoric/xsnap/xsnap-native/xsnap/build/bin/lin/release/xsnap-worker"
)


def peer_executable() -> Path | None:
    """Install the peers once; None when npm is absent or cannot."""
    if shutil.which("npm") is None:
        return None
    BUILD.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "peers" / "package.json", BUILD)
    shutil.copy(HERE / "peers" / "node_api.mjs", BUILD)
    found = list(BUILD.glob(PEER))
    if not found:
        print("installing the peers (a minute or two)", file=sys.stderr)
        subprocess.run(["npm", "install", "--silent"], cwd=BUILD, check=True)
        found = list(BUILD.glob(PEER))
    return found[0] if found else None


def node_figures() -> dict[str, float] | None:
    if shutil.which("node") is None:
        return None
    done = subprocess.run(
        ["node", "node_api.mjs", "640"], cwd=BUILD, capture_output=True, check=True
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=int, default=1000, help="idle workers to start")
    parser.add_argument("--only", choices=("workers", "daemon", "idle"))
    options = parser.parse_args()
    print(f"Measured on {machine()}.\n")
    if options.only in (None, "workers"):
        executable = peer_executable()
        if executable is None:
            sys.exit("no peer: npm is needed to install @agoric/xsnap into build/bench")
        print(workers.starts(executable))
        print(workers.traffic(executable, node_figures()))
        print(workers.snapshots(executable))
    if options.only in (None, "daemon"):
        with daemons.running() as engo:
            print(daemons.socket_figures())
            print(processes.command_line(engo))
    if options.only in (None, "idle"):
        print(workers.idle(options.idle))


if __name__ == "__main__":
    main()
