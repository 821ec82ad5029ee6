"""The worker link as a state machine without I/O.

Requests become bytes, bytes become answers and events; both the blocking and the
async worker are thin shells around this. No os, no clock, no waiting here: `now`
(milliseconds since 1970) is an argument.

    starting ──ready──► ready ──abort, end of stream, violation──► dead

The trick for speed: the message that matters most, a plain result that is one whole
record, is taken without the reader, the assembler and the general checks.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engo.frames.constants import (
    CAPTP,
    CONSOLE,
    CONTROL,
    LINK_VERSION,
    MAX_ID,
)
from engo.frames.control import (
    DELIVER_SHORT,
    EVALUATE_SHORT,
    MAX_DELIVER_HEAD,
    MAX_EVALUATE_HEAD,
    Control,
    ControlPacker,
    decode_console,
    decode_control,
    deliver_record,
    evaluate_record,
)
from engo.frames.errors import RemoteProtocolError
from engo.frames.fragments import Assembler, Message, write_message
from engo.frames.records import RecordReader
from engo.worker.arguments import check_bytes, check_str
from engo.worker.batch import Batch, batch_parts
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

FIRST_ID = 65_536
"""The smallest id of a request: all then take five bytes, see `results`."""

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


class WorkerProtocol:
    """One link, seen from the supervisor."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.ready = False  # `ready` has come
        self.death: WorkerDied | None = None  # why the worker has ended
        self.verdict: WorkerDied | None = None  # what our own interrupt or kill means
        self.sent = 0  # messages made
        self.broken = False  # the worker must be killed: it broke the protocol
        self.meter = 0  # computrons of the last crank that ended
        self._next_id = FIRST_ID
        self._requests: dict[int, Request] = {}  # sent and not done
        self._batch: Batch | None = None  # answers that are still to come
        self._commands: dict[int, bool] = {}  # guest commands to answer; sync?
        self._outgoing: list[bytes] = []
        self._pack = ControlPacker().pack
        self._reader = RecordReader()
        # The longest data of a deliver that is one record and within the limit.
        self._short = min(DELIVER_SHORT, limits.message - MAX_DELIVER_HEAD)
        self._short_source = min(EVALUATE_SHORT, limits.message - MAX_EVALUATE_HEAD)
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

    # What is asked of the worker

    def start(self, *, seed: bytes, now: float, image: bool) -> None:
        """Must be the first message; answered by WorkerReady."""
        limits = self.limits
        self._send(
            {
                "op": "start",
                "heap": limits.heap,
                "stack": limits.stack,
                "meter": limits.meter,
                "message": limits.message,
                "seed": seed,
                "now": now,
                "image": image,
            }
        )

    def evaluate(self, source: str, name: str, now: float) -> Request:
        """Evaluate a program.

        Raises UsageError for what is no str, LocalProtocolError when it is too long.
        """
        check_str(source, "source")
        check_str(name, "name")
        number = self._new_id()
        if name == "eval" and len(source) <= self._short_source:
            data = source.encode("utf-8", "surrogatepass")
            if len(data) <= self._short_source:
                self._outgoing.append(evaluate_record(number, data, now))
                return self.expect(number)
        self._send(
            {"op": "evaluate", "id": number, "source": source, "name": name, "now": now}
        )
        return self.expect(number)

    def deliver(self, data: bytes, now: float) -> Request:
        """Call the guest's handleCommand with an ArrayBuffer.

        Raises UsageError for what is not bytes-like, LocalProtocolError when it is
        too long.
        """
        data = check_bytes(data)
        number = self._new_id()
        if len(data) <= self._short:
            self._outgoing.append(deliver_record(number, data, now))
        else:
            self._send({"op": "deliver", "id": number, "data": data, "now": now})
        return self.expect(number)

    @property
    def alone(self) -> bool:
        """Whether nothing is outstanding, half sent or half received."""
        return not (
            self._requests
            or self._outgoing
            or self._commands
            or self.death
            or self._batch
            or self._reader.pending
        )

    def lone_evaluate(self, source: str, now: float) -> tuple[int, bytes] | None:
        """The id and record of a short `evaluate`; None when it is not short.

        The caller sends the record and, unless its answer comes at once, calls
        `expect`.
        """
        if type(source) is not str or len(source) > self._short_source:
            return None
        data = source.encode("utf-8", "surrogatepass")
        if len(data) > self._short_source:
            return None
        number = self._new_id()
        return number, evaluate_record(number, data, now)

    def lone_deliver(self, data: bytes, now: float) -> tuple[int, bytes] | None:
        """The id and record of a short `deliver`; see `lone_evaluate`."""
        if type(data) is not bytes or len(data) > self._short:
            return None
        number = self._new_id()
        return number, deliver_record(number, data, now)

    def deliver_batch(
        self, messages: list[bytes], now: float
    ) -> tuple[Batch, Iterator[bytes]] | None:
        """`deliver` them all: the batch, and the bytes to write in parts.

        None when some are too long for one record or other requests are
        outstanding; deliver them one by one then.
        """
        self._check_alive()
        if self._requests or self._batch or max(map(len, messages)) > self._short:
            return None
        first = self._next_id
        if first + len(messages) > MAX_ID:
            first = FIRST_ID
        self._next_id = first + len(messages)
        self._batch = batch = Batch(first, len(messages))
        return batch, batch_parts(messages, first, now)

    def snapshot(self) -> Request:
        """Answered by ChunkReceived events, then done."""
        number = self._new_id()
        self._send({"op": "snapshot", "id": number})
        return self.expect(number)

    def status(self, collect: bool) -> Request:
        """The value is a map of numbers; `collect` collects garbage first."""
        number = self._new_id()
        self._send({"op": "status", "id": number, "collect": collect})
        return self.expect(number)

    def reply(self, command: int, data: bytes, now: float) -> None:
        """Answer a command of the guest.

        Raises LocalProtocolError for a longer answer than the link carries; the
        command is then still open.
        """
        self._send({"op": "reply", "id": command, "data": data, "now": now})
        self._commands.pop(command, None)

    def reply_error(self, command: int, text: str, now: float) -> None:
        """Answer a command of the guest with an Error of this message."""
        self._send({"op": "reply", "id": command, "error": text, "now": now})
        self._commands.pop(command, None)

    def clock(self, now: float) -> None:
        """Set the machine's clock, for messages that carry none."""
        self._send({"op": "clock", "now": now})

    def captp(self, message: bytes) -> None:
        """Send one captp0 message."""
        message = check_bytes(message)
        self._check_alive()
        self.sent += 1
        self._outgoing.append(write_message(CAPTP, message, self.limits.message))

    def exit(self) -> None:
        """Ask the worker to flush and to end."""
        self._send({"op": "exit"})

    def take_outgoing(self) -> bytes:
        """The bytes to write, in order; taken once."""
        outgoing = self._outgoing
        if len(outgoing) == 1:
            return outgoing.pop()
        data = b"".join(outgoing)
        outgoing.clear()
        return data

    def send(self, data: bytes) -> None:
        """Bytes of `deliver_batch` take their place in what goes out."""
        self.sent += 1
        self._outgoing.append(data)

    @property
    def has_outgoing(self) -> bool:
        """Whether there is something to write."""
        return bool(self._outgoing)

    @property
    def outstanding(self) -> int:
        """Requests whose answer has not come."""
        return len(self._requests)

    @property
    def running(self) -> bool:
        """Whether some request's crank has not ended yet."""
        return self._batch is not None or any(
            not request.cranks for request in self._requests.values()
        )

    @property
    def open_commands(self) -> int:
        """Commands of the guest that are not answered."""
        return len(self._commands)

    @property
    def waits_for_reply(self) -> bool:
        """Whether the guest's machine stands still for an answer."""
        return bool(self._commands) and any(self._commands.values())

    # What comes from the worker

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
        self._commands.clear()
        return self._fail_all(self.death)

    def close(self, error: EngoError) -> list[Request]:
        """The owner gives up: fails what is pending with `error`, returns it."""
        if self.death is None:
            self.death = self.verdict or WorkerDied("closed by its owner")
        self._outgoing.clear()
        self._commands.clear()
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

    # Inside

    def _check_alive(self) -> None:
        if self.death is not None:
            raise self.death.again() from self.death.__cause__

    def _new_id(self) -> int:
        self._check_alive()
        number = self._next_id
        while number in self._requests:
            number = number + 1 if number < MAX_ID else FIRST_ID
        self._next_id = number + 1 if number < MAX_ID else FIRST_ID
        return number

    def _send(self, message: Control) -> None:
        self._check_alive()
        self.sent += 1
        self._outgoing.append(
            write_message(CONTROL, self._pack(message), self.limits.message)
        )

    def expect(self, number: int) -> Request:
        """A request of this id has been sent."""
        self.sent += 1
        request = self._requests[number] = Request(number)
        return request

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

    def _on_ready(self, message: Control) -> Event:
        if message["version"] != LINK_VERSION:
            raise RemoteProtocolError(
                f"expected a worker of link version {LINK_VERSION}, got "
                f"{message['version']}; supervisor and worker are of different builds"
            )
        self.ready = True
        return WorkerReady(message["build"], message["engine"])

    def _request(self, message: Control) -> Request:
        number = message["id"]
        request = self._requests.pop(number, None)
        if request is None and self._batch is not None and self._batch.covers(number):
            request = Request(number)
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
        request.done = True
        return request

    def _on_pending(self, message: Control) -> None:
        request = self._request(message)
        if request.cranks:
            raise RemoteProtocolError(
                f"expected the outcome of request {request.id}, got pending twice"
            )
        request.cranks = 1
        self._requests[request.id] = request

    def _on_error(self, message: Control) -> Event:
        request = self._request(message)
        request.error = guest_error(message)
        request.done = True
        return request

    def _on_abort(self, message: Control) -> None:
        self.meter = message["meter"]
        death = died_of_abort(message["reason"])
        if self.verdict is not None and isinstance(death, WorkerInterrupted):
            death = self.verdict
        self.death = death

    def _on_fatal(self, message: Control) -> None:
        """The worker refuses us or its snapshot, and ends by itself."""
        self.death = WorkerDied(f"it gave up: {message['message'][:500]}")

    def _on_call(self, message: Control) -> Event:
        number = message["id"]
        if number in self._commands:
            raise RemoteProtocolError(
                f"expected a new id for a command, got {number} twice"
            )
        if len(self._commands) >= self.limits.commands:
            raise LimitExceeded(
                f"more than {self.limits.commands} commands wait for an answer"
            )
        self._commands[number] = message["sync"]
        return CommandReceived(number, message["data"], message["sync"])

    def _on_chunk(self, message: Control) -> Event:
        if message["id"] not in self._requests:
            raise RemoteProtocolError(
                f"expected the id of an open snapshot, got {message['id']}"
            )
        return ChunkReceived(message["id"], message["data"])
