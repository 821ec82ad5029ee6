"""Each repair of XS is seen to work: its guest programs, run in a bare machine.

How repairs are applied is tested in test_repairs_model.py.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from native.xs.repairs import REPAIRS
from tests.native.guest_programs import (
    PROGRAMS,
    ending,
    expected,
    options,
    reduced,
    script,
)

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


# Frames are so large with the sanitizers that this program may be through 8 MB of
# stack, which ends in a RangeError, rightly, before it is interrupted.
DEEPEST = "safety/stop-eval-cond"
LARGE_STACK = ("bash", "-c", 'ulimit -s 65536 && exec "$@"', "64 MB of stack:")


def run(
    shell: Path, program: Path, *options: str, under: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """The test shell on a program, itself run by the command `under`."""
    return subprocess.run(
        [*under, str(shell), *options, str(program)],
        env={**os.environ, **SANITIZERS},
        capture_output=True,
        encoding="utf-8",
        timeout=int(os.environ.get("ENGO_SHELL_SECONDS", "50")),
        check=False,
    )


# Every chunk of that build is an allocation of its own, which makes growing an array
# quadratic: these need more memory and time than there is. They are about speed, and
# run with their large numbers divided by a hundred.
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


def assert_as_the_ordinary_build(
    shell: Path, source: Path, done: subprocess.CompletedProcess[str]
) -> None:
    """What the program did in `shell` is what it does in the ordinary build's."""
    plain = run(shell.parents[1] / "normal" / shell.name, source)
    assert (done.stdout, done.stderr) == (plain.stdout, plain.stderr)
    assert done.returncode == plain.returncode


@pytest.mark.parametrize("program", CASES)
def test_a_repairs_program_prints_what_it_should(
    shell: Path, flavour: str, tmp_path: Path, program: str
) -> None:
    source = tmp_path / "program.js"
    if flavour == "asan" and program in TOO_LARGE_FOR_ASAN:
        source.write_text(reduced(script(program)), encoding="utf-8")
        assert_as_the_ordinary_build(shell, source, run(shell, source))
        return
    source.write_text(script(program), encoding="utf-8")
    under = LARGE_STACK if flavour == "asan" and program == DEEPEST else ()
    done = run(shell, source, *options(program), under=under)
    status, told = ending(program)
    assert done.stderr == told
    assert done.stdout == expected(program)
    assert done.returncode == status


def test_sizes_are_reduced_and_nothing_else() -> None:
    assert reduced("for (let i = 0; i < 200000; i++) s += '12345';") == (
        "for (let i = 0; i < 2000; i++) s += '12345';"
    )
    assert reduced("n = 2e5; x = 0x10000; y = 7n ** 6000n; z = 999;") == (
        "n = 2e3; x = 0x10000; y = 7n ** 6000n; z = 999;"
    )


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
