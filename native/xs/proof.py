"""`make repairs-proof`: leave out each repair alone and see its programs fail.

Builds a shell for each below build/out and runs the programs' test with it. A repair
that others are written upon takes those with it. Not part of the ordinary tests: it
compiles the engine some sixty times.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from native.xs import pipeline
from native.xs.compile import CompileError
from native.xs.flavours import NORMAL
from native.xs.repairs import REPAIRS
from native.xs.repairs.states import MISFIT, states

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from native.xs.repairs import Repair

SECONDS: Final = "10"
"""For one program: those about speed and those that are to be stopped take for ever."""


class Proof(NamedTuple):
    """What was seen of one repair."""

    repair: Repair
    failed: int
    passed: int
    dependents: tuple[str, ...]
    trouble: str = ""

    @property
    def shown(self) -> bool:
        """Its programs fail without it, or it says why they do not."""
        return not self.trouble and (self.failed > 0) is (not self.repair.unshown)

    def __str__(self) -> str:
        if self.trouble:
            text = f"not built: {self.trouble}"
        elif self.failed:
            text = f"{self.failed} of {self.failed + self.passed} fail"
            if self.repair.unshown:
                text += ", though it says that none does"
        else:
            text = f"none fails: {self.repair.unshown or 'and nothing says why'}"
        if self.dependents:
            text += f" (with {', '.join(self.dependents)})"
        return f"{self.repair.name:<34} {text}"


def dependents(repair: Repair, stock: Path) -> tuple[str, ...]:
    """What does not fit any more without this one, as it is written upon it."""

    def read(file: str) -> str:
        return (stock / file).read_bytes().decode("utf-8", "surrogateescape")

    rest = [other for other in REPAIRS if other is not repair]
    found, _ = states(rest, read)
    return tuple(name for name, state in found.items() if state == MISFIT)


def run_programs(shell: Path, repair: Repair) -> tuple[int, int]:
    """How many of the repair's programs fail and pass."""
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-k", f"{repair.name}:",
            "tests/native/test_repairs.py",
        ],
        cwd=pipeline.ROOT,
        env={**os.environ, "ENGO_SHELL": str(shell), "ENGO_SHELL_SECONDS": SECONDS},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    counts = dict.fromkeys(("failed", "passed"), 0)
    for number, word in re.findall(r"(\d+) (failed|passed)", done.stdout):
        counts[word] = int(number)
    return counts["failed"], counts["passed"]


def prove(repair: Repair) -> Proof:
    """Build without it and run its programs."""
    stock = pipeline.stock(lambda _: None)
    others = dependents(repair, stock)
    try:
        shell = pipeline.shell(NORMAL, lambda _: None, (repair.name, *others))
    except CompileError as error:
        return Proof(repair, 0, 0, others, str(error).strip().splitlines()[-1])
    return Proof(repair, *run_programs(shell, repair), others)


def main(arguments: Sequence[str] | None = None) -> int:
    """One line for each repair; 1 when one is neither shown nor explained."""
    parser = argparse.ArgumentParser(prog="python -m native.xs.proof")
    parser.add_argument("names", nargs="*", help="only these, as in s01")
    names = parser.parse_args(arguments).names
    unshown = 0
    for repair in REPAIRS:
        if names and repair.name.partition("_")[0] not in names:
            continue
        proof = prove(repair)
        sys.stdout.write(f"{proof}\n")
        sys.stdout.flush()
        unshown += not proof.shown
    return 1 if unshown else 0


if __name__ == "__main__":
    sys.exit(main())
