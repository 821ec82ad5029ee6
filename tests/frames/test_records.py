"""Records: any split, the limits and one past them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo.frames.constants import LENGTH_BYTES, RECORD_ACCEPT, RECORD_EMIT
from engo.frames.errors import LocalProtocolError, RemoteProtocolError
from engo.frames.records import RecordReader, write_record


def test_largest_record_emitted_and_one_past() -> None:
    assert len(write_record(b"a" * RECORD_EMIT)) == RECORD_EMIT + LENGTH_BYTES
    with pytest.raises(LocalProtocolError, match="1 to 65519 bytes, got 65520"):
        write_record(b"a" * (RECORD_EMIT + 1))
    with pytest.raises(LocalProtocolError, match="got 0"):
        write_record(b"")


def test_largest_record_accepted() -> None:
    stream = b"\xff\xff" + b"a" * RECORD_ACCEPT
    [record] = RecordReader().feed(stream)
    assert len(record) == RECORD_ACCEPT


def test_smallest_record_and_one_before() -> None:
    [record] = RecordReader().feed(b"\x00\x01a")
    assert bytes(record) == b"a"
    with pytest.raises(RemoteProtocolError, match="got 0; the stream is out of step"):
        RecordReader().feed(b"\x00\x00")


def test_end_inside_a_record() -> None:
    reader = RecordReader()
    assert reader.feed(b"\x00\x05abc") == []
    assert reader.pending == 5
    with pytest.raises(RemoteProtocolError, match="after 5 bytes"):
        reader.finish()
    reader.feed(b"de")
    reader.finish()


def test_byte_at_a_time_with_trailing_bytes() -> None:
    reader = RecordReader()
    stream = write_record(b"one") + write_record(b"two") + b"\x00"
    found = [bytes(record) for byte in stream for record in reader.feed(bytes((byte,)))]
    assert found == [b"one", b"two"]
    assert reader.pending == 1


@given(st.lists(st.binary(min_size=1, max_size=300)), st.data())
def test_any_split_gives_the_same_records(
    records: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(map(write_record, records))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    reader = RecordReader()
    found = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += [bytes(record) for record in reader.feed(stream[start:end])]
    reader.finish()
    assert found == records


@given(st.lists(st.binary(max_size=600), max_size=10))
def test_fuzz_raises_protocol_errors_only(parts: list[bytes]) -> None:
    reader = RecordReader()
    try:
        for part in parts:
            reader.feed(part)
        reader.finish()
    except RemoteProtocolError:
        pass
