"""Workers as formulas: their incarnations, and when these rest.

A worker's formula lives as long as it is kept. Its machine is started when it is
first needed, and a new one when that one has ended.
"""

from collections import deque
from typing import TYPE_CHECKING

from engo.captp import Exo
from engo.daemon.incarnation import RUNNING, Incarnation
from engo.formula.engines import NATIVE
from engo.formula.ids import FormulaId

if TYPE_CHECKING:
    from engo.daemon.node import Daemon

SUSPENDING_AT_A_TIME = 4
"""Idle workers that are suspended together; more would only hold others up."""
_LOOKS = 4  # for idle workers, in the time after which they are suspended


class EndoWorker(Exo):
    """A worker as peers see it: it has no methods."""


class Workers:
    """The incarnations of a daemon's workers."""

    def __init__(self, daemon: "Daemon") -> None:
        self._daemon = daemon
        self._incarnations: dict[FormulaId, Incarnation] = {}
        self._awake: dict[Incarnation, None] = {}  # may be suspended when idle
        self._idle: deque[Incarnation] = deque()  # found, to be suspended in turn
        self._suspending = 0
        self._looking = False  # a look is to come

    def incarnation(self, worker: FormulaId) -> Incarnation:
        """The present incarnation, a new one when there is none."""
        found = self._incarnations.get(worker)
        if found is None:
            found = self._incarnations[worker] = Incarnation(self._daemon, worker)
        return found

    def find(self, worker: FormulaId) -> Incarnation | None:
        return self._incarnations.get(worker)

    def all(self) -> list[Incarnation]:
        return list(self._incarnations.values())

    def end(self, worker: FormulaId, reason: BaseException) -> None:
        found = self._incarnations.get(worker)
        if found is not None:
            found.end(reason)

    def ended(self, incarnation: Incarnation) -> None:
        self._awake.pop(incarnation, None)
        if self._incarnations.get(incarnation.worker) is incarnation:
            del self._incarnations[incarnation.worker]

    def end_all(self, reason: BaseException) -> None:
        for incarnation in self.all():
            incarnation.end(reason)

    def running(self) -> list[dict[str, object]]:
        """A record of each machine that has a process."""
        return [
            {"id": worker, "number": incarnation.number, "pid": incarnation.pid}
            for worker, incarnation in self._incarnations.items()
            if incarnation.pid is not None
        ]

    # ---- suspending those that idle

    def runs(self, incarnation: Incarnation) -> None:
        """It has been started or resumed."""
        if self._daemon.settings.suspend_after and incarnation.engine != NATIVE:
            self._awake[incarnation] = None
            self._look_later()

    def rests(self, incarnation: Incarnation) -> None:
        """It has been suspended, or will be resumed at once."""
        self._awake.pop(incarnation, None)

    def _look_later(self) -> None:
        after = self._daemon.settings.suspend_after
        if after and self._awake and not self._looking:
            self._looking = True
            self._daemon.outside.later(after / _LOOKS, self._look)

    def _look(self) -> None:
        self._looking = False
        if not self._idle:
            self._idle.extend(each for each in self._awake if self._may_rest(each))
        self._suspend_some()
        self._look_later()

    def _may_rest(self, incarnation: Incarnation) -> bool:
        if incarnation.phase != RUNNING:
            return False
        now = self._daemon.outside.now()
        if incarnation.busy:
            incarnation.active_at = now
        after = self._daemon.settings.suspend_after
        return after is not None and now - incarnation.active_at >= after

    def _suspend_some(self) -> None:
        while self._idle and self._suspending < SUSPENDING_AT_A_TIME:
            incarnation = self._idle.popleft()
            if self._may_rest(incarnation):
                self._suspending += 1
                incarnation.suspend().when(self._suspended, self._suspended)

    def _suspended(self, _: object) -> None:
        self._suspending -= 1
        self._suspend_some()
