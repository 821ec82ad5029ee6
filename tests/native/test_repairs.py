"""Each repair of XS is seen to work: its guest programs, run in a bare machine.

How repairs are applied is tested in test_repairs_model.py.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from native.xs.repairs import REPAIRS
from tests.native.guest_programs import PROGRAMS, ending, expected, options, script

if TYPE_CHECKING:
    from pathlib import Path

CASES = [
    pytest.param(program, id=f"{repair.name}:{program}")
    for repair in REPAIRS
    for program in repair.programs
]
# A worker never frees its machine piecemeal, and leaks are not what is looked for.
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=0:malloc_context_size=3",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}


def run(shell: Path, program: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(shell), *options, str(program)],
        env={**os.environ, **SANITIZERS},
        capture_output=True,
        encoding="utf-8",
        timeout=int(os.environ.get("ENGO_SHELL_SECONDS", "50")),
        check=False,
    )


# Every chunk of that build is an allocation of its own, which makes growing an array
# quadratic: these two need more memory and time than there is. They are about speed.
TOO_LARGE_FOR_ASAN = frozenset(
    {
        "speed/heap_objects",
        "speed/heap_closures",
        "speed/index_keys_sparse",
        "speed/string_leaps",
        "speed/string_single_characters",
        "speed/weak_many_maps",
    }
)


@pytest.mark.parametrize("program", CASES)
def test_a_repairs_program_prints_what_it_should(
    shell: Path, flavour: str, tmp_path: Path, program: str
) -> None:
    if flavour == "asan" and program in TOO_LARGE_FOR_ASAN:
        pytest.skip("growing arrays is quadratic where each chunk is an allocation")
    if flavour == "asan" and program == "safety/stop-eval-cond":
        pytest.skip("needs 64 MB of C stack there: else a RangeError, rightly")
    source = tmp_path / "program.js"
    source.write_text(script(program), encoding="utf-8")
    done = run(shell, source, *options(program))
    status, told = ending(program)
    assert done.stderr == told
    assert done.stdout == expected(program)
    assert done.returncode == status


def test_every_program_has_its_output_and_belongs_to_a_repair() -> None:
    named = {program for repair in REPAIRS for program in repair.programs}
    present = {
        str(path.relative_to(PROGRAMS).with_suffix(""))
        for path in PROGRAMS.rglob("*.js")
        if "hostile" not in path.parts  # they are to be stopped, not to be right
    }
    assert present == named
    assert all((PROGRAMS / f"{program}.out").is_file() for program in named)


def test_every_repair_has_a_program() -> None:
    assert [repair.name for repair in REPAIRS if not repair.programs] == []


def test_the_shell_tells_an_uncaught_error(shell: Path, tmp_path: Path) -> None:
    program = tmp_path / "fails.js"
    program.write_text("print('first'); throw new TypeError('on purpose');\n")
    done = run(shell, program)
    assert (done.returncode, done.stdout) == (1, "first\n")
    assert "uncaught: TypeError: on purpose" in done.stderr


def test_the_shell_tells_a_rejection(shell: Path, tmp_path: Path) -> None:
    program = tmp_path / "rejects.js"
    program.write_text("Promise.reject(new Error('nobody listens'));\n")
    done = run(shell, program)
    assert done.returncode == 1
    assert "unhandled rejection: Error: nobody listens" in done.stderr


def test_the_shell_tells_an_abort(shell: Path, tmp_path: Path) -> None:
    program = tmp_path / "aborts.js"
    program.write_text("const f = () => 1 + f(); f();\n")
    done = run(shell, program)
    assert done.returncode == 70
    assert "aborted: stack overflow" in done.stderr


@pytest.mark.parametrize(
    "nested",
    [
        "let m = new Map(); for (let i = 0; i < 1e5; i++) m = new Map([[1, m]]);",
        "class P { #n; constructor(n) { this.#n = n; } }\n"
        "let p = null; for (let i = 0; i < 1e5; i++) p = new P(p);",
    ],
    ids=["maps", "private"],
)
def test_what_is_nested_deeply_ends_by_an_abort_and_not_by_a_signal(
    shell: Path, tmp_path: Path, nested: str
) -> None:
    program = tmp_path / "deep.js"
    program.write_text(f"{nested}\ngc();\nprint('unreached');\n")
    done = run(shell, program)
    assert (done.returncode, done.stdout) == (70, "")
    assert "aborted: stack overflow" in done.stderr
