"""One guest program in one test shell: what it did, and what that cost.

For proof.py, which compares two builds. Nothing about repairs belongs here.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Final, NamedTuple

from tests.native.guest_programs import ending, expected, options, script

WALL: Final = 120.0
"""Seconds until a program that sleeps, and so uses no processor, is given up."""


class Run(NamedTuple):
    """A program's end."""

    status: int
    """The exit status, or a signal as a negative number."""
    output: str
    errors: str
    seconds: float
    """Of the processor: what else the computer does hardly counts."""
    faults: int
    """Pages of memory that it touched first."""


def run(shell: Path, program: str, limit: int) -> Run:
    """Run it for at most so many seconds of the processor."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        source = place / "program.js"
        source.write_text(script(program), encoding="utf-8")
        with (place / "out").open("wb") as out, (place / "err").open("wb") as err:
            child = subprocess.Popen(
                [str(shell), *options(program), str(source)],
                env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
            resource.prlimit(child.pid, resource.RLIMIT_CPU, (limit, limit + 1))
            timer = threading.Timer(WALL, child.kill)
            timer.start()
            # Not Popen's wait: that one does not tell what was used.
            _, status, used = os.wait4(child.pid, 0)
            timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        output, errors = (
            (place / name).read_bytes().decode("utf-8", "surrogateescape")
            for name in ("out", "err")
        )
    return Run(
        child.returncode, output, errors, used.ru_utime + used.ru_stime, used.ru_minflt
    )


def wrong(done: Run, program: str) -> str:
    """How the end is not what it should be; "" when it is."""
    if done.status == -signal.SIGXCPU:
        return "no end"
    if done.status < 0:
        return f"signal {-done.status}"
    if "runtime error:" in done.errors or "AddressSanitizer" in done.errors:
        return "a sanitizer's report"
    if done.output != expected(program):
        return "other output"
    if (done.status, done.errors) != ending(program):
        return "another end"
    return ""
