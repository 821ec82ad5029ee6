"""The command line pays for what this room imports, so it is only builtins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"

PROGRAM = """
import sys
before = set(sys.modules)
import engo.captp, engo.frames.netstring
print(*sorted(set(sys.modules) - before), sep="\\n")
"""


def test_nothing_but_builtins_is_imported() -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=True,
    )
    names = {name for name in result.stdout.split() if not name.startswith("engo")}
    assert names <= {"__future__", "_json", "itertools", "_weakref"}
