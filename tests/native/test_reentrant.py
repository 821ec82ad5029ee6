"""Random calls whose guests interfere: nothing crashes, what is fixed stays.

A few seconds with a new seed each time; `make fuzz` does it for longer, with the
sanitizers. ENGO_SEED repeats what failed.
"""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING

from tests.differential.reentrant import judged, program

if TYPE_CHECKING:
    from pathlib import Path

PROGRAMS = 12
CALLS = 150


def test_the_same_seed_makes_the_same_calls() -> None:
    assert program(7, 40) == program(7, 40)
    assert program(7, 40)[0] != program(8, 40)[0]


def test_no_call_in_the_middle_of_another_breaks_anything(shell: Path) -> None:
    first = int(os.environ.get("ENGO_SEED") or Random().randrange(1 << 30))
    print(f"ENGO_SEED={first}")
    for seed in range(first, first + PROGRAMS):
        finding = judged(shell, seed, CALLS, 50)
        assert finding is None, f"seed {seed}: {finding.what}\n{finding.call}"


def test_what_changes_a_fixed_object_is_told(shell: Path, tmp_path: Path) -> None:
    _, source = program(1, 3)
    broken = source.replace(
        "run(calls, 0)", "run([() => { delete fixed.a }], 0)"
    ).replace("const steady = [", "const fixed = { a: 1 };\nconst steady = [\n  ")
    broken = broken.replace(
        "\nconst run =", "\nwatched.set(fixed, [shape(fixed), false]);\nconst run ="
    ).replace("if (!steady.includes(o)) watched", "if (0) watched")
    finding = judged(shell, 1, 3, 50, broken)
    assert finding is not None
    assert finding.what.startswith("BROKEN changed")
