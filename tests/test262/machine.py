"""One run of a test262 test: a fresh machine, an order, and what came of it.

How a machine is made ready is images.py's; what a test asks for is plan.py's.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

from engo.worker.blocking import Worker
from engo.worker.errors import (
    CrankTimeout,
    EngoError,
    GuestError,
    LimitExceeded,
    StuckPromise,
    WorkerDied,
)
from engo.worker.limits import Limits
from tests.test262 import plan
from tests.test262.images import KEY, RAW, READY, Images

if TYPE_CHECKING:
    from pathlib import Path

    from tests.test262.metadata import Negative

PASS: Final = "pass"
FAIL: Final = "fail"
ABORT: Final = "abort"  # the machine ended itself: memory, stack
TIMEOUT: Final = "timeout"
CRASH: Final = "crash"
RESULTS: Final = (PASS, FAIL, ABORT, TIMEOUT, CRASH)
"""From best to worst."""

COMPLETE: Final = "Test262:AsyncTestComplete"
FAILURE: Final = "Test262:AsyncTestFailure:"
DETAIL: Final = 300  # characters
WALL: Final = 60.0  # seconds at least, since computers are busy


def limits_of(seconds: float) -> Limits:
    """The limits of one run that may take so many seconds of CPU."""
    return Limits(cpu=seconds, wall=max(WALL, 6 * seconds))


class Outcome(NamedTuple):
    """What came of a run, and why."""

    result: str
    detail: str = ""


def _failed(detail: str) -> Outcome:
    return Outcome(FAIL, detail[:DETAIL])


class Machine:
    """Runs tests of one checkout, each in a machine of its own."""

    def __init__(self, images: Images, checkout: Path, seconds: float) -> None:
        self._images = images
        self._harness = checkout / "harness"
        self._tests = (checkout / "test").resolve()
        self._limits = limits_of(seconds)
        self._helpers: dict[str, str] = {}

    def run(self, run: plan.Run) -> Outcome:
        """One run; never raises for what a test does."""
        try:
            order = {
                "kind": run.kind,
                "path": run.path,
                "source": run.source,
                "imports": run.imports,
                "includes": [self._helper(name) for name in run.includes],
            }
        except (OSError, UnicodeError) as error:
            return _failed(f"an include cannot be read: {error}")
        try:
            worker = Worker(
                image=RAW if run.kind == plan.RAW else READY,
                launcher=self._images,
                limits=self._limits,
                key=KEY,
                on_call=self._answer,
            )
        except EngoError as error:
            return Outcome(CRASH, f"no machine: {error}"[:DETAIL])
        with worker:
            outcome = _outcome_of(worker, json.dumps(order).encode(), run)
            worker.kill()  # an orderly end would only take time
        return outcome

    def _helper(self, name: str) -> str:
        if name not in self._helpers:
            self._helpers[name] = (self._harness / name).read_text(encoding="utf-8")
        return self._helpers[name]

    def _answer(self, command: bytes) -> bytes:
        """The file that a test imports; only files below test/."""
        path = (self._tests / command.decode()).resolve()
        if not path.is_relative_to(self._tests):
            raise PermissionError(f"expected a path below test/, got {command!r}")
        return path.read_bytes()


def _outcome_of(worker: Worker, order: bytes, run: plan.Run) -> Outcome:
    try:
        told = worker.deliver(order)
    except StuckPromise:
        return _failed("the module never came to its end")
    except GuestError as error:
        return _failed(f"a helper failed: {error}")
    except CrankTimeout as error:
        return Outcome(TIMEOUT, str(error))
    except LimitExceeded as error:
        return Outcome(ABORT, error.reason)
    except WorkerDied as error:
        return Outcome(CRASH, f"{error.reason} ({error.status})")
    except EngoError as error:
        return _failed(f"{type(error).__name__}: {error}")
    if not isinstance(told, str):
        return _failed(f"expected an answer as text, got {told!r}")
    lines = [line.text for line in worker.console]
    return judge(told, lines, run.negative, waits=run.waits)


def judge(
    told: str, printed: list[str], negative: Negative | None, *, waits: bool
) -> Outcome:
    """What a run means that came to its end.

    `told` is "" or the name of the error's constructor, a newline, and its text.
    """
    name, _, text = told.partition("\n")
    if negative is not None:
        if not told:
            return _failed(f"expected {negative.type}, came to its end")
        if name != negative.type:
            return _failed(f"expected {negative.type}, got {name}: {text}")
        return Outcome(PASS)
    if told:
        return _failed(text if text.startswith(name) else f"{name}: {text}")
    if not waits:
        return Outcome(PASS)
    for line in printed:
        if line.startswith(FAILURE):
            return _failed(line.removeprefix(FAILURE).strip())
    if COMPLETE in printed:
        return Outcome(PASS)
    return _failed("expected a word that it is done, got none")
