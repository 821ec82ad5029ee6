"""Whole processes: the command line beside `python -c pass` and `node -e 0`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence

from measure import Table, interleaved, median


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def command_line(engo: Sequence[str]) -> str:
    """`engo ping` and `engo eval` against a daemon that is already running."""
    works = {
        "python": lambda: _run(sys.executable, "-c", "pass"),
        "ping": lambda: _run(*engo, "ping"),
        "eval": lambda: _run(*engo, "eval", "1+1"),
    }
    if node := shutil.which("node"):
        works["node"] = lambda: _run(node, "-e", "0")
    times = interleaved(works, 25)
    ms = {name: median(values) * 1000 for name, values in times.items()}
    table = Table("Whole processes")
    table.plain("python -c pass", ms["python"], "ms")
    if "node" in ms:
        table.plain("node -e 0", ms["node"], "ms")
    table.plain("engo ping", ms["ping"], "ms")
    table.at_most("engo ping / python -c pass", ms["ping"] / ms["python"], 2.5, "times")
    table.plain("engo eval 1+1", ms["eval"], "ms")
    return str(table)
