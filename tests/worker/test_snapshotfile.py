"""Snapshot headers and digests: every refusal by name, and fuzz."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo.worker.errors import (
    SnapshotAltered,
    SnapshotError,
    SnapshotForeign,
    SnapshotTruncated,
    SnapshotWrongKey,
    UsageError,
)
from engo.worker.snapshotfile import (
    HEADER_BYTES,
    SnapshotWriter,
    check_build,
    checked_body,
    image_digest,
    parse_header,
    read_exactly,
    write_image,
)

KEY = bytes(range(32))
BODY = bytes(range(256)) * 20


def written(key: bytes = KEY, body: bytes = BODY) -> bytes:
    writer = SnapshotWriter("build 1", "engine 1", key)
    writer.update(body[:7])
    writer.update(body[7:])
    return writer.header() + body


def read(data: bytes, key: bytes | None = KEY, digest: bytes | None = None) -> bytes:
    stream = io.BytesIO(data)
    header = parse_header(read_exactly(stream.read, HEADER_BYTES))
    check_build(header, "build 1", "engine 1")
    parts = checked_body(header, stream.read, key=key, image_digest=digest)
    return b"".join(parts)


def test_round_trip() -> None:
    assert read(written()) == BODY
    assert read(written(body=b"")) == b""
    assert len(written()) == HEADER_BYTES + len(BODY)


def test_image_round_trip() -> None:
    image = write_image("build 1", "engine 1", BODY)
    assert read(image, key=None, digest=image_digest(image)) == BODY
    with pytest.raises(SnapshotAltered):
        read(image, key=None, digest=bytes(32))


def test_truncated_everywhere() -> None:
    data = written()
    for size in [*range(1, HEADER_BYTES, 5), HEADER_BYTES, len(data) - 1]:
        with pytest.raises(SnapshotTruncated):
            read(data[:size])
    with pytest.raises(SnapshotTruncated, match="256 bytes, got 0"):
        read(b"")


def test_each_byte_altered_is_refused() -> None:
    data = written(body=b"body")
    for index in range(len(data)):
        altered = bytearray(data)
        altered[index] ^= 1
        with pytest.raises(SnapshotError):
            read(bytes(altered))


def test_altered_and_trailing() -> None:
    with pytest.raises(SnapshotAltered, match="changed after"):
        read(written()[:-1] + b"x")
    with pytest.raises(SnapshotAltered, match="got more"):
        read(written() + b"x")


def test_foreign() -> None:
    with pytest.raises(SnapshotForeign, match="is it the right file"):
        read(b"XS snapshot" + bytes(500))
    with pytest.raises(SnapshotForeign, match="is it the right file"):
        read(b"#!/bin/sh")
    newer = bytearray(written())
    newer[8] = 2
    with pytest.raises(SnapshotForeign, match="format 1, got format 2"):
        read(bytes(newer))
    other = SnapshotWriter("build 2", "engine 1", KEY)
    with pytest.raises(SnapshotForeign, match="build 'build 1', got one of 'build 2'"):
        read(other.header())
    other = SnapshotWriter("build 1", "engine 2", KEY)
    with pytest.raises(SnapshotForeign, match="engine"):
        read(other.header())


def test_wrong_key_and_kind() -> None:
    with pytest.raises(SnapshotWrongKey, match="give the key"):
        read(written(key=bytes(32)))
    with pytest.raises(SnapshotForeign, match="cannot stand for each other"):
        read(write_image("build 1", "engine 1", BODY))
    with pytest.raises(SnapshotForeign, match="cannot stand for each other"):
        read(written(), key=None, digest=bytes(32))
    with pytest.raises(UsageError, match="32 bytes, got 3"):
        written(key=b"abc")


def test_names_at_the_limit_and_one_past() -> None:
    SnapshotWriter("b" * 64, "e" * 64, KEY).header()
    with pytest.raises(SnapshotError, match="at most 64 bytes"):
        SnapshotWriter("b" * 65, "e", KEY)
    with pytest.raises(SnapshotError, match="without NUL"):
        SnapshotWriter("b\0", "e", KEY)


@given(st.binary(max_size=600))
def test_fuzz_bytes(data: bytes) -> None:
    with pytest.raises(SnapshotError):
        read(data)


@given(st.lists(st.tuples(st.integers(0, 259), st.integers(0, 255)), min_size=1))
def test_fuzz_fields(changes: list[tuple[int, int]]) -> None:
    whole = written(body=b"body")
    data = bytearray(whole)
    for index, value in changes:
        data[index] = value
    if bytes(data) == whole:
        assert read(bytes(data)) == b"body"
    else:
        with pytest.raises(SnapshotError):
            read(bytes(data))
