"""What a ping pays for: the exact modules that it imports."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from engo.captp import Far

from .peer import environment, serving

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """
import sys
before = set(sys.modules)
from engo.cli import main
code = main(["ping"])
print(*sorted(set(sys.modules) - before))
raise SystemExit(code)
"""
# Nothing of the standard library that is written in Python but __future__.
EXPECTED = """
    __future__ _json _socket itertools
    engo engo.powers engo.powers.paths engo.frames engo.frames.netstring
    engo.cli engo.cli.agent engo.cli.catalog engo.cli.client engo.cli.codes
    engo.cli.entry engo.cli.errors engo.cli.grammar engo.cli.output engo.cli.parser
    engo.cli.verbs engo.cli.verbs.ping
""".split()  # noqa: SIM905  as readable as the list would be long
# All of CapTP is needed but what persists; its files are its own business.
CAPTP = "engo.captp"
NOT_OF_CAPTP = "engo.captp.smallcaps"


def test_ping_imports_nothing_more(folder: Path) -> None:
    with serving(folder, Far("Endo", ping=lambda: "pong")):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env=environment(folder),
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    first, modules = done.stdout.splitlines()
    assert (done.returncode, first, done.stderr) == (0, "ok", "")
    others = [name for name in modules.split() if not name.startswith(CAPTP)]
    assert others == sorted(EXPECTED)
    assert NOT_OF_CAPTP not in modules.split()
