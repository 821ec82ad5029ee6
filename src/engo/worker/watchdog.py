"""The watchdog's judgement: when a crank has had enough. Pure; no clock inside.

Metering is no time limit: some builtins run for minutes between two meterings.
So the shell looks now and then (`interval`), tells what it saw, and obeys.
Waiting for the host's synchronous answer or in the debugger does not count.
"""

from enum import Enum
from typing import Final

from engo.powers.page import IDLE, RUNNING, STARTING
from engo.worker.limits import Limits

GRACE: Final = 0.3
"""Seconds between the interrupt and the kill."""


class Verdict(Enum):
    """What the shell is to do."""

    GO_ON = "go on"
    REST = "rest"  # the machine is idle: no need to look until something is sent
    INTERRUPT = "interrupt"
    KILL = "kill"


class Watchdog:
    """Watches the cranks of one worker."""

    __slots__ = (
        "_asked",
        "_asked_since",
        "_cpu_base",
        "_crank",
        "_interrupted",
        "_limits",
        "_running",
        "_then",
        "_wall",
        "interval",
        "reason",
    )

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.interval = min(0.25, limits.cpu / 8, limits.wall / 8)  # seconds
        self.reason = ""  # why it said INTERRUPT
        self._interrupted: float | None = None  # when it said INTERRUPT
        self._asked = False  # the owner has interrupted
        self._asked_since: float | None = None  # a crank was seen running since then
        self._crank = -1  # the crank it has seen last
        self._cpu_base = 0.0  # the worker's CPU time when it first saw the crank

        self._wall = 0.0  # seconds of the crank so far
        self._then = 0.0  # when it last looked
        self._running = False  # whether the crank ran then

    def asked(self) -> None:
        """The owner has interrupted: a crank that goes on regardless is killed."""
        self._asked = True

    def look(self, now: float, cpu: float, state: int, cranks: int) -> Verdict:
        """Judge: monotonic seconds, the child's CPU seconds, the page's two words."""
        if self._interrupted is not None:
            late = now - self._interrupted >= GRACE
            return Verdict.KILL if late else Verdict.GO_ON
        running = state in (RUNNING, STARTING)
        if self._asked and self._ignores(now, running):
            return Verdict.KILL
        if cranks != self._crank:
            self._crank = cranks
            self._cpu_base = cpu
            self._wall = 0.0
        elif running and self._running:
            self._wall += now - self._then
        self._then = now
        self._running = running
        if state == IDLE:
            return Verdict.REST
        if not running:
            return Verdict.GO_ON
        used = cpu - self._cpu_base
        if used > self._limits.cpu:
            return self._condemn(now, f"{self._limits.cpu:g} seconds of CPU")
        if self._wall > self._limits.wall:
            return self._condemn(now, f"{self._limits.wall:g} seconds of time")
        return Verdict.GO_ON

    def _ignores(self, now: float, running: bool) -> bool:
        if not running:
            self._asked_since = None
        elif self._asked_since is None:
            self._asked_since = now
            self.interval = min(self.interval, GRACE / 3)
        return self._asked_since is not None and now - self._asked_since >= GRACE

    def _condemn(self, now: float, limit: str) -> Verdict:
        self._interrupted = now
        self.interval = GRACE / 3
        self.reason = f"a crank took more than {limit}"
        return Verdict.INTERRUPT
