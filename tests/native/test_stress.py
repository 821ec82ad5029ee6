"""The repairs' programs in a build that collects at every allocation.

Only with `--flavour stress` (`make stress`). Safety and correctness programs run whole;
those about speed with their large numbers divided by a hundred, and what they print is
what the ordinary build prints of the same text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from native.xs.repairs import REPAIRS
from tests.native.guest_programs import ending, expected, options, script
from tests.native.test_repairs import run

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

ALL = sorted({program for repair in REPAIRS for program in repair.programs})
WHOLE = [name for name in ALL if not name.startswith("speed/")]
REDUCED = [name for name in ALL if name.startswith("speed/")]
LARGE = re.compile(r"(?<![\w.$'\"])(\d{4,})(?![\w.n'\"])")
POWER = re.compile(r"(?<![\w.$])(\d+)e([4-9])\b")
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
    return run(shell, source, *options(program), "--every", str(EVERY.get(program, 1)))


def reduced(source: str) -> str:
    """The same program with sizes of a hundredth."""
    source = POWER.sub(lambda m: f"{m[1]}e{int(m[2]) - 2}", source)
    return LARGE.sub(lambda m: str(int(m[1]) // 100), source)


def test_sizes_are_reduced_and_nothing_else() -> None:
    assert reduced("for (let i = 0; i < 200000; i++) s += '12345';") == (
        "for (let i = 0; i < 2000; i++) s += '12345';"
    )
    assert reduced("n = 2e5; x = 0x10000; y = 7n ** 6000n; z = 999;") == (
        "n = 2e3; x = 0x10000; y = 7n ** 6000n; z = 999;"
    )


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
    plain = run(shell.parents[1] / "normal" / shell.name, source)
    done = stressed(shell, source, program)
    assert (done.stdout, done.stderr) == (plain.stdout, plain.stderr)
    assert done.returncode == plain.returncode
