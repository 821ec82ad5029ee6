"""Bytes that break the link's rules: each ends the worker with a word, none hangs it
or crashes it. Seeds of the fuzzers are fixed."""

import random
import struct

import msgpack  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.native.link_driver import Driver, message, record

START = {
    "op": "start",
    "heap": 64 << 20,
    "stack": 65_536,
    "meter": 10_000_000,
    "message": 1 << 24,
    "seed": bytes(32),
    "now": 0.0,
    "image": False,
}


def fatal_of(data: bytes) -> str:
    """What a started worker says of these bytes before it ends with 65."""
    with Driver() as worker:
        worker.raw(data)
        got = worker.next()
        assert got["op"] == "fatal"
        assert worker.next() == {}
        assert worker.status() == 65
        assert isinstance(got["message"], str)
        return got["message"]


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\5", b"\0\6\0\x81\xa2op", b"\xff"])
def test_a_link_that_ends_inside_a_record_is_an_ordinary_end(data: bytes) -> None:
    with Driver() as worker:
        worker.raw(data)
        worker.end_input()
        assert worker.next() == {}
        assert worker.status() == 0


def test_an_empty_record_is_an_error() -> None:
    assert "1 to 65535" in fatal_of(b"\0\0")


@pytest.mark.parametrize("channel", [2, 3, 4, 127])
def test_channels_of_the_host_are_control_and_captp(channel: int) -> None:
    assert "channel" in fatal_of(record(channel, b"x"))


def test_a_message_at_the_limit_and_one_past() -> None:
    limit = 100_000
    with Driver(message=limit) as worker:
        worker.evaluate("globalThis.engoOnCapTP = t => engoCapTPSend(t); 1")
        worker.raw(message(1, b"x" * limit))
        assert worker.next_message() == (1, b"x" * limit)
        worker.raw(message(1, b"x" * (limit + 1)))
        assert "limit" in worker.next()["message"]
        assert worker.status() == 65


def test_the_largest_record() -> None:
    with Driver() as worker:
        worker.evaluate("globalThis.engoOnCapTP = t => engoCapTPSend(t); 1")
        worker.raw(record(1, b"y" * 65_534))
        assert worker.next_message() == (1, b"y" * 65_534)


@pytest.mark.parametrize(
    "value",
    [
        7,
        [],
        {},
        {"op": 1},
        {"op": "nothing"},
        {"id": 1},
        {"op": "evaluate", "id": 1},
        {"op": "evaluate", "source": "1"},
        {"op": "evaluate", "id": "1", "source": "1"},
        {"op": "evaluate", "id": -1, "source": "1"},
        {"op": "evaluate", "id": 0, "source": "1"},
        {"op": "evaluate", "id": 2**32, "source": "1"},
        {"op": "evaluate", "id": 1, "source": b"1"},
        {"op": "evaluate", "id": 1, "source": "1", "now": "x"},
        {"op": "deliver", "id": 1, "data": "text"},
        {"op": "status", "id": 1, "collect": 1},
        {"op": "clock"},
        {"op": "start"},
        START,
        {1: 2, "op": "exit"},
        {"op": "exit", "x": [[[[]]]]},
        {"op": "exit", "x": msgpack.ExtType(1, b"x")},
    ],
)
def test_wrong_control_messages(value: object) -> None:
    assert fatal_of(message(0, msgpack.packb(value)))


def test_the_deepest_unknown_value_and_unknown_keys_are_skipped() -> None:
    with Driver() as worker:
        got = worker.evaluate("1", x=[[[1]]], y={"z": [None, 1.5, -3, b"b"]})
        assert got["value"] == 1


def test_an_id_of_32_bits() -> None:
    with Driver() as worker:
        assert worker.evaluate("1", 2**32 - 1)["id"] == 2**32 - 1


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xc1",
        b"\x81",
        b"\xdf\xff\xff\xff\xff",
        b"\x81\xa2op\xdb\xff\xff\xff\xffexit",
        b"\x81\xa2op\xc6\xff\xff\xff\xff",
        b"\x81\xdb\x00\x00\x00\x02op",
        b"\x91" * 100_000,
        b"\x82\xa2op\xa4exit\xa1x" + b"\x91" * 60_000,
        b"\x81\xa2op\xa4exit\xc0",
    ],
)
def test_msgpack_that_lies_about_its_length_or_nests(payload: bytes) -> None:
    assert fatal_of(message(0, payload))


@pytest.mark.parametrize(
    "text",
    [
        b"\xff",
        b"\xc0\x80",
        b"\xe0\x80\x80",
        b"\xf0\x80\x80\x80",
        b"\xf5\x80\x80\x80",
        b"a\xe2\x82",
        b"\x80",
    ],
)
def test_text_that_is_not_utf8(text: bytes) -> None:
    head = b"\x83\xa2op\xa8evaluate\xa2id\x01\xa6source"
    payload = head + bytes([0xA0 | len(text)]) + text
    assert "UTF-8" in fatal_of(message(0, payload))
    assert "UTF-8" in fatal_of(message(1, text))


@pytest.mark.parametrize("key", sorted(set(START) - {"op"}))
def test_start_needs_all_its_keys(key: str) -> None:
    with Driver(start=False) as worker:
        worker.control(**{k: v for k, v in START.items() if k != key})
        assert worker.next()["op"] == "fatal"
        assert worker.status() == 65


@pytest.mark.parametrize(
    "first", [{"op": "evaluate", "id": 1, "source": "1"}, {"op": "exit"}]
)
def test_start_comes_first(first: dict[str, object]) -> None:
    with Driver(start=False) as worker:
        worker.control(**first)
        assert "start" in worker.next()["message"]
        assert worker.status() == 65


def test_a_seed_has_32_bytes() -> None:
    with Driver(start=False) as worker:
        worker.control(**{**START, "seed": bytes(31)})
        assert "32" in worker.next()["message"]


def survives(data: bytes) -> None:
    """After any bytes at all a worker ends in one of the documented ways."""
    with Driver(start=False, meter=1_000_000) as worker:
        worker.raw(message(0, msgpack.packb(START)) + data)
        worker.end_input()
        while worker.next_message()[0] >= 0:
            pass
        assert worker.status() in (0, 65, 70)


def test_fuzzed_bytes() -> None:
    chance = random.Random(20_261_124)
    valid = message(
        0, msgpack.packb({"op": "evaluate", "id": 3, "source": "1", "name": "n"})
    )
    for _ in range(150):
        data = bytearray(valid * 3)
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        survives(bytes(data))


def test_every_prefix_of_a_message() -> None:
    payload = msgpack.packb({"op": "deliver", "id": 3, "data": b"xyz"})
    for length in range(len(payload)):
        survives(record(0, payload[:length]))


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**64 - 1)
        | st.text()
        | st.binary()
        | st.floats(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(max_size=8), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_any_msgpack_value(value: object) -> None:
    survives(
        message(0, msgpack.packb(value, unicode_errors="surrogatepass"))
        + message(
            0,
            msgpack.packb(
                {"op": "deliver", "id": 3, "data": value},
                unicode_errors="surrogatepass",
            ),
        )
    )


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    survives(data)
    survives(struct.pack(">H", len(data)) + data)
