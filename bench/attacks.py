"""How long a neighbour's evaluation takes while guests attack, on every engine."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import anyio
from measure import Table, machine, median

import engo
from engo.testing import attacks
from engo.testing.attack_run import Outcome, run_attack
from engo.testing.recursions import RECURSIONS
from engo.worker.wasm_child import WasmChildLauncher
from engo.worker.wasm_inprocess import WasmLauncher

GROUPS = {
    "endless loops": attacks.LOOPS,
    "patterns": attacks.PATTERNS,
    "built-ins that look at nothing": attacks.BUILTINS,
    "promises": attacks.QUEUES,
    "memory": attacks.GROWTH,
    "names": attacks.NAMES,
    "recursions": RECURSIONS,
    "console floods": attacks.CONSOLE_FLOODS,
    "command floods": attacks.COMMAND_FLOODS,
}
GOAL = 100.0  # ms


@contextlib.contextmanager
def launchers() -> Iterator[dict[str, Any]]:
    """A launcher of each engine."""
    with (
        engo.Launcher() as native,
        WasmLauncher() as wasm,
        WasmChildLauncher() as child,
    ):
        yield {"native": native, "wasm": wasm, "wasm-child": child}


def _run(launcher: Any, attack: attacks.Attack) -> Outcome:
    def open_worker(**options: Any) -> Any:
        return engo.open_worker(launcher=launcher, **options)

    return anyio.run(lambda: run_attack(open_worker, attack, on_call=bytes))


def figures(name: str, launcher: Any) -> str:
    """The slowest round trip of a neighbour in each group of attacks."""
    table = Table(f"A neighbour's slowest evaluation under attack, engine {name}")
    for group, chosen in GROUPS.items():
        found = [_run(launcher, attack) for attack in chosen.values()]
        slowest = [outcome.slowest * 1000 for outcome in found]
        what = f"{len(found)} {group}"
        table.at_most(what, max(slowest), GOAL, "ms")
        table.plain(f"{what}, median of the slowest", median(slowest), "ms")
    return str(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    print(f"Measured on {machine()}.\n")
    with launchers() as made:
        for name, launcher in made.items():
            print(figures(name, launcher), flush=True)


if __name__ == "__main__":
    main()
