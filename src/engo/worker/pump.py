"""How the blocking worker moves bytes: one write, one poll, one read at a time.

It waits for answers, lets the watchdog look, and hands events to the owner's
callables in order. What a request is for is not known here.
"""

from collections import deque
from collections.abc import Callable, Iterator
from threading import get_ident
from typing import Any

from engo.powers.spawn import KILLED_WITHIN, READABLE
from engo.worker.batch import Batch
from engo.worker.commands import NO_HANDLER, CommandHandler, answer_bytes, error_text
from engo.worker.core import WorkerCore
from engo.worker.deaths import death_of_child
from engo.worker.errors import OTHER_THREAD, StuckPromise, UsageError, WorkerDied
from engo.worker.events import (
    ChunkReceived,
    CommandReceived,
    ConsoleLine,
    RejectionReported,
    WorkerReady,
)
from engo.worker.lane import READ_BYTES, Lane
from engo.worker.protocol import Event
from engo.worker.request import Request
from engo.worker.watchdog import GRACE


class Pump:
    """Moves the bytes of one worker."""

    def __init__(
        self,
        core: WorkerCore,
        on_call: CommandHandler | None,
        on_console: Callable[[ConsoleLine], object] | None,
        on_rejection: Callable[[Exception], object] | None,
    ) -> None:
        self._core = core
        self._protocol = core.protocol
        self._child_read = core.child.read
        self._now = core.clock.milliseconds
        self._on_call = on_call
        self._on_console = on_console
        self._on_rejection = on_rejection
        self._events: deque[Event] = deque()  # received and not handled
        self._fence = -1  # how much was sent when the last fence was
        self._next_look = 0.0  # when the watchdog looks at a busy worker
        self._waiting = 0  # the thread that waits for an answer; 0: none
        self.sink: Callable[[bytes], object] | None = None  # takes snapshot chunks

    def wait_ready(self) -> None:
        """Until the machine exists; raises WorkerDied."""
        flushed = self._core.flush()
        while self._core.identity is None:
            self.step(writing=not flushed)
            flushed = self._core.flush()

    def check_thread(self) -> None:
        """Raises UsageError when another thread waits for an answer."""
        if self._waiting and self._waiting != get_ident():
            raise UsageError(OTHER_THREAD)

    def settle(self, request: Request) -> None:
        """Until the request is answered; may be nested in one thread."""
        outer, self._waiting = self._waiting, get_ident()
        try:
            self._settle(request)
        finally:
            self._waiting = outer

    def _settle(self, request: Request) -> None:
        core = self._core
        flushed = core.flush()
        while not request.done:
            if self._events:
                self._drain()
            if request.cranks and self._is_quiet():
                self._check_stuck()
                flushed = core.flush()
            self.step(writing=not flushed)
            if request.done:
                break
            flushed = core.flush()
            self._look_at_busy()

    def finish_lane(self, lane: Lane) -> Any:
        """The value of the request that the fast lane could not finish."""
        request = self._protocol.expect(lane.number)
        if lane.rest:
            self._core.queue(lane.rest)
        if lane.data:
            self._receive(lane.data)
        return self.finish(request)

    def finish(self, request: Request) -> Any:
        self.settle(request)
        return request.outcome()

    def _is_quiet(self) -> bool:
        return not (self._protocol.running or self._protocol.open_commands)

    def _check_stuck(self) -> None:
        """Ask for the status: once it comes, all that was sent before has been done.

        When nothing was sent since the last one, nothing can settle the promise.
        """
        if self._fence == self._protocol.sent:
            self._fence = -1
            raise StuckPromise(
                "expected the promise to settle, but no request and no command is "
                "outstanding; deliver what settles it with submit_evaluate or "
                "submit_deliver before waiting"
            )
        self._protocol.status(collect=False)
        self._fence = self._protocol.sent

    def step(self, *, writing: bool = False) -> None:
        """Wait for bytes and take them; or let the watchdog look."""
        core = self._core
        ready = core.child.wait(core.watchdog.interval, writing=writing)
        if not ready:
            core.look()
        if ready & READABLE:
            self._read()

    def _look_at_busy(self) -> None:
        """A worker that floods is always readable, so `step` never finds it idle."""
        core = self._core
        now = core.clock.monotonic()
        if now >= self._next_look:
            self._next_look = now + core.watchdog.interval
            core.look()

    def _read(self) -> None:
        try:
            data = self._child_read(READ_BYTES)
        except BlockingIOError:
            return
        except BaseException:
            self._core.kill(WorkerDied("its owner was interrupted while reading"))
            raise
        if not data:
            self._end()
            return
        self._receive(data)

    def _receive(self, data: bytes) -> None:
        events = self._protocol.receive(data)
        if len(events) == 1 and type(events[0]) is Request:
            return
        if self._protocol.broken:
            self._core.child.kill()
        self._events.extend(event for event in events if type(event) is not Request)
        self._drain()

    def _drain(self) -> None:
        """Handle events in order; what a raising callable leaves is done later."""
        events = self._events
        while events:
            self._take(events.popleft())

    def _take(self, event: Event) -> None:
        if isinstance(event, ConsoleLine):
            self._core.console.add(event)
            if self._on_console is not None:
                self._on_console(event)
        elif isinstance(event, CommandReceived):
            self._answer(event)
        elif isinstance(event, ChunkReceived):
            if self.sink is not None:
                self.sink(event.data)
        elif isinstance(event, WorkerReady):
            self._core.identify(event)
        elif isinstance(event, RejectionReported) and self._on_rejection is not None:
            self._on_rejection(event.error)

    def _answer(self, command: CommandReceived) -> None:
        try:
            if self._on_call is None:
                raise UsageError(NO_HANDLER)
            answer = answer_bytes(self._on_call(command.data))
            self._protocol.reply(command.id, answer, self._now())
        except (KeyboardInterrupt, SystemExit):
            if self._protocol.death is None:
                self._protocol.reply_error(command.id, "interrupted", self._now())
            raise
        except Exception as error:  # its text goes to the guest, whatever it is
            if self._protocol.death is None:
                text = NO_HANDLER if self._on_call is None else error_text(error)
                self._protocol.reply_error(command.id, text, self._now())

    def _end(self) -> None:
        """The link has ended: the process does, or is made to."""
        child = self._core.child
        status = child.reap(GRACE)
        if status is None:
            child.kill()
            status = child.reap(KILLED_WITHIN)
        self._protocol.died(death_of_child(self._core.child, status))
        if self._core.identity is None:
            assert self._protocol.death is not None
            raise self._protocol.death.again()

    def settle_batch(self, batch: Batch, parts: Iterator[bytes]) -> list[Any]:
        outer, self._waiting = self._waiting, get_ident()
        try:
            return self._settle_batch(batch, parts)
        finally:
            self._waiting = outer

    def _settle_batch(self, batch: Batch, parts: Iterator[bytes]) -> list[Any]:
        core = self._core
        for part in parts:
            core.send(part)
        flushed = core.flush()
        while batch.left:
            self.step(writing=not flushed)
            if self._events or self._protocol.has_outgoing or not flushed:
                self._drain()
                flushed = core.flush()
            self._look_at_busy()
        return batch.values
