"""How late each hostile program of the vectors ends after an interrupt, what its
neighbour and the event loop notice, and how large this process becomes.

On every engine, one program at a time, with the default heap of 128 MiB. On a busy
computer all of it is the computer's lateness, too.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import anyio
from attacks import launchers
from measure import Table, machine, median, memory_mb

import engo
from engo.worker import watchdog

FOLDER = Path(__file__).parents[1] / "tests" / "vectors" / "xs-repairs" / "hostile"
PRINT = "const print = () => {};\n"
GOAL = 300.0  # ms after the interrupt
SOON = 100.0  # ms of a neighbour's round trip
LIMITS = engo.Limits(cpu=60.0, wall=120.0)
REST = 0.001  # seconds between two looks of the ones that look


@dataclass
class Seen:
    """One program on one engine, times in ms."""

    name: str
    end: str = "value"
    late: float = 0.0  # 0: it had ended before the interrupt
    trips: list[float] = field(default_factory=list)  # a neighbour's round trips
    stalls: list[float] = field(default_factory=list)  # how late the loop turned
    closing: float = 0.0  # until the worker was closed
    peak: float = 0.0  # MB of this process


def reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


async def strike(launcher: Any, name: str, after: float, seen: Seen) -> None:
    source = PRINT + (FOLDER / name).with_suffix(".js").read_text("utf-8")
    asked: list[float] = []

    async def interrupt(worker: Any) -> None:
        await anyio.sleep(after)
        asked.append(time.perf_counter())
        worker.interrupt()

    async with (
        engo.open_worker(launcher=launcher, limits=LIMITS) as worker,
        anyio.create_task_group() as tasks,
    ):
        await worker.evaluate("1")
        tasks.start_soon(interrupt, worker)
        try:
            await worker.evaluate(source, "hostile.js")
        except engo.EngoError as error:
            seen.end = getattr(error, "reason", "") or str(error)
        ended = time.perf_counter()
        tasks.cancel_scope.cancel()
    seen.closing = (time.perf_counter() - ended) * 1000
    if asked:
        seen.late = (ended - asked[0]) * 1000


async def watch(launcher: Any, neighbour: Any, name: str, after: float) -> Seen:
    seen = Seen(name)
    reset_peak()

    async def trips() -> None:
        while True:
            begun = time.perf_counter()
            await neighbour.evaluate("1", "neighbour.js")
            seen.trips.append((time.perf_counter() - begun) * 1000)
            await anyio.sleep(REST)

    async def turns() -> None:
        while True:
            begun = time.perf_counter()
            await anyio.sleep(REST)
            seen.stalls.append((time.perf_counter() - begun - REST) * 1000)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(trips)
        tasks.start_soon(turns)
        await strike(launcher, name, after, seen)
        tasks.cancel_scope.cancel()
    seen.peak = memory_mb(os.getpid(), "VmHWM")
    return seen


async def all_of(launcher: Any, names: list[str], after: float) -> list[Seen]:
    async with engo.open_worker(launcher=launcher) as neighbour:
        await neighbour.evaluate("1")
        return [await watch(launcher, neighbour, name, after) for name in names]


def figures(engine: str, found: list[Seen]) -> str:
    late = [one for one in found if one.late]
    trips = [time for one in found for time in one.trips]
    slowest = {one.name: max(one.trips, default=0.0) for one in found}
    stalls = {one.name: max(one.stalls, default=0.0) for one in found}
    table = Table(f"{len(found)} hostile programs, 128 MiB, engine {engine}")
    table.plain("ended before the interrupt", len(found) - len(late), "programs")
    table.at_most("late, worst", max(one.late for one in late), GOAL, "ms")
    table.plain("late, median", median([one.late for one in late]), "ms")
    table.at_most("neighbour's slowest, worst", max(slowest.values()), SOON, "ms")
    table.plain("neighbour's slowest, median", median([*slowest.values()]), "ms")
    table.plain("neighbour, median of all", median(trips), "ms")
    table.at_most("the loop's stall, worst", max(stalls.values()), SOON, "ms")
    table.plain("the loop's stall, median", median([*stalls.values()]), "ms")
    table.plain("closing, worst", max(one.closing for one in found), "ms")
    table.plain("this process's peak", max(one.peak for one in found), "MB")
    for one in sorted(late, key=lambda one: -one.late)[:8]:
        table.plain(f"`{one.name}` late ({one.end})", one.late, "ms")
    for name in sorted(stalls, key=lambda name: -stalls[name])[:4]:
        table.plain(f"the loop beside `{name}`", stalls[name], "ms")
    return str(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", help="only this one")
    parser.add_argument("--after", type=float, default=0.3, help="seconds")
    parser.add_argument("names", nargs="*", help="programs; all without")
    chosen = parser.parse_args()
    names = chosen.names or sorted(path.stem for path in FOLDER.glob("*.js"))
    watchdog.GRACE = 20.0  # how late it would be if nobody killed
    print(f"Measured on {machine()}.\n")
    with launchers() as made, contextlib.suppress(KeyboardInterrupt):
        for engine, launcher in made.items():
            if chosen.engine in (None, engine):
                found = anyio.run(all_of, launcher, names, chosen.after)
                print(figures(engine, found), flush=True)


if __name__ == "__main__":
    main()
