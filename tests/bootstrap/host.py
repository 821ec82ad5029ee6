"""A blocking host of endo workers for these tests: CapTP, console lines, traces.

What is under test is the bootstrap, so this is the shortest way from a Python
session to a worker's facet; the daemon has its own.
"""

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from engo.captp import Promise, RemoteError, Session, Turns, Undefined
from engo.powers.clock import SystemClock
from engo.powers.random import Random, SystemRandom
from engo.worker.core import Starter, WorkerCore, start_child
from engo.worker.errors import GuestError
from engo.worker.events import (
    CapTPReceived,
    ConsoleLine,
    ErrorTraced,
    RejectionReported,
    WorkerStatus,
)
from engo.worker.launch import Launcher
from engo.worker.limits import Limits
from engo.worker.request import Request

TICK = 0.005
"""Seconds that one worker is waited for while others may have something."""
PATIENCE = 4_000
"""Ticks without any news after which a promise counts as stuck."""


class Facet:
    """One worker and the session with it."""

    def __init__(self, launcher: Starter, turns: Turns, random: Random) -> None:
        child = start_child(launcher, "endo", None, None, Limits())
        self.core = WorkerCore(child, Limits(), SystemClock(), bytes(32))
        self.turns = turns
        self.session = Session("Host", turns=turns, gc_imports=True)
        self.lines: list[ConsoleLine] = []
        self.traces: dict[str, GuestError] = {}
        self.rejections: list[GuestError] = []
        self.received: list[bytes] = []  # captp messages, for looking at ids
        self.core.start(random, image=True)
        self.core.flush()
        self.facet = self.session.bootstrap()

    def step(self, seconds: float) -> bool:
        """Move what there is to move; whether something came."""
        self.turns.run()
        for message in self.session.take_outgoing():
            self.core.protocol.captp(message)
        while not self.core.flush():
            self.core.child.wait(TICK, writing=True)
        if not self.core.child.wait(seconds, writing=False):
            return False
        data = self.core.child.read(1 << 18)
        assert data, self.core.protocol.death
        for event in self.core.protocol.receive(data):
            self._take(event)
        assert self.core.protocol.death is None, self.core.protocol.death
        return True

    def _take(self, event: object) -> None:
        if isinstance(event, CapTPReceived):
            self.received.append(event.data)
            self.session.receive(event.data)
        elif isinstance(event, ConsoleLine):
            self.lines.append(event)
        elif isinstance(event, ErrorTraced):
            self.traces[event.error_id] = event.error
        elif isinstance(event, RejectionReported):
            self.rejections.append(event.error)

    def send(self, source: str, name: str = "eval", /, **values: object) -> Promise:
        """`evaluate`, not waited for."""
        return self.turns.send(
            self.facet,
            "evaluate",
            source,
            list(values),
            list(values.values()),
            "id:1",
            Undefined,
            name,
        )

    def status(self) -> WorkerStatus:
        """After a collection of garbage."""
        request = self.core.protocol.status(True)
        self.settle(request)
        return WorkerStatus(**request.outcome())

    def settle(self, request: Request) -> None:
        """Wait for a control request."""
        while not request.done:
            self.step(1.0)


class Host:
    """Workers that can hold one another's objects. A context manager."""

    def __init__(
        self,
        count: int = 1,
        random: Random | None = None,
        launcher: Starter | None = None,
    ) -> None:
        self.turns = Turns()
        self._stack = ExitStack()
        launcher = launcher or self._stack.enter_context(Launcher())
        self.facets: list[Facet] = []
        for _ in range(count):
            facet = Facet(launcher, self.turns, random or SystemRandom())
            self._stack.callback(facet.core.child.close)
            self.facets.append(facet)

    @property
    def one(self) -> Facet:
        return self.facets[0]

    def wait(self, promise: Promise) -> Any:
        """The promise's value; raises its rejection, or fails when it is stuck."""
        idle = 0
        seconds = TICK if len(self.facets) > 1 else TICK * 10
        while True:
            self.turns.run()
            if promise.state == "fulfilled":
                return promise.value
            if promise.state == "rejected":
                assert promise.reason is not None
                raise promise.reason
            news = [facet.step(seconds) for facet in self.facets]
            idle = 0 if any(news) else idle + 1
            assert idle < PATIENCE, "the promise does not settle"

    def evaluate(self, source: str, name: str = "eval", /, **values: object) -> Any:
        """Evaluate in the first worker and wait."""
        return self.wait(self.one.send(source, name, **values))

    def trace_of(self, error: RemoteError) -> GuestError:
        """What the worker reported about an error that it sent."""
        assert error.error_id is not None
        return self.one.traces[error.error_id]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()
