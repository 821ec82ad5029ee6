"""`make repairs-proof`: leave out each repair alone and see its programs fail.

Builds a test shell without it below build/out and compares what its programs do, and
what that costs, with the ordinary shell. A repair that others are written upon takes
those with it. Not part of the ordinary tests: it compiles the engine some sixty times,
though only the files that differ.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from native.xs import measure, pipeline
from native.xs.compile import CompileError
from native.xs.flavours import ASAN, NORMAL
from native.xs.repairs import REPAIRS
from native.xs.repairs.states import MISFIT, states

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from native.xs.flavours import Flavour
    from native.xs.repairs import Repair
    from native.xs.repairs.model import Cost

AT_ONCE: Final = 2
LEAST: Final = 5
"""Seconds of the processor that every program may take."""
ROUNDS: Final = 5
"""How often two costs are taken that are close: the least of each is compared."""


class Proof(NamedTuple):
    """What was seen of one repair."""

    repair: Repair
    failed: tuple[str, ...]
    """How, once for each program or test that fails."""
    passed: int
    dependents: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def shown(self) -> bool:
        """Its programs fail without it, or it says why they do not."""
        return not self.trouble and bool(self.failed) is (not self.repair.unshown)

    def __str__(self) -> str:
        if self.trouble:
            text = f"not seen: {self.trouble}"
        elif self.failed:
            ways = Counter(self.failed)
            told = ", ".join(
                f"{n} x {way}" if n > 1 else way for way, n in ways.items()
            )
            text = (
                f"{len(self.failed)} of {len(self.failed) + self.passed} fail: {told}"
            )
            if self.repair.unshown:
                text += "; though it says that none does"
        else:
            text = f"none fails: {self.repair.unshown or 'and nothing says why'}"
        if self.dependents:
            text += f" (with {', '.join(self.dependents)})"
        return f"{self.repair.name:<34} {text}"


def _say_nothing(text: str) -> None:
    """For builds whose words nobody reads."""


def dependents(repair: Repair, stock: Path) -> tuple[str, ...]:
    """What does not fit any more without this one, as it is written upon it."""

    def read(file: str) -> str:
        return (stock / file).read_bytes().decode("utf-8", "surrogateescape")

    rest = [other for other in REPAIRS if other is not repair]
    found, _ = states(rest, read)
    return tuple(name for name, state in found.items() if state == MISFIT)


@cache
def ordinary(shell: Path, program: str) -> measure.Run:
    """What a program does with all repairs; it must be right."""
    done = measure.run(shell, program, 60)
    if how := measure.wrong(done, program):
        raise CompileError(f"{program} fails with all repairs: {how}")
    return done


def dearer(
    shells: tuple[Path, Path], program: str, cost: Cost, first: measure.Run
) -> str:
    """How much dearer it is than with all repairs; "" when that is not enough."""
    with_all = ordinary(shells[0], program)
    plain, without = getattr(with_all, cost.what), getattr(first, cost.what)
    for _ in range(ROUNDS - 1):
        if without < 0.6 * cost.times * plain:
            return ""  # far from it
        again = measure.run(shells[0], program, 60)
        plain = min(plain, getattr(again, cost.what))
        if without > 2 * cost.times * plain:
            break  # far beyond it
        again = measure.run(shells[1], program, 60)
        without = min(without, getattr(again, cost.what))
    if without < cost.times * plain:
        return ""
    unit = "the time" if cost.what == "seconds" else "the pages touched"
    return f"{without / plain:.2g} times {unit}"


def failure(shells: tuple[Path, Path], program: str, cost: Cost) -> str:
    """How a program fails in the second shell and not in the first; "" if it passes."""
    plain = ordinary(shells[0], program)
    times = cost.times if cost.what == "seconds" else 3
    limit = math.ceil(max(LEAST, 2 * times * plain.seconds))
    done = measure.run(shells[1], program, limit)
    return measure.wrong(done, program) or dearer(shells, program, cost, done)


def failed_tests(shell: Path, tests: Sequence[str]) -> tuple[int, int]:
    """How many of the repair's tests fail and pass."""
    if not tests:
        return 0, 0
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *tests],
        cwd=pipeline.ROOT,
        env={**os.environ, "ENGO_SHELL": str(shell)},
        capture_output=True,
        text=True,
        check=False,
    )
    counts = dict.fromkeys(("failed", "passed"), 0)
    for number, word in re.findall(r"(\d+) (failed|passed)", done.stdout):
        counts[word] = int(number)
    return counts["failed"], counts["passed"]


def prove(repair: Repair, pool: ThreadPoolExecutor) -> Proof:
    """Build with and without it and run its programs."""
    flavour: Flavour = ASAN if repair.sanitized else NORMAL
    left_out = (repair.name, *dependents(repair, pipeline.stock(_say_nothing)))
    try:
        shells = (
            pipeline.shell(flavour, _say_nothing),
            pipeline.shell(flavour, _say_nothing, left_out),
        )
        found = list(
            pool.map(lambda one: failure(shells, one, repair.cost), repair.programs)
        )
        failing, passing = failed_tests(shells[1], repair.tests)
    except CompileError as error:
        said = str(error).strip().splitlines()[-1]
        return Proof(repair, (), 0, left_out[1:], said)
    finally:
        # The objects stay: it is linked anew in seconds.
        shutil.rmtree(pipeline.folder_of(flavour, left_out), ignore_errors=True)
        shutil.rmtree(pipeline.tree(_say_nothing, left_out), ignore_errors=True)
    failed = (*filter(None, found), *["a test of it"] * failing)
    passed = len(repair.programs) + failing + passing - len(failed)
    return Proof(repair, failed, passed, left_out[1:])


def proofs(names: Sequence[str]) -> Iterator[Proof]:
    """One for each repair that is asked for; none named: for all."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for repair in REPAIRS:
            if not names or {repair.name, repair.name.partition("_")[0]} & {*names}:
                yield prove(repair, pool)


def main(arguments: Sequence[str] | None = None) -> int:
    """One line for each repair; 1 when one is neither shown nor explained."""
    parser = argparse.ArgumentParser(prog="python -m native.xs.proof")
    parser.add_argument("names", nargs="*", help="only these, as in s01")
    every_shown = True
    for proof in proofs(parser.parse_args(arguments).names):
        print(proof, flush=True)
        every_shown &= proof.shown
    return 0 if every_shown else 1


if __name__ == "__main__":
    sys.exit(main())
