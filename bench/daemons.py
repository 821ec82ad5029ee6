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

from engo.cli.client import Client


@contextlib.contextmanager
def running() -> Iterator[Sequence[str]]:
    """Start a daemon; the command that speaks to it; stop it at the end."""
    installed = Path(sys.executable).with_name("engo")
    engo = (str(installed),) if installed.exists() else (sys.executable, "-m", "engo")
    with tempfile.TemporaryDirectory() as root:
        for name in ("STATE_HOME", "RUNTIME_DIR", "CACHE_HOME"):
            os.environ[f"XDG_{name}"] = f"{root}/{name.lower()}"
        for name in ("ENGO_SOCK", "ENDO_SOCK"):
            os.environ.pop(name, None)
        subprocess.run([*engo, "start"], check=True)
        try:
            yield engo
        finally:
            subprocess.run([*engo, "stop"], check=True)


def socket_figures() -> str:
    """Round trips of one connection: ping, warm and cold evaluations, storing."""
    from engo.powers.paths import Paths  # the environment was set after start

    paths = Paths.from_environment(os.environ)
    idle = memory_mb(int(Path(paths.pid).read_text()))
    table = Table("Through the daemon's socket, one connection, median")
    table.at_most("idle daemon resident", idle, 45, "MB")
    with Client.connect(paths.socket) as client:
        endo = client.bootstrap()
        host = client.wait(client.send(endo, "host"))

        def evaluate(worker: str) -> object:
            return client.wait(
                client.send(host, "evaluate", worker, "1+1", [], [], None)
            )

        def ping() -> object:
            return client.wait(client.send(endo, "ping"))

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
    return str(table)
