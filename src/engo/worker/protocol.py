"""The worker link as a state machine without I/O.

Requests become bytes, bytes become answers and events; both the blocking and the
async worker are thin shells around this. No os, no clock, no waiting here: `now`
(milliseconds since 1970) is an argument.

    starting ──ready──► ready ──abort, end of stream, violation──► dead

The trick for speed: the message that matters most, a plain result that is one whole
record, is taken without the reader, the assembler and the general checks.
"""

from typing import TYPE_CHECKING

from engo.frames.constants import (
    CAPTP,
    CONSOLE,
    CONTROL,
    LINK_VERSION,
)
from engo.frames.control import (
    Control,
    decode_console,
    decode_control,
)
from engo.frames.errors import RemoteProtocolError
from engo.frames.fragments import Assembler, Message
from engo.worker.asking import Asking
from engo.worker.errors import (
    EngoError,
    GuestError,
    LimitExceeded,
    WorkerDied,
    WorkerInterrupted,
    died_of_abort,
)
from engo.worker.events import (
    CapTPReceived,
    ChunkReceived,
    CommandReceived,
    ConsoleLine,
    ErrorTraced,
    RejectionReported,
    WorkerReady,
)
from engo.worker.limits import MIB, Limits
from engo.worker.request import Request
from engo.worker.results import settle_plain_results
from engo.worker.values import guest_error, result_value, traced_error

if TYPE_CHECKING:
    from collections.abc import Callable

Event = (
    WorkerReady
    | CommandReceived
    | ConsoleLine
    | CapTPReceived
    | ErrorTraced
    | RejectionReported
    | ChunkReceived
    | Request
)
"""What `receive` reports; a Request is reported when it is done."""


class WorkerProtocol(Asking):
    """One link, seen from the supervisor."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.ready = False  # `ready` has come
        self.verdict: WorkerDied | None = None  # what our own interrupt or kill means
        self.broken = False  # the worker must be killed: it broke the protocol
        self.meter = 0  # computrons of the last crank that ended
        # An error's stack may be longer than a low message limit.
        self._assembler = Assembler(max(limits.message, MIB))
        self._handlers: dict[str, Callable[[Control], Event | None]] = {
            "ready": self._on_ready,
            "result": self._on_result,
            "pending": self._on_pending,
            "error": self._on_error,
            "abort": self._on_abort,
            "fatal": self._on_fatal,
            "call": self._on_call,
            "chunk": self._on_chunk,
            "rejection": lambda m: RejectionReported(traced_error(m)),
            "trace": lambda m: ErrorTraced(m["error"], traced_error(m)),
        }

    def receive(self, data: bytes) -> list[Event]:
        """The events that these bytes complete, in order.

        Raises nothing: when the worker breaks the protocol or floods, `death` and
        `broken` are set, and the caller kills it and calls `died`.
        """
        events: list[Event] = []
        if not (self._reader.pending or self._assembler.inside(CONTROL)):
            batch = self._batch
            if batch is not None:
                taken, meter = batch.take(data), batch.meter
                if not batch.left:
                    self._batch = None
            else:
                taken, meter = settle_plain_results(data, self._requests, events)
            if taken:
                self.meter = meter
                if taken == len(data):
                    return events
                data = data[taken:]
        try:
            self._messages(data, events)
        except LimitExceeded as death:
            self._break(death)
        except RemoteProtocolError as error:
            broken = WorkerDied(f"it broke the protocol of its link: {error}")
            broken.__cause__ = error
            self._break(broken)
        return events

    def _messages(self, data: bytes, events: list[Event]) -> None:
        add = self._assembler.add
        for record in self._reader.feed(data):
            message = add(record)
            if message is not None:
                event = self._dispatch(*message)
                if event is not None:
                    events.append(event)

    def _break(self, death: WorkerDied) -> None:
        self.broken = True
        if self.death is None:
            self.death = death

    def died(self, death: WorkerDied) -> list[Request]:
        """The stream has ended: fails what is pending and returns it.

        A death that the worker announced, or a `verdict` of ours, stands; `death`
        only adds the exit status to it.
        """
        if self.death is None:
            self.death = self.verdict or death
        if self.death.status is None:
            self.death.status = death.status
        self._outgoing.clear()
        self.commands.clear()
        return self._fail_all(self.death)

    def close(self, error: EngoError) -> list[Request]:
        """The owner gives up: fails what is pending with `error`, returns it."""
        if self.death is None:
            self.death = self.verdict or WorkerDied("closed by its owner")
        self._outgoing.clear()
        self.commands.clear()
        return self._fail_all(error)

    def _fail_all(self, death: EngoError) -> list[Request]:
        if self._batch is not None:
            self._batch.fail(death, Request)
            self._batch = None
        failed = list(self._requests.values())
        self._requests.clear()
        for request in failed:
            request.error = death
            request.done = True
        return failed

    def _dispatch(self, channel: int, message: Message) -> Event | None:
        if channel == CONTROL:
            return self._control(message)
        if channel == CONSOLE:
            return ConsoleLine(*decode_console(message))
        if channel == CAPTP:
            return CapTPReceived(bytes(message))
        raise RemoteProtocolError(
            f"expected control, captp or console messages, got channel {channel}"
        )

    def _control(self, message: Message) -> Event | None:
        control = decode_control(message)
        op = control["op"]
        if self.ready is (op == "ready") and op not in ("fatal", "abort"):
            raise RemoteProtocolError(f"expected ready first and once, got {op}")
        return self._handlers[op](control)

    def resumed(self) -> None:
        """The machine goes on where it was suspended; it said `ready` long ago."""
        self.ready = True

    def _on_ready(self, message: Control) -> Event:
        if message["version"] != LINK_VERSION:
            raise RemoteProtocolError(
                f"expected a worker of link version {LINK_VERSION}, got "
                f"{message['version']}; supervisor and worker are of different builds"
            )
        self.ready = True
        return WorkerReady(message["build"], message["engine"])

    def _request(self, message: Control) -> Request:
        """The open request of an answer; stays open, so that it fails with a lie."""
        number = message["id"]
        request = self._requests.get(number)
        if request is None and self._batch is not None and self._batch.covers(number):
            request = self._requests[number] = Request(number)
            self._batch.adopt(request)
            if not self._batch.left:
                self._batch = None
        if request is None:
            raise RemoteProtocolError(
                f"expected the id of an open request, got {message['id']}"
            )
        self.meter = request.meter = message["meter"]
        return request

    def _on_result(self, message: Control) -> Event:
        request = self._request(message)
        try:
            request.value = result_value(message)
        except GuestError as error:
            request.error = error
        return self._done(request)

    def _done(self, request: Request) -> Request:
        del self._requests[request.id]
        request.done = True
        return request

    def _on_pending(self, message: Control) -> None:
        request = self._request(message)
        if request.cranks:
            raise RemoteProtocolError(
                f"expected the outcome of request {request.id}, got pending twice"
            )
        request.cranks = 1

    def _on_error(self, message: Control) -> Event:
        request = self._request(message)
        request.error = guest_error(message)
        return self._done(request)

    def _on_abort(self, message: Control) -> None:
        self.meter = message["meter"]
        death = died_of_abort(message["reason"], message.get("stack", ""))
        if self.verdict is not None and isinstance(death, WorkerInterrupted):
            self.verdict.stack = death.stack
            death = self.verdict
        self.death = death

    def _on_fatal(self, message: Control) -> None:
        """The worker refuses us or its snapshot, and ends by itself."""
        self.death = WorkerDied(f"it gave up: {message['message'][:500]}")

    def _on_call(self, message: Control) -> Event:
        number = message["id"]
        if number in self.commands:
            raise RemoteProtocolError(
                f"expected a new id for a command, got {number} twice"
            )
        if len(self.commands) >= self.limits.commands:
            raise LimitExceeded(
                f"more than {self.limits.commands} commands wait for an answer"
            )
        self.commands[number] = message["sync"]
        return CommandReceived(number, message["data"], message["sync"])

    def _on_chunk(self, message: Control) -> Event:
        if message["id"] not in self._requests:
            raise RemoteProtocolError(
                f"expected the id of an open snapshot, got {message['id']}"
            )
        return ChunkReceived(message["id"], message["data"])
