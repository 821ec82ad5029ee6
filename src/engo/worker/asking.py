"""What is asked of a worker, as bytes: the sending half of `WorkerProtocol`.

Small requests are made without msgpack's packer; the others are packed maps.
No I/O here: what is made waits in a list until the shell takes it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engo.frames.constants import CAPTP, CONTROL, MAX_ID
from engo.frames.control import (
    DELIVER_SHORT,
    EVALUATE_SHORT,
    MAX_DELIVER_HEAD,
    MAX_EVALUATE_HEAD,
    Control,
    ControlPacker,
    deliver_record,
    deliver_records,
    evaluate_record,
)
from engo.frames.fragments import check_message, write_message
from engo.frames.records import RecordReader
from engo.worker.arguments import check_bytes, check_str
from engo.worker.batch import Batch, batch_parts
from engo.worker.limits import Limits
from engo.worker.request import Request

if TYPE_CHECKING:
    from engo.worker.errors import WorkerDied

FIRST_ID = 65_536
"""The smallest id of a request: all then take five bytes, see `results`."""


class Asking:
    """The requests of one link and the bytes they are made of."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.death: WorkerDied | None = None  # why the worker has ended
        self.sent = 0  # messages made
        self._next_id = FIRST_ID
        self._requests: dict[int, Request] = {}  # sent and not done
        self._batch: Batch | None = None  # answers that are still to come
        self.commands: dict[int, bool] = {}  # guest commands to answer; sync?
        self._outgoing: list[bytes] = []
        self._pack = ControlPacker().pack
        self._reader = RecordReader()
        # The longest data of a deliver that is one record and within the limit.
        self.short = min(DELIVER_SHORT, limits.message - MAX_DELIVER_HEAD)
        self.short_source = min(EVALUATE_SHORT, limits.message - MAX_EVALUATE_HEAD)

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
        number = self.new_id()
        if name == "eval" and len(source) <= self.short_source:
            data = source.encode("utf-8", "surrogatepass")
            if len(data) <= self.short_source:
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
        number = self.new_id()
        if len(data) <= self.short:
            self._outgoing.append(deliver_record(number, data, now))
        else:
            check_message(CONTROL, len(data) + MAX_DELIVER_HEAD, self.limits.message)
            self._outgoing.append(deliver_records(number, data, now))
        return self.expect(number)

    @property
    def alone(self) -> bool:
        """Whether nothing is outstanding, half sent or half received."""
        return not (
            self._requests
            or self._outgoing
            or self.commands
            or self.death
            or self._batch
            or self._reader.pending
        )

    def deliver_batch(
        self, messages: list[bytes], now: float
    ) -> tuple[Batch, Iterator[bytes]] | None:
        """`deliver` them all: the batch, and the bytes to write in parts.

        None when some are too long for one record or other requests are
        outstanding; deliver them one by one then.
        """
        self._check_alive()
        if self._requests or self._batch or max(map(len, messages)) > self.short:
            return None
        first = self._next_id
        if first + len(messages) > MAX_ID:
            first = FIRST_ID
        self._next_id = first + len(messages)
        self._batch = batch = Batch(first, len(messages))
        return batch, batch_parts(messages, first, now)

    def snapshot(self) -> Request:
        """Answered by ChunkReceived events, then done."""
        number = self.new_id()
        self._send({"op": "snapshot", "id": number})
        return self.expect(number)

    def status(self, collect: bool) -> Request:
        """The value is a map of numbers; `collect` collects garbage first."""
        number = self.new_id()
        self._send({"op": "status", "id": number, "collect": collect})
        return self.expect(number)

    def reply(self, command: int, data: bytes, now: float) -> None:
        """Answer a command of the guest.

        Raises LocalProtocolError for a longer answer than the link carries; the
        command is then still open.
        """
        self._send({"op": "reply", "id": command, "data": data, "now": now})
        self.commands.pop(command, None)

    def reply_error(self, command: int, text: str, now: float) -> None:
        """Answer a command of the guest with an Error of this message."""
        self._send({"op": "reply", "id": command, "error": text, "now": now})
        self.commands.pop(command, None)

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
        return len(self.commands)

    @property
    def waits_for_reply(self) -> bool:
        """Whether the guest's machine stands still for an answer."""
        return bool(self.commands) and any(self.commands.values())

    def _check_alive(self) -> None:
        if self.death is not None:
            raise self.death.again() from self.death.__cause__

    def new_id(self) -> int:
        """An id for a request; raises WorkerDied."""
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

    def lone_id(self) -> int:
        """An id while nothing is outstanding, which needs no search."""
        number = self._next_id
        self._next_id = number + 1 if number < MAX_ID else FIRST_ID
        return number

    def expect(self, number: int) -> Request:
        """A request of this id has been sent."""
        self.sent += 1
        request = self._requests[number] = Request(number)
        return request
