"""Many named workers that rest: what they cost while they do, and to wake one.

python bench/suspended.py --workers 10000 --engine wasm --objects
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from daemons import running
from measure import Table, machine, memory_mb, seconds

from engo.captp import Promise, Undefined
from engo.cli.client import Client
from engo.powers.paths import Paths

AT_ONCE = 50
SAMPLES = 200
COUNTER = "let n = 0; Far('Counter', { incr: () => ++n })"
KIB = 1024.0


def disk_mb(folder: str) -> float:
    done = subprocess.run(["du", "-sk", folder], capture_output=True, check=True)
    return int(done.stdout.split()[0]) / KIB


def _run(command: list[str]) -> None:
    subprocess.run(command, capture_output=True, check=True)


def share(values: list[float], part: float) -> float:
    """The value that a part of all values is at most, in milliseconds."""
    return sorted(values)[int(part * (len(values) - 1))] * 1000


class Host:
    """Calls on the host over one connection."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._host = client.wait(client.send(client.endo, "host"))

    def send(self, method: str, *args: object) -> Promise:
        return self.client.send(self._host, method, *args)

    def call(self, method: str, *args: object) -> object:
        return self.client.wait(self.send(method, *args))

    def evaluate(self, worker: str, source: str, name: object = Undefined) -> Promise:
        return self.send("evaluate", worker, source, [], [], name)

    def each(self, names: list[str], ask: Callable[[str], Promise]) -> None:
        """Ask something of each, some at a time."""
        for start in range(0, len(names), AT_ONCE):
            asked = [ask(name) for name in names[start : start + AT_ONCE]]
            for promise in asked:
                self.client.wait(promise)


def make(host: Host, names: list[str], engine: str, objects: bool) -> None:
    """Make the workers, each with an object or a number, and suspend them."""
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        host.each(some, lambda name: host.send("spawnWorker", name, engine))
        if objects:
            host.each(some, lambda name: host.evaluate(name, COUNTER, f"c-{name}"))
        else:
            host.each(some, lambda name: host.evaluate(name, "1"))
        host.each(some, lambda name: host.send("suspendWorker", name))


def wake_and_rest(host: Host, names: list[str]) -> tuple[list[float], list[float]]:
    woken, rested = [], []
    for name in names:
        woken.append(seconds(partial(host.call, "resumeWorker", name)))
        host.client.wait(host.evaluate(name, "1"))
        rested.append(seconds(partial(host.call, "suspendWorker", name)))
    return woken, rested


def figures(engo: list[str], count: int, engine: str, objects: bool) -> str:
    paths = Paths()
    pid = int(Path(paths.pid_file).read_text())
    names = [f"w{index}" for index in range(count)]
    what = "an object each" if objects else "one evaluation each"
    table = Table(f"{count:,} suspended workers of engine {engine}, {what}")
    with Client(paths.socket) as client:
        host = Host(client)
        make(host, ["first"], engine, objects)
        before = memory_mb(pid)
        descriptors = len(os.listdir(f"/proc/{pid}/fd"))
        made = seconds(lambda: make(host, names, engine, objects))
        table.plain("spawn, evaluate, suspend, one of many", made / count * 1000, "ms")
        after = memory_mb(pid)
        table.plain("daemon resident before", before, "MB")
        table.plain("daemon resident with all of them", after, "MB")
        table.plain("resident, each", (after - before) / count * KIB, "KB")
        disk = disk_mb(paths.suspended)
        table.plain("suspended states on disk (du)", disk, "MB")
        if count == 10_000:
            table.at_most("suspended states of 10,000 on disk", disk, 200, "MB")
        table.plain("state folder on disk (du)", disk_mb(paths.state), "MB")
        opened = len(os.listdir(f"/proc/{pid}/fd")) - descriptors
        table.plain("descriptors more than before", opened, "")
        for method in ("list", "listWorkers"):
            taken = min(seconds(partial(host.call, method)) for _ in range(3))
            table.plain(f"{method} through the socket", taken * 1000, "ms")
        for verb in ("list", "workers"):
            run = partial(_run, [*engo, verb])
            taken = min(seconds(run) for _ in range(3))
            table.plain(f"engo {verb}", taken * 1000, "ms")
        chosen = random.Random(1).sample(names, min(SAMPLES, count))
        woken, rested = wake_and_rest(host, chosen)
        for what, times in (("resume", woken), ("suspend", rested)):
            table.plain(f"{what} through the socket, p50", share(times, 0.5), "ms")
            table.plain(f"{what} through the socket, p95", share(times, 0.95), "ms")
    return str(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=10_000)
    parser.add_argument("--engine", choices=("wasm", "wasm-child"), default="wasm")
    parser.add_argument("--objects", action="store_true", help="a named object in each")
    options = parser.parse_args()
    print(f"Measured on {machine()}.\n")
    with running(ENGO_SUSPEND_AFTER="never") as engo:
        print(figures(list(engo), options.workers, options.engine, options.objects))


if __name__ == "__main__":
    main()
