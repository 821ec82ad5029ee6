"""Netstrings: whole, byte by byte, with trailing bytes, and everything malformed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo.frames.netstring import (
    DEFAULT_LIMIT,
    MalformedNetstring,
    NetstringError,
    NetstringReader,
    NetstringTooLong,
    NetstringTruncated,
    netstring,
)
from tests.captp.recordings import FOLDER, sent_by

RECORDED = sorted(path.name for path in FOLDER.glob("*.netstrings"))


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.parametrize("step", [1, 7, 1 << 20])
def test_recorded_streams(name: str, step: int) -> None:
    data = (FOLDER / name).read_bytes()
    expected = sent_by(name[:2], "alice" if ".alice-to" in name else "bob")
    reader = NetstringReader()
    messages = feed_in_steps(reader, data, step)
    reader.end()
    assert messages == expected
    assert b"".join(netstring(message) for message in messages) == data


def feed_in_steps(reader: NetstringReader, data: bytes, step: int) -> list[bytes]:
    messages = []
    for start in range(0, len(data), step):
        messages += reader.feed(data[start : start + step])
    return messages


def test_trailing_bytes_wait_for_their_message() -> None:
    reader = NetstringReader()
    assert reader.feed(b"3:abc,2:x") == [b"abc"]
    assert reader.feed(b"y,") == [b"xy"]
    reader.end()


def test_empty_messages_and_leading_zeros() -> None:
    reader = NetstringReader()
    assert reader.feed(b"0:,003:abc,") == [b"", b"abc"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b":", "at least one digit"),
        (b"x", "digits"),
        (b"-1:", "digits"),
        (b" 3:abc,", "digits"),
        (b"3x:abc,", "digits"),
        (b"3:abcd", "','"),
        (b"1234567890", "at most 9 digits"),
        (b"0000000001:a,", "at most 9 digits"),
        ("٣:abc,".encode(), "digits"),
    ],
)
@pytest.mark.parametrize("step", [1, 100])
def test_malformed(data: bytes, text: str, step: int) -> None:
    reader = NetstringReader()
    with pytest.raises(MalformedNetstring, match=text):
        feed_in_steps(reader, data, step)
    with pytest.raises(MalformedNetstring, match=text):
        reader.feed(b"1:a,")
    reader.end()  # the fault was told already


def test_limit_and_one_past_it() -> None:
    assert NetstringReader(5).feed(b"5:abcde,") == [b"abcde"]
    with pytest.raises(NetstringTooLong, match="at most 5 bytes, came 6"):
        NetstringReader(5).feed(b"6:")
    assert netstring(b"abcde", 5) == b"5:abcde,"
    with pytest.raises(NetstringTooLong, match="at most 5 bytes, came 6"):
        netstring(b"abcdef", 5)


def test_default_limit() -> None:
    assert NetstringReader().feed(b"%d:" % DEFAULT_LIMIT) == []
    with pytest.raises(NetstringTooLong):
        NetstringReader().feed(b"%d:" % (DEFAULT_LIMIT + 1))


@pytest.mark.parametrize("data", [b"3", b"3:", b"3:ab", b"3:abc"])
def test_stream_that_ends_inside(data: bytes) -> None:
    reader = NetstringReader()
    assert reader.feed(data) == []
    with pytest.raises(NetstringTruncated, match="came the end"):
        reader.end()


@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(1, 9))
def test_round_trip(messages: list[bytes], step: int) -> None:
    data = b"".join(netstring(message) for message in messages)
    reader = NetstringReader()
    got = feed_in_steps(reader, data, step)
    reader.end()
    assert got == messages


@given(st.lists(st.one_of(st.binary(max_size=12), st.sampled_from([b"3:abc,", b"1"]))))
def test_only_declared_errors_escape(chunks: list[bytes]) -> None:
    reader = NetstringReader(8)
    try:
        for chunk in chunks:
            reader.feed(chunk)
        reader.end()
    except NetstringError:
        pass
