"""Control messages: msgpack maps, made for the worker and checked from it.

The makers are called for every request, so they build one map and pack it once.
A worker's message is hostile until `decode_control` has looked at every field.
"""

import struct
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgpack  # type: ignore[import-untyped]

from engo.frames.constants import CONTROL, LENGTH_BYTES, MAX_ID, RECORD_EMIT
from engo.frames.errors import LocalProtocolError, RemoteProtocolError
from engo.frames.fragments import Message, fragments

unpackb: Final = msgpack.unpackb
"""Without options: raises ValueError, or UnpackError."""
UnpackError: Final = msgpack.exceptions.UnpackException

Control = dict[str, Any]
"""A checked control message."""

_INTEGER: Final = (int,)
_TEXT: Final = (str,)
_BYTES: Final = (bytes,)
_FLAG: Final = (bool,)
_POSITION: Final[dict[str, tuple[type, ...]]] = {
    "name": _TEXT,
    "message": _TEXT,
    "stack": _TEXT,
    "file": _TEXT,
    "line": _INTEGER,
}
_SHAPES: Final[dict[str, dict[str, tuple[type, ...]]]] = {
    "ready": {"version": _INTEGER, "build": _TEXT, "engine": _TEXT},
    "result": {"id": _INTEGER, "meter": _INTEGER},
    "pending": {"id": _INTEGER, "meter": _INTEGER},
    "error": {"id": _INTEGER, "meter": _INTEGER, **_POSITION},
    "abort": {"id": _INTEGER, "meter": _INTEGER, "reason": _TEXT},
    "fatal": {"message": _TEXT},
    "call": {"id": _INTEGER, "data": _BYTES, "sync": _FLAG},
    "chunk": {"id": _INTEGER, "data": _BYTES},
    "rejection": _POSITION,
    "trace": {"error": _TEXT, **_POSITION},
}
_OPTIONAL: Final = {"error": "thrown", "abort": "stack"}
"""Texts that may be missing."""
_SCALARS: Final = (type(None), bool, int, float, str, bytes)
CONSOLE_LEVELS: Final = ("debug", "log", "info", "warn", "error")


class ControlPacker:
    """Packs control messages; one per link, since the packer is reused.

    Not re-entrant and not thread-safe, as the link itself.
    """

    __slots__ = ("_pack",)

    def __init__(self) -> None:
        packer = msgpack.Packer(use_bin_type=True, unicode_errors="surrogatepass")
        self._pack: Callable[[object], bytes] = packer.pack

    def pack(self, message: Mapping[str, object]) -> bytes:
        """The message as msgpack.

        Raises LocalProtocolError for what msgpack cannot carry.
        """
        try:
            return self._pack(message)
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            raise LocalProtocolError(
                f"expected a control message of plain data: {error}"
            ) from error


_DELIVER: Final = struct.Struct(">HB16sI5sd5sBI")
_DELIVER_SIZE: Final = _DELIVER.size - LENGTH_BYTES  # which does not count itself
_OP_ID: Final = b"\x84\xa2op\xa7deliver\xa2id\xce"
_NOW: Final = b"\xa3now\xcb"
_DATA: Final = b"\xa4data"
_BIN32: Final = 0xC6
DELIVER_SHORT: Final = RECORD_EMIT - _DELIVER_SIZE
"""How much data `deliver_record` carries at most."""
MAX_DELIVER_HEAD: Final = _DELIVER_SIZE
"""What a deliver's message has at most besides its data."""


def deliver_record(number: int, data: bytes, now: float) -> bytes:
    """A whole `deliver` as one record with its length, made without msgpack.

    The same map as ControlPacker would make of it; `bin 32` whatever the size.
    """
    size = len(data)
    return (
        _DELIVER.pack(
            _DELIVER_SIZE + size, 0, _OP_ID, number, _NOW, now, _DATA, _BIN32, size
        )
        + data
    )


_DELIVER_HEAD: Final = struct.Struct(">16sI5sd5sBI")


def deliver_records(number: int, data: bytes, now: float) -> bytes:
    """A whole `deliver` of any length, its fragments as records; one copy of it."""
    head = _DELIVER_HEAD.pack(_OP_ID, number, _NOW, now, _DATA, _BIN32, len(data))
    return fragments(CONTROL, head, data)


_REPLY: Final = struct.Struct(">HB14sI5sd5sBI")
_REPLY_SIZE: Final = _REPLY.size - LENGTH_BYTES
_REPLY_OP_ID: Final = b"\x84\xa2op\xa5reply\xa2id\xce"


def reply_record(number: int, data: bytes, now: float) -> bytes:
    """A whole `reply` with data as one record; at most DELIVER_SHORT bytes of it."""
    size = len(data)
    return (
        _REPLY.pack(
            _REPLY_SIZE + size, 0, _REPLY_OP_ID, number, _NOW, now, _DATA, _BIN32, size
        )
        + data
    )


_EVALUATE: Final = struct.Struct(">HB17sI5sd")
_EVALUATE_OP_ID: Final = b"\x85\xa2op\xa8evaluate\xa2id\xce"
_SOURCE: Final = struct.Struct(">8sI")
_SOURCE_KEY: Final = b"\xa6source\xdb"
_NAME_EVAL: Final = b"\xa4name\xa4eval"
_EVALUATE_SIZE: Final = _EVALUATE.size - LENGTH_BYTES + len(_NAME_EVAL) + _SOURCE.size
EVALUATE_SHORT: Final = RECORD_EMIT - _EVALUATE_SIZE
"""How many bytes of source `evaluate_record` carries at most."""
MAX_EVALUATE_HEAD: Final = _EVALUATE_SIZE
"""What its message has besides its source."""


def evaluate_record(number: int, source: bytes, now: float) -> bytes:
    """A whole `evaluate` named eval as one record with its length."""
    size = len(source)
    return (
        _EVALUATE.pack(_EVALUATE_SIZE + size, 0, _EVALUATE_OP_ID, number, _NOW, now)
        + _NAME_EVAL
        + _SOURCE.pack(_SOURCE_KEY, size)
        + source
    )


def deliver_around(size: int, now: float) -> tuple[bytes, bytes]:
    """What stands before the id and between it and data of this size.

    For many alike: `head + id (4 bytes) + tail + data` equals `deliver_record`.
    """
    record = _DELIVER.pack(
        _DELIVER_SIZE + size, 0, _OP_ID, 0, _NOW, now, _DATA, _BIN32, size
    )
    at = 3 + len(_OP_ID)
    return record[:at], record[at + 4 :]


def _unpack(message: Message) -> object:
    try:
        return unpackb(message, raw=False, unicode_errors="surrogatepass")
    except (ValueError, TypeError, RecursionError, UnpackError) as error:
        raise RemoteProtocolError(
            f"expected one msgpack value, got {len(message)} bytes that are none: "
            f"{error or type(error).__name__}"
        ) from error


def decode_control(message: Message) -> Control:
    """A message of the control channel, from the worker, with all fields checked.

    Raises RemoteProtocolError.
    """
    value = _unpack(message)
    if not isinstance(value, dict):
        raise RemoteProtocolError(
            f"expected a control message to be a map, got {type(value).__name__}"
        )
    op = value.get("op")
    shape = _SHAPES.get(op) if isinstance(op, str) else None
    if shape is None:
        raise RemoteProtocolError(
            f"expected an op of {', '.join(_SHAPES)}; got {_short(op)}"
        )
    for key, types in shape.items():
        if type(value.get(key)) not in types:
            raise RemoteProtocolError(
                f"expected {op}.{key} to be {types[0].__name__}, "
                f"got {_short(value.get(key))}"
            )
    number = value.get("id", 0)
    if type(number) is not int or not 0 <= number <= MAX_ID:
        raise RemoteProtocolError(
            f"expected an id of 0 to {MAX_ID}, got {_short(number)}"
        )
    if op == "result":
        _check_result(value)
    elif op in _OPTIONAL and type(value.get(_OPTIONAL[op], "")) is not str:
        key = _OPTIONAL[op]
        raise RemoteProtocolError(
            f"expected {op}.{key} to be str, got {_short(value[key])}"
        )
    return value


def _check_result(message: Control) -> None:
    forms = 0
    if "value" in message:
        forms = 1
        value = message["value"]
        if type(value) is dict:
            _check_status(value)
        elif not isinstance(value, _SCALARS):
            raise RemoteProtocolError(
                f"expected result.value to be a scalar, got {_short(value)}"
            )
    for key in ("json", "bigint"):
        if key in message:
            forms += 1
            if type(message[key]) is not str:
                raise RemoteProtocolError(
                    f"expected result.{key} to be str, got {_short(message[key])}"
                )
    if forms > 1:
        raise RemoteProtocolError(
            f"expected one of value, json and bigint in a result, got {forms}"
        )


def _check_status(value: Mapping[object, object]) -> None:
    for key, number in value.items():
        if type(key) is not str or type(number) not in (int, float):
            raise RemoteProtocolError(
                f"expected a status of numbers, got {_short(key)}: {_short(number)}"
            )


def decode_console(message: Message) -> tuple[str, str, str]:
    """A console message: level (a name), tag, text. Raises RemoteProtocolError."""
    value = _unpack(message)
    if (
        type(value) is not list
        or len(value) != 3
        or type(value[0]) is not int
        or not 0 <= value[0] < len(CONSOLE_LEVELS)
        or type(value[1]) is not str
        or type(value[2]) is not str
    ):
        raise RemoteProtocolError(
            f"expected a console message [level, tag, text], got {_short(value)}"
        )
    return CONSOLE_LEVELS[value[0]], value[1], value[2]


def _short(value: object) -> str:
    """A hostile value as a few characters of an error text."""
    if isinstance(value, (dict, list)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, (str, bytes)) and len(value) > 40:
        return f"{value[:40]!r}... ({len(value)} long)"
    return repr(value)[:80]
