"""The fast lane: one small request while nothing else is going on.

Most requests are like this, so they take one write, one read and no bookkeeping;
a synchronous command of the guest is answered on the way. Whatever else happens (a
full pipe, an odd answer, an event before it) is left to the pump, as it is.

A read blocks; a Watcher looks after it, or the reader itself. Ctrl-C may strike
between the reading and the knowing, so the buffer begins with a length of 0 whenever
nothing was read.
"""

from typing import Any, Final

from engo.frames.control import (
    MAX_DELIVER_HEAD,
    deliver_record,
    deliver_records,
    evaluate_record,
    reply_record,
)
from engo.worker.commands import CommandHandler, answer_bytes, error_text
from engo.worker.core import WorkerCore
from engo.worker.errors import OTHER_THREAD, UsageError, WorkerDied
from engo.worker.results import CALL_OP, OP_TAG, Shapes, lone_result, plain_call
from engo.worker.watcher import Watcher

READ_BYTES: Final = 100_000
"""How much is read at a time: a 64 KiB message and its frame; below malloc's
threshold for mapping memory, which would cost more than the reading."""

NOT_TAKEN: Final = object()
"""The lane is not free, or the request is not for it: nothing was sent."""
_FREE_NEVER: Final = -1
_BUSY: Final = -2  # a request is on the lane
NOT_PLAIN: Final = object()
"""The request was sent, as far as `sent` tells, and the rest is the pump's."""


class Lane:
    """The fast lane of one worker."""

    def __init__(
        self, core: WorkerCore, on_call: CommandHandler | None, watcher: Watcher
    ) -> None:
        self._core = core
        self._protocol = core.protocol
        self._on_call = on_call
        self._watcher = watcher
        self._now = core.clock.milliseconds
        self._write = core.child.write
        self._read_into = core.child.blocking_reader(core.look)
        self._watched = core.child.looks  # by the reader, so by no thread
        self._buffer = bytearray()  # of READ_BYTES, once it is needed
        self._buffers = [self._buffer]
        self._view = memoryview(self._buffer)
        self._shapes = Shapes()
        # The longest message for the lane: its answer comes in one read.
        self._longest = min(READ_BYTES - 1_000, core.limits.message - MAX_DELIVER_HEAD)
        # protocol.sent when the lane was last left free, or one of the two above
        self._free_at = _FREE_NEVER
        self._calling = False  # on_call runs, or its answer is the pump's to send
        self.number = 0  # id of the request on the lane
        self.rest = b""  # of its record, not written yet
        self.data = b""  # what came and was not taken

    def evaluate(self, source: str) -> Any:
        """A value, NOT_TAKEN or NOT_PLAIN."""
        protocol = self._protocol
        if type(source) is not str or len(source) > protocol.short_source:
            return NOT_TAKEN
        data = source.encode("utf-8", "surrogatepass")
        if len(data) > protocol.short_source or not self._is_free():
            return NOT_TAKEN
        number = protocol.lone_id()
        return self._exchange(number, evaluate_record(number, data, self._now()))

    def deliver(self, data: bytes) -> Any:
        """A value, NOT_TAKEN or NOT_PLAIN."""
        protocol = self._protocol
        size = len(data) if type(data) is bytes else READ_BYTES
        if size > self._longest or not (
            self._free_at == protocol.sent or self._is_free()
        ):
            return NOT_TAKEN
        number = protocol.lone_id()
        make = deliver_record if size <= protocol.short else deliver_records
        return self._exchange(number, make(number, data, self._now()))

    def close(self) -> None:
        """It is not free any more."""
        self._free_at = _FREE_NEVER
        self._read_into = None

    def check_thread(self) -> None:
        """Raises UsageError when another thread's request is on the lane."""
        if self._free_at == _BUSY and not self._calling:
            raise UsageError(OTHER_THREAD)

    def _is_free(self) -> bool:
        if self._free_at == self._protocol.sent:
            return True  # nothing but the lane was used since
        if self._free_at == _BUSY:
            self.check_thread()
            return False
        if not self._buffer:
            self._buffer = bytearray(READ_BYTES)
            self._buffers = [self._buffer]
            self._view = memoryview(self._buffer)
        return (
            self._read_into is not None
            and self._protocol.alone
            and not self._core.unsent_bytes
        )

    def _exchange(self, number: int, record: bytes) -> Any:
        self._free_at = _BUSY
        self.number = number
        watcher = self._watcher
        watcher.asked += 1
        if not (watcher.active or self._watched):
            watcher.activate()
        protocol, read_into, buffer = self._protocol, self._read_into, self._buffer
        assert read_into is not None
        try:
            self.rest = record
            while True:
                sent = self._write(record)
                if sent != len(record):
                    self.rest = record[sent:]
                    self.data = b""
                    return self._leave()
                self.rest = b""
                buffer[0] = buffer[1] = 0
                size = read_into(self._buffers)
                known = self._shapes.take(buffer, size, number)
                if known is None and buffer[OP_TAG] != CALL_OP:
                    known = self._look(size)
                if known is not None:
                    value, protocol.meter = known
                    self._free_at = protocol.sent
                    return value
                self.data = data = self._view[:size].tobytes()
                reply = self._answer(data)
                if reply is None:
                    return self._leave()
                self.rest = record = reply
        except OSError:  # full or gone; the pump finds out which
            self.data = b""
            return self._leave()
        except BaseException:
            self._leave()
            self._interrupted()
            raise

    def _leave(self) -> object:
        """The request is the pump's from here on."""
        self._free_at = _FREE_NEVER
        return NOT_PLAIN

    def _look(self, size: int) -> tuple[object, int] | None:
        """Value and meter of an answer whose shape is not known yet."""
        view = self._view[:size]
        found = lone_result(view)
        if found is None or found[0] != self.number:
            return None
        self._shapes.learn(view)
        return found[1:]

    def _answer(self, data: bytes) -> bytes | None:
        """Answer a synchronous command: the record to write.

        None: it is none, or the answer is of a kind that the pump must send.
        """
        call = plain_call(data)
        if call is None or self._on_call is None:
            return None
        number, payload = call
        protocol = self._protocol
        protocol.commands[number] = self._calling = True  # refuses requests
        self.data = b""
        reply: bytes | None = None
        try:
            answer = answer_bytes(self._on_call(payload))
            if len(answer) <= protocol.short:
                reply = reply_record(number, answer, self._now())
            else:
                protocol.reply(number, answer, self._now())
        except Exception as error:  # its text goes to the guest, whatever it is
            self._core.check_open()
            protocol.reply_error(number, error_text(error), self._now())
        self._core.check_open()
        self._calling = False
        protocol.commands.pop(number, None)
        return reply

    def _interrupted(self) -> None:
        """Ctrl-C: harmless while nothing moved, else the end of the worker."""
        protocol = self._protocol
        if self._core.closed or protocol.death is not None:
            return
        if self._calling:
            for number in list(protocol.commands):
                protocol.reply_error(number, "interrupted", self._now())
            self._calling = False
        elif self.rest or self._buffer[0] or self._buffer[1]:
            self._core.kill(WorkerDied("its owner was interrupted while bytes moved"))
            return
        protocol.expect(self.number)
