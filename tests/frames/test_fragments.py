"""Fragments: limits in pairs, interleaved channels, hostile records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo.frames.constants import (
    CAPTP,
    CHANNELS,
    CONTROL,
    FRAGMENT_EMIT,
    MORE,
    RECORD_EMIT,
)
from engo.frames.errors import LocalProtocolError, RemoteProtocolError
from engo.frames.fragments import Assembler, fragment, write_message
from engo.frames.records import RecordReader, write_record


def test_one_record_at_the_limit_two_one_past() -> None:
    assert len(fragment(CONTROL, b"a" * FRAGMENT_EMIT)) == 1
    records = fragment(CONTROL, b"a" * (FRAGMENT_EMIT + 1))
    assert [len(record) for record in records] == [RECORD_EMIT, 2]
    assert [record[0] for record in records] == [CONTROL | MORE, CONTROL]


def test_message_limit_and_one_past() -> None:
    assert fragment(CAPTP, b"a" * 100, 100)
    with pytest.raises(LocalProtocolError, match="at most 100 bytes, got 101"):
        fragment(CAPTP, b"a" * 101, 100)
    with pytest.raises(LocalProtocolError, match="at most 100 bytes, got 101"):
        write_message(CAPTP, b"a" * 101, 100)


def test_assembler_limit_and_one_past() -> None:
    assembler = Assembler(limit=4)
    assert assembler.add(b"\x81ab") is None
    assert assembler.pending == 2
    assert assembler.inside(CAPTP)
    assert not assembler.inside(CONTROL)
    assert assembler.add(b"\x01cd") == (CAPTP, b"abcd")
    assembler.add(b"\x81ab")
    with pytest.raises(RemoteProtocolError, match="at most 4 bytes, got at least 5"):
        assembler.add(b"\x81cde")


@pytest.mark.parametrize("channel", [CHANNELS, 127])
def test_unknown_channels(channel: int) -> None:
    with pytest.raises(LocalProtocolError, match="channel below 4"):
        fragment(channel, b"")
    with pytest.raises(LocalProtocolError, match="channel below 4"):
        write_message(channel, b"")
    with pytest.raises(RemoteProtocolError, match="channel below 4"):
        Assembler().add(bytes((channel,)))


def test_empty_message() -> None:
    assert Assembler().add(fragment(CAPTP, b"")[0]) == (CAPTP, b"")


def test_empty_fragments_hold_nothing() -> None:
    assembler = Assembler()
    for _ in range(1000):
        assert assembler.add(b"\x81") is None
    assert assembler.pending == 0
    assert assembler.add(b"\x01x") == (CAPTP, b"x")


def test_channels_interleave() -> None:
    assembler = Assembler()
    assert assembler.add(b"\x80a") is None
    assert assembler.add(b"\x81x") is None
    assert assembler.add(b"\x00b") == (CONTROL, b"ab")
    assert assembler.add(b"\x01y") == (CAPTP, b"xy")
    assembler.finish()


def test_end_inside_a_message() -> None:
    assembler = Assembler()
    assembler.add(b"\x81abc")
    with pytest.raises(RemoteProtocolError, match="after 3 bytes"):
        assembler.finish()


def test_short_form_equals_long_form() -> None:
    for size in (0, 1, FRAGMENT_EMIT, FRAGMENT_EMIT + 1, 3 * FRAGMENT_EMIT):
        message = b"m" * size
        long = b"".join(map(write_record, fragment(CAPTP, message)))
        assert write_message(CAPTP, message) == long


@given(
    st.lists(
        st.tuples(st.integers(0, CHANNELS - 1), st.integers(0, 3 * FRAGMENT_EMIT)),
        max_size=4,
    )
)
def test_round_trip(messages: list[tuple[int, int]]) -> None:
    reader, assembler = RecordReader(), Assembler()
    for channel, size in messages:
        message = bytes(size)
        found = [
            assembler.add(record)
            for record in reader.feed(write_message(channel, message))
        ]
        assert found[:-1] == [None] * (len(found) - 1)
        assert found[-1] == (channel, message)
    assembler.finish()


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=30))
def test_fuzz_raises_protocol_errors_only(records: list[bytes]) -> None:
    assembler = Assembler(limit=100)
    try:
        for record in records:
            assembler.add(record)
            assert assembler.pending <= 100 * CHANNELS
    except RemoteProtocolError:
        pass
