"""A daemon in a state folder of its own, timed through its socket."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from measure import Table, median, memory_mb, seconds

from engo.captp import Undefined
from engo.cli.client import Client
from engo.powers.paths import Paths


@contextlib.contextmanager
def running(**settings: str) -> Iterator[Sequence[str]]:
    """Start a daemon; the command that speaks to it; stop it at the end.

    `settings` are variables of its environment.
    """
    installed = Path(sys.executable).with_name("engo")
    engo = (str(installed),) if installed.exists() else (sys.executable, "-m", "engo")
    with tempfile.TemporaryDirectory() as root:
        for name in ("STATE_HOME", "RUNTIME_DIR", "CACHE_HOME"):
            os.environ[f"XDG_{name}"] = f"{root}/{name.lower()}"
        for name in ("ENGO_SOCK", "ENDO_SOCK"):
            os.environ.pop(name, None)
        os.environ.update(settings)
        try:
            subprocess.run([*engo, "start"], check=True)
            try:
                yield engo
            finally:
                subprocess.run([*engo, "stop"], check=True)
        finally:
            for name in settings:
                del os.environ[name]


def socket_figures() -> str:
    """Round trips of one connection: ping, warm and cold evaluations, storing."""
    paths = Paths()
    idle = memory_mb(int(Path(paths.pid_file).read_text()))
    table = Table("Through the daemon's socket, one connection, median")
    table.at_most("idle daemon resident", idle, 45, "MB")
    with Client(paths.socket) as client:
        host = client.wait(client.send(client.endo, "host"))

        def evaluate(worker: str) -> object:
            answer = client.send(host, "evaluate", worker, "1+1", [], [], Undefined)
            return client.wait(answer)

        def ping() -> object:
            return client.wait(client.send(client.endo, "ping"))

        def store(number: int) -> object:
            return client.wait(client.send(host, "storeValue", number, "kept"))

        evaluate("MAIN")
        rows = (
            ("ping", 0.3, [seconds(ping) for _ in range(1000)]),
            (
                "warm eval",
                0.8,
                [seconds(lambda: evaluate("MAIN")) for _ in range(500)],
            ),
            (
                "cold eval (a new worker)",
                15,
                [seconds(lambda n=n: evaluate(f"cold-{n}")) for n in range(30)],
            ),
        )
        for what, goal, times in rows:
            table.at_most(what, median(times) * 1000, goal, "ms")
        stores = [seconds(lambda n=n: store(n)) for n in range(200)]
        table.plain("storeValue, durable when answered", median(stores) * 1000, "ms")
    return str(table)


def cold_figures(goal: float) -> str:
    """The first evaluation of new workers of the daemon's default engine."""
    table = Table(f"Through the daemon's socket, engine {os.environ['ENGO_ENGINE']}")
    with Client(Paths().socket) as client:
        host = client.wait(client.send(client.endo, "host"))

        def evaluate(worker: str) -> object:
            answer = client.send(host, "evaluate", worker, "1+1", [], [], Undefined)
            return client.wait(answer)

        evaluate("MAIN")
        cold = [seconds(lambda n=n: evaluate(f"cold-{n}")) for n in range(60)]
        warm = [seconds(lambda: evaluate("MAIN")) for _ in range(500)]
    table.at_most("cold eval (a new worker), median", median(cold) * 1000, goal, "ms")
    table.at_most("warm eval, median", median(warm) * 1000, 0.8, "ms")
    return str(table)
