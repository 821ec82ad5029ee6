"""Many deliveries at once: one write, answers taken in runs of equal length.

Small messages of a batch are mostly alike, so their answers have one layout and a
whole run of them is unpacked in C. What looks otherwise in any byte is left for the
general reader and its checks. Ids of a batch are contiguous.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from engo.frames.control import deliver_around
from engo.worker.results import METER_FORMATS, METER_TAG, RESULT_HEAD

if TYPE_CHECKING:
    from engo.worker.errors import EngoError
    from engo.worker.request import Request

_METER: Final = b"\xa5meter"
_VALUE: Final = b"\xa5value\xc4"
_FIRST_PART: Final = 16
"""How many messages are written before the others are made."""
_MISSING: Final = object()


class Batch:
    """The answers to contiguous deliveries."""

    __slots__ = ("_first", "left", "meter", "values")

    def __init__(self, first: int, count: int) -> None:
        self._first = first  # id of the first
        self.values: list[Any] = [_MISSING] * count  # a Request for what is odd
        self.left = count  # answers that have not come
        self.meter = 0  # computrons of the last crank

    def covers(self, number: int) -> bool:
        """Whether the id is of this batch and its answer has not come."""
        index = number - self._first
        return 0 <= index < len(self.values) and self.values[index] is _MISSING

    def adopt(self, request: "Request") -> None:
        """An answer that is no plain result; the request holds it, now or later."""
        self.values[request.id - self._first] = request
        self.left -= 1

    def fail(self, error: "EngoError", make: "type[Request]") -> None:
        """Everything that has not come fails."""
        for index, value in enumerate(self.values):
            if value is _MISSING:
                request = make(self._first + index)
                request.error = error
                request.done = True
                self.adopt(request)

    def take(self, data: bytes) -> int:
        """Take the run of plain answers that `data` begins with; the bytes taken."""
        start = 0
        while len(data) - start > METER_TAG:
            taken = self._take_run(data, start)
            if not taken:
                break
            start += taken
        return start

    def _take_run(self, data: bytes, start: int) -> int:
        tag = data[start + METER_TAG]
        if tag < 0x80:  # the meter itself, a fixint
            meter_key, meter_format = _METER, "6sB"
        elif tag in METER_FORMATS:
            meter_key, meter_format = _METER + bytes((tag,)), "7s" + METER_FORMATS[tag]
        else:
            return 0
        length = data[start] << 8 | data[start + 1]
        stride = length + 2
        head = data[start : start + 2] + RESULT_HEAD
        layout = struct.Struct(f">18sI{meter_format}8s")
        size = stride - layout.size  # of the value, if it is bytes
        count = (len(data) - start) // stride
        if not (0 <= size <= 0xFF and count):
            return 0
        layout = struct.Struct(f"{layout.format}{size}s")
        value_key = _VALUE + bytes((size,))
        first, values = self._first, self.values
        run = memoryview(data)[start : start + count * stride]
        done = 0
        for a, number, b, meter, c, value in layout.iter_unpack(run):
            index = number - first
            if (
                a != head
                or b != meter_key
                or c != value_key
                or not 0 <= index < len(values)
                or values[index] is not _MISSING
            ):
                break
            values[index] = value
            self.meter = meter
            done += 1
        self.left -= done
        return done * stride


def batch_parts(messages: Iterable[bytes], first: int, now: float) -> Iterator[bytes]:
    """The bytes of the deliveries, in a few parts; the first is short.

    All messages must fit one record each.
    """
    size = -1
    head = tail = b""
    parts: list[bytes] = []
    pack_id = struct.Struct(">I").pack
    limit = _FIRST_PART
    for number, message in enumerate(messages, first):
        if len(message) != size:
            size = len(message)
            head, tail = deliver_around(size, now)
        parts.append(head + pack_id(number) + tail + message)
        if len(parts) == limit:
            limit = 1024
            yield b"".join(parts)
            parts.clear()
    if parts:
        yield b"".join(parts)
