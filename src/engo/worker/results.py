"""The fast way through plain results: the message that comes most, taken by offsets.

A worker writes `{op: "result", id, meter, value}` in this order; our ids are all
above 65,535, so each takes five bytes. Whatever looks otherwise in any byte is left
where it lies, for the general reader and its checks; nothing is judged here.
"""

import struct
from typing import TYPE_CHECKING, Final

from engo.frames.control import UnpackError, unpackb
from engo.worker.request import Request

if TYPE_CHECKING:
    from engo.worker.protocol import Event

RESULT_HEAD: Final = b"\x00\x84\xa2op\xa6result\xa2id\xce"  # channel 0, map of 4
METER_TAG: Final = 28
"""Offset of the meter's first byte: 2 + 16 + 4 + 6."""
METER_FORMATS: Final = {0xCC: "B", 0xCD: "H", 0xCE: "I"}
"""struct formats by that byte."""
_METER: Final = b"\xa5meter"
_VALUE: Final = b"\xa5value"
_BIN8: Final = 0xC4
_BIN16: Final = 0xC5
_LAYOUTS: Final = {
    **dict.fromkeys(range(0x80), struct.Struct(">H16sI6sB6sB")),  # all of fixint
    **{tag: struct.Struct(f">H16sI6sx{f}6sB") for tag, f in METER_FORMATS.items()},
}
_PLAIN: Final = frozenset((type(None), bool, int, float, str, bytes))


def settle_plain_results(
    data: bytes, requests: dict[int, Request], settled: "list[Event]"
) -> tuple[int, int]:
    """Settle the requests whose plain results `data` begins with.

    Takes them out of `requests`, appends them to `settled`; returns the bytes
    consumed and the last one's meter.
    """
    start, size, last = 0, len(data), 0
    layouts = _LAYOUTS
    while size - start > METER_TAG:
        layout = layouts.get(data[start + METER_TAG])
        if layout is None or start + layout.size > size:
            break
        length, head, number, meter_key, meter, value_key, kind = layout.unpack_from(
            data, start
        )
        at = start + layout.size
        end = start + 2 + length
        if (
            head != RESULT_HEAD
            or meter_key != _METER
            or value_key != _VALUE
            or not at <= end <= size
            or number not in requests
        ):
            break
        value: object
        if kind == _BIN8 and at < end and at + 1 + data[at] == end:
            value = data[at + 1 : end]
        elif kind < 0x80 and at == end:
            value = kind
        else:
            try:
                value = unpackb(data[at - 1 : end])
            except (ValueError, UnpackError):
                break
            if type(value) not in _PLAIN:
                break
        request = requests.pop(number)
        request.meter = last = meter
        request.value = value
        request.done = True
        settled.append(request)
        start = end
    return start, last
