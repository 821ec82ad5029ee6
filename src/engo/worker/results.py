"""The fast way through plain results: the message that comes most, taken by offsets.

A worker writes `{op: "result", id, meter, value}` in this order; our ids are all
above 65,535, so each takes five bytes. Whatever looks otherwise in any byte is left
where it lies, for the general reader and its checks; nothing is judged here.
"""

import struct
from typing import TYPE_CHECKING, Final

from engo.frames.constants import LENGTH_BYTES, RECORD_EMIT
from engo.frames.control import UnpackError, unpackb
from engo.worker.request import Request

if TYPE_CHECKING:
    from engo.worker.protocol import Event

RESULT_HEAD: Final = b"\x00\x84\xa2op\xa6result\xa2id\xce"  # channel 0, map of 4
METER_TAG: Final = 28
"""Offset of the meter's first byte: 2 + 16 + 4 + 6."""
METER_FORMATS: Final = {0xCC: "B", 0xCD: "H", 0xCE: "I"}
"""struct formats by that byte."""
_METER_WIDTHS: Final = {0xCC: 1, 0xCD: 2, 0xCE: 4}
_METER: Final = b"\xa5meter"
_VALUE: Final = b"\xa5value"
_BIN8: Final = 0xC4
_BIN16: Final = 0xC5
_LAYOUTS: Final = {
    **dict.fromkeys(range(0x80), struct.Struct(">H16sI6sB6sB")),  # all of fixint
    **{tag: struct.Struct(f">H16sI6sx{f}6sB") for tag, f in METER_FORMATS.items()},
}
_PLAIN: Final = frozenset((type(None), bool, int, float, str, bytes))


def plain_result(data: bytes, start: int) -> tuple[int, object, int, int] | None:
    """The plain result that begins at `start`: id, value, meter, and where it ends.

    None when what lies there is anything else, or not all of it has come.
    """
    size = len(data)
    if size - start <= METER_TAG:
        return None
    layout = _LAYOUTS.get(data[start + METER_TAG])
    if layout is None or start + layout.size > size:
        return None
    length, head, number, meter_key, meter, value_key, kind = layout.unpack_from(
        data, start
    )
    at = start + layout.size
    end: int = start + 2 + length
    if (
        head != RESULT_HEAD
        or meter_key != _METER
        or value_key != _VALUE
        or not at <= end <= size
    ):
        return None
    if kind == _BIN8 and at < end and at + 1 + data[at] == end:
        return number, data[at + 1 : end], meter, end
    if kind < 0x80 and at == end:
        return number, kind, meter, end
    try:
        value = unpackb(data[at - 1 : end])
    except (ValueError, UnpackError):
        return None
    return (number, value, meter, end) if type(value) in _PLAIN else None


_FIRST: Final = LENGTH_BYTES + RECORD_EMIT
"""Where the second record of a long message begins."""
_LONG_HEAD: Final = RECORD_EMIT.to_bytes(2, "big") + b"\x80" + RESULT_HEAD[1:]
_LONG_VALUES: Final = {0xC5: 2, 0xC6: 4}  # bytes of the length, by the value's tag


def plain_long_result(view: memoryview) -> tuple[int, bytes, int] | None:
    """Id, bytes and meter when the view is exactly one result in two records.

    Bytes of about 64 KiB come so; they are copied once.
    """
    size = len(view)
    if size <= _FIRST + 3 or bytes(view[: len(_LONG_HEAD)]) != _LONG_HEAD:
        return None
    second = view[_FIRST] << 8 | view[_FIRST + 1]
    tag = view[METER_TAG]
    width = 0 if tag < 0x80 else _METER_WIDTHS.get(tag, -1)
    at = METER_TAG + 1 + width
    length_bytes = _LONG_VALUES.get(view[at + 6], 0)
    start = at + 7 + length_bytes
    if (
        width < 0
        or not length_bytes
        or bytes(view[METER_TAG - 6 : METER_TAG]) != _METER
        or bytes(view[at : at + 6]) != _VALUE
        or view[_FIRST + 2]
        or _FIRST + 2 + second != size
        or int.from_bytes(view[at + 7 : start], "big") != size - start - 3
    ):
        return None
    meter = tag if not width else int.from_bytes(view[METER_TAG + 1 : at], "big")
    number = int.from_bytes(view[METER_TAG - 10 : METER_TAG - 6], "big")
    return number, b"".join((view[start:_FIRST], view[_FIRST + 3 :])), meter


def lone_result(view: memoryview) -> tuple[int, object, int] | None:
    """Id, value and meter when the view is exactly one plain result."""
    if len(view) > _FIRST:
        return plain_long_result(view)
    data = view.tobytes()
    found = plain_result(data, 0)
    if found is None or found[3] != len(data):
        return None
    return found[:3]


OP_TAG: Final = 7
"""Offset of the operation's first byte: 2 + 1 + 1 + 3."""
CALL_OP: Final = 0xA4
"""That byte of `call`; `result` has another."""
_CALL_HEAD: Final = b"\x00\x84\xa2op\xa4call\xa2id"
_CALL_TAG: Final = 15
"""Offset of the id's first byte: 2 + 13."""
_CALL_MIDDLE: Final = b"\xa4sync\xc3\xa4data"
_CALL_LAYOUTS: Final = {
    **dict.fromkeys(range(0x80), struct.Struct(">H13sB11sB")),
    **{tag: struct.Struct(f">H13sx{f}11sB") for tag, f in METER_FORMATS.items()},
}


def plain_call(data: bytes) -> tuple[int, bytes] | None:
    """The id and bytes of a synchronous command that is all of `data`, else None.

    Bytes over 65,535 are not for here.
    """
    size = len(data)
    layout = _CALL_LAYOUTS.get(data[_CALL_TAG]) if size > _CALL_TAG else None
    if layout is None or layout.size >= size:
        return None
    length, head, number, middle, kind = layout.unpack_from(data)
    at = layout.size
    if head != _CALL_HEAD or middle != _CALL_MIDDLE or length + 2 != size:
        return None
    if kind == _BIN8 and at + 1 + data[at] == size:
        return number, data[at + 1 :]
    if (
        kind == _BIN16
        and size >= at + 2
        and at + 2 + (data[at] << 8 | data[at + 1]) == size
    ):
        return number, data[at + 2 :]
    return None


_MOST_SHAPES: Final = 64
_LONGEST_SHAPE: Final = 512
_FIXINTS: Final = 0x80


class Shapes:
    """Layouts of answers that came before: those of one shape are alike.

    An answer of a known shape is taken by one unpacking and three comparisons.
    """

    __slots__ = ("_shapes",)

    def __init__(self) -> None:
        # By length and meter's tag: layout, and what must stand around id, meter.
        self._shapes: dict[int, tuple[struct.Struct, bytes, bytes, bytes]] = {}

    def take(
        self, buffer: bytearray, size: int, number: int
    ) -> tuple[object, int] | None:
        """Value and meter of the plain result in the first `size` bytes.

        None when it has another id, or no shape that is known.
        """
        shape = self._shapes.get(size << 8 | buffer[METER_TAG])
        if shape is None:
            return None
        layout, head, meter_key, value_key = shape
        a, found, b, meter, c, value = layout.unpack_from(buffer)
        if found != number or a != head or b != meter_key or c != value_key:
            return None
        if type(value) is int and value >= _FIXINTS:
            return None
        return value, meter

    def learn(self, view: memoryview) -> None:
        """Remember the shape of a plain result: bytes up to 255, or an int to 127."""
        size, tag = len(view), view[METER_TAG]
        key = size << 8 | tag
        if len(self._shapes) >= _MOST_SHAPES or key in self._shapes:
            return
        if tag < _FIXINTS:
            meter_key, formats = _METER, ">18sI6sB"
        else:
            meter_key, formats = _METER + bytes((tag,)), ">18sI7s" + METER_FORMATS[tag]
        data = view[:_LONGEST_SHAPE].tobytes()
        at = struct.calcsize(formats) + len(_VALUE)
        if size == at + 1 and data[at] < _FIXINTS:
            value_key, formats = _VALUE, formats + "6sB"
        elif size > at + 1 and data[at] == _BIN8:
            value_key = data[at - len(_VALUE) : at + 2]
            formats += f"8s{size - at - 2}s"
        else:
            return
        layout = struct.Struct(formats)
        if layout.size == size:
            self._shapes[key] = (layout, data[:18], meter_key, value_key)


def settle_plain_results(
    data: bytes, requests: dict[int, Request], settled: "list[Event]"
) -> tuple[int, int]:
    """Settle the requests whose plain results `data` begins with.

    Takes them out of `requests`, appends them to `settled`; returns the bytes
    consumed and the last one's meter.
    """
    start = last = 0
    while True:
        found = plain_result(data, start)
        if found is None or found[0] not in requests:
            return start, last
        request = requests.pop(found[0])
        _, request.value, last, start = found
        request.meter = last
        request.done = True
        settled.append(request)
