"""Control and console messages: what is checked, and that nothing else gets out."""

import contextlib
from typing import Any

import msgpack  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo.frames.constants import CONTROL, MAX_ID, RECORD_EMIT
from engo.frames.control import (
    DELIVER_SHORT,
    EVALUATE_SHORT,
    ControlPacker,
    decode_console,
    decode_control,
    deliver_around,
    deliver_record,
    deliver_records,
    evaluate_record,
)
from engo.frames.errors import LocalProtocolError, RemoteProtocolError
from engo.frames.fragments import Assembler
from engo.frames.records import RecordReader

POSITION = {"name": "E", "message": "m", "stack": "", "file": "f", "line": 1}
GOOD: list[dict[str, Any]] = [
    {"op": "ready", "version": 1, "build": "b", "engine": "e"},
    {"op": "result", "id": 1, "meter": 5},
    {"op": "result", "id": 1, "meter": 5, "value": None},
    {"op": "result", "id": 1, "meter": 5, "value": b"x"},
    {"op": "result", "id": MAX_ID, "meter": 5, "json": "{}"},
    {"op": "result", "id": 0, "meter": 5, "bigint": "12"},
    {"op": "result", "id": 1, "meter": 5, "value": {"heap": 1, "limit": 2.0}},
    {"op": "result", "id": 1, "meter": 5, "unknown": [1]},
    {"op": "pending", "id": 1, "meter": 5},
    {"op": "error", "id": 1, "meter": 5, **POSITION},
    {"op": "error", "id": 1, "meter": 5, **POSITION, "thrown": "1"},
    {"op": "abort", "id": 0, "meter": 5, "reason": "memory full"},
    {"op": "fatal", "message": "no"},
    {"op": "call", "id": 3, "data": b"d", "sync": True},
    {"op": "chunk", "id": 3, "data": b"d"},
    {"op": "rejection", **POSITION},
    {"op": "trace", "error": "error:captp:x#1", **POSITION},
]
BAD: list[Any] = [
    7,
    [],
    {},
    {"op": 3},
    {"op": "x" * 100},
    {"op": b"x" * 100},
    {"op": ["result"]},
    {"op": "start"},
    {"op": "result", "id": -1, "meter": 5},
    {"op": "result", "id": MAX_ID + 1, "meter": 5},
    {"op": "result", "id": True, "meter": 5},
    {"op": "result", "id": 1},
    {"op": "result", "id": 1, "meter": 5, "value": [1]},
    {"op": "result", "id": 1, "meter": 5, "value": {"heap": "x"}},
    {"op": "result", "id": 1, "meter": 5, "value": 1, "json": "1"},
    {"op": "result", "id": 1, "meter": 5, "json": 1},
    {"op": "error", "id": 1, "meter": 5, **POSITION, "line": "1"},
    {"op": "error", "id": 1, "meter": 5, **POSITION, "thrown": 1},
    {"op": "call", "id": 3, "data": "text", "sync": True},
    {"op": "call", "id": 3, "data": b"d", "sync": 1},
]


@pytest.mark.parametrize("message", GOOD, ids=str)
def test_good_messages(message: dict[str, Any]) -> None:
    assert decode_control(msgpack.packb(message)) == message


@pytest.mark.parametrize("message", BAD, ids=str)
def test_bad_messages(message: Any) -> None:
    with pytest.raises(RemoteProtocolError, match="expected"):
        decode_control(msgpack.packb(message))


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x91", b"\x01\x01", b"\x91" * 9999])
def test_bytes_that_are_no_msgpack(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        decode_control(data)


def test_good_message_cut_short_or_with_trailing_bytes() -> None:
    data = msgpack.packb(GOOD[9])
    for size in range(len(data)):
        with pytest.raises(RemoteProtocolError):
            decode_control(data[:size])
    with pytest.raises(RemoteProtocolError):
        decode_control(data + b"\x00")


def test_console() -> None:
    assert decode_console(msgpack.packb([3, "t", "x"])) == ("warn", "t", "x")
    for bad in ([5, "", ""], [-1, "", ""], [0, ""], [0, 1, ""], [True, "", ""], "x"):
        with pytest.raises(RemoteProtocolError):
            decode_console(msgpack.packb(bad))


def test_packer() -> None:
    pack = ControlPacker().pack
    assert msgpack.unpackb(pack({"op": "exit"})) == {"op": "exit"}
    with pytest.raises(LocalProtocolError, match="plain data"):
        pack({"op": object()})
    assert msgpack.unpackb(pack({"op": "still works"})) == {"op": "still works"}


@pytest.mark.parametrize("size", [0, 1, 300, 70_000])
def test_ready_made_records_equal_packed_ones(size: int) -> None:
    data = bytes(size)
    if size <= DELIVER_SHORT:
        [record] = RecordReader().feed(deliver_record(MAX_ID, data, 1.5))
        assert record[0] == CONTROL
        assert msgpack.unpackb(record[1:]) == {
            "op": "deliver",
            "id": MAX_ID,
            "data": data,
            "now": 1.5,
        }
        head, tail = deliver_around(size, 1.5)
        assert head + b"\xff" * 4 + tail + data == deliver_record(MAX_ID, data, 1.5)
        [record] = RecordReader().feed(evaluate_record(7, data, 1.5))
        assert msgpack.unpackb(record[1:]) == {
            "op": "evaluate",
            "id": 7,
            "now": 1.5,
            "name": "eval",
            "source": data.decode(),
        }


@pytest.mark.parametrize("size", [0, 65_470, 65_475, 65_476, 65_477, 131_000, 300_000])
def test_long_deliveries_equal_packed_ones(size: int) -> None:
    data = bytes(size)
    assembler = Assembler()
    stream = deliver_records(9, data, 1.5)
    found = [assembler.add(record) for record in RecordReader().feed(stream)]
    assert found[:-1] == [None] * (len(found) - 1)
    assert found[-1] is not None
    assert msgpack.unpackb(found[-1][1]) == {
        "op": "deliver",
        "id": 9,
        "data": data,
        "now": 1.5,
    }
    if size <= DELIVER_SHORT:
        assert stream == deliver_record(9, data, 1.5)


def test_ready_made_records_at_their_limit() -> None:
    for make, size in (
        (deliver_record, DELIVER_SHORT),
        (evaluate_record, EVALUATE_SHORT),
    ):
        assert len(make(1, bytes(size), 0.0)) == RECORD_EMIT + 2


@given(st.binary(max_size=200))
def test_fuzz_bytes(data: bytes) -> None:
    for decode in (decode_control, decode_console):
        with contextlib.suppress(RemoteProtocolError):
            decode(data)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-9, 2**40),
    st.text(max_size=3),
    st.binary(max_size=3),
    st.lists(st.integers(0, 9), max_size=2),
    st.just({}),
)


@given(st.sampled_from(GOOD), st.dictionaries(st.sampled_from(list(POSITION)), VALUES))
def test_fuzz_fields(message: dict[str, Any], changes: dict[str, Any]) -> None:
    with contextlib.suppress(RemoteProtocolError):
        decode_control(msgpack.packb({**message, **changes}))
