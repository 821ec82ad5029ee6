"""Several jobs that share the tests of a run; one that dies or hangs is replaced.

Each job is a process of its own (job.py) with a thread here that feeds it, so a test
that ends its process costs that test and no other.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.test262 import checkout, plan
from tests.test262.machine import CRASH, TIMEOUT, limits_of
from tests.test262.metadata import MetadataError
from tests.test262.report import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ROOT: Final = Path(__file__).parents[2]
PATIENCE: Final = 60.0  # seconds to start in, beside the limits of a test


class JobError(Exception):
    """A job that cannot run any test."""


class Job:
    """One process that runs tests; started when it is needed."""

    def __init__(self, command: Sequence[str], folder: Path, seconds: float) -> None:
        self._command = command
        self._folder = folder
        self._patience = PATIENCE + 2 * limits_of(seconds).wall  # of two runs
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, path: str) -> Verdict:
        """What came of a test; raises JobError when no process can be had."""
        fresh = self._process is None
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(f"{path}\n".encode())
            process.stdin.flush()
        except BrokenPipeError:
            return self._ended(path, CRASH, fresh)
        if not select.select([process.stdout], [], [], self._patience)[0]:
            return self._ended(path, TIMEOUT, fresh=False)
        line = process.stdout.readline()
        if not line.endswith(b"\n"):
            return self._ended(path, CRASH, fresh)
        return Verdict(**json.loads(line))

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        }
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        return self._process

    def _ended(self, path: str, result: str, fresh: bool) -> Verdict:
        """Every run of the test that the process was at counts as ended with it."""
        status = self.close()
        if fresh and status is not None and status > 0:
            raise JobError(
                f"expected a job to run {path}, it ended with status {status}: "
                f"{' '.join(self._command)}"
            )
        try:
            made = plan.plan(path, checkout.source(self._folder, path))
            kinds = [run.kind for run in made.runs]
        except (MetadataError, OSError, UnicodeDecodeError):
            kinds = [plan.RAW]
        detail = f"the job that ran it ended ({status})"
        return Verdict(dict.fromkeys(kinds, result), dict.fromkeys(kinds, detail))

    def close(self) -> int | None:
        """End the process; its status when it had ended by itself."""
        process, self._process = self._process, None
        if process is None:
            return None
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            status: int | None = process.wait(0.2)  # one that fell over is going
        except subprocess.TimeoutExpired:
            status = None
            process.kill()
            process.wait()
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):  # what it did not take is lost
            process.stdin.close()
        return status


def run_all(
    paths: Iterable[str],
    make: Callable[[], Job],
    jobs: int,
    told: Callable[[str, Verdict], None],
) -> None:
    """Run every test in one of the jobs; `told` is called as each is done.

    Raises the first error of a job, or KeyboardInterrupt.
    """
    left = iter(paths)
    lock = threading.Lock()
    errors: list[BaseException] = []

    def serve() -> None:
        job = make()
        try:
            while not errors:
                with lock:
                    path = next(left, None)
                if path is None:
                    return
                verdict = job.run(path)
                with lock:
                    told(path, verdict)
        except BaseException as error:
            errors.append(error)  # raised below, in the thread that called
        finally:
            job.close()

    threads = [threading.Thread(target=serve) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except KeyboardInterrupt as error:  # each job ends with the test it is at
        errors.append(error)
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]


def command(
    mode: str, engine: str, seconds: float, folder: Path, before: Sequence[str]
) -> list[str]:
    """The command line of a job."""
    return [
        *(sys.executable, "-m", "tests.test262.job", mode, engine, str(seconds)),
        *(str(folder.resolve()), *before),
    ]
