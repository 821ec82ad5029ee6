"""Records on a byte stream: a u16 big-endian length, then the record.

Bytes in any split go in, whole records come out.
What a record means is not known here.
"""

from engo.frames.constants import LENGTH_BYTES, RECORD_ACCEPT, RECORD_EMIT
from engo.frames.errors import LocalProtocolError, RemoteProtocolError


def write_record(record: bytes) -> bytes:
    """The bytes of one record on a stream.

    Raises LocalProtocolError for an empty record or one over RECORD_EMIT bytes.
    """
    size = len(record)
    if not 0 < size <= RECORD_EMIT:
        raise LocalProtocolError(
            f"expected a record of 1 to {RECORD_EMIT} bytes, got {size}; "
            "send a longer message in fragments"
        )
    return size.to_bytes(LENGTH_BYTES, "big") + record


class RecordReader:
    """Cuts a byte stream into records.

    `feed` bytes as they come; iterate `records` until it is exhausted.
    At most one unfinished record (65,537 bytes) is kept between two feeds.
    """

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""  # the beginning of a record whose end has not come

    @property
    def pending(self) -> int:
        """How many bytes of an unfinished record are held."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[memoryview]:
        """The records that `data` completes, in order.

        Raises RemoteProtocolError for a length of 0; the reader is then spent.
        A length above RECORD_ACCEPT cannot be written in a u16.
        """
        if self._rest:
            data = self._rest + data
        view = memoryview(data)
        size = len(data)
        start = 0
        records: list[memoryview] = []
        while size - start >= LENGTH_BYTES:
            length = data[start] << 8 | data[start + 1]
            if not length:
                raise RemoteProtocolError(
                    f"expected a record of 1 to {RECORD_ACCEPT} bytes, got 0; "
                    "the stream is out of step"
                )
            end = start + LENGTH_BYTES + length
            if end > size:
                break
            records.append(view[start + LENGTH_BYTES : end])
            start = end
        self._rest = data[start:] if start < size else b""
        return records

    def finish(self) -> None:
        """Call at the end of the stream: raises when it ends inside a record."""
        if self._rest:
            raise RemoteProtocolError(
                f"expected the rest of a record, got the end of the stream after "
                f"{len(self._rest)} bytes of it"
            )
