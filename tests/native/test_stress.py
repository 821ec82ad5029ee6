"""The repairs' programs in a build that collects at every allocation.

Only with `--flavour stress` (`make stress`). Safety and correctness programs run whole;
those about speed with their large numbers divided by a hundred, and what they print is
what the ordinary build prints of the same text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from native.xs.repairs import REPAIRS
from tests.native.guest_programs import ending, expected, options, reduced, script
from tests.native.test_repairs import (
    DEEPEST,
    LARGE_STACK,
    assert_as_the_ordinary_build,
    run,
)

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

ALL = sorted({program for repair in REPAIRS for program in repair.programs})
WHOLE = [name for name in ALL if not name.startswith("speed/")]
REDUCED = [name for name in ALL if name.startswith("speed/")]
# It compiles and runs 1,500 patterns, with results of many parts, which would take half
# an hour: it collects at each tenth. The others here make texts and names by the ten
# thousand. All that are not here collect at each allocation.
EVERY = {
    "correctness/character-planes": 1000,
    "correctness/regexp-fuzz": 10,
    "safety/stop-json-colliding": 1000,
}


def stressed(
    shell: Path, source: Path, program: str
) -> subprocess.CompletedProcess[str]:
    under = LARGE_STACK if program == DEEPEST else ()
    every = str(EVERY.get(program, 1))
    return run(shell, source, *options(program), "--every", every, under=under)


@pytest.mark.timeout(1300)
@pytest.mark.parametrize("program", WHOLE)
def test_a_program_runs_whole(shell: Path, tmp_path: Path, program: str) -> None:
    source = tmp_path / "program.js"
    source.write_text(script(program), encoding="utf-8")
    done = stressed(shell, source, program)
    status, told = ending(program)
    assert done.stderr == told
    assert done.stdout == expected(program)
    assert done.returncode == status


@pytest.mark.timeout(1300)
@pytest.mark.parametrize("program", REDUCED)
def test_a_reduced_program_prints_what_it_does_without(
    shell: Path, tmp_path: Path, program: str
) -> None:
    source = tmp_path / "program.js"
    source.write_text(reduced(script(program)), encoding="utf-8")
    assert_as_the_ordinary_build(shell, source, stressed(shell, source, program))
