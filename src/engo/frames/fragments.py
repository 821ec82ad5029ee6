"""Messages as fragments: what does not fit one record goes on in the next.

A record's first byte is the channel, and MORE when the message goes on.
Knows neither what a channel means nor how records travel.
"""

from engo.frames.constants import (
    CHANNEL_MASK,
    CHANNELS,
    FRAGMENT_EMIT,
    MAX_MESSAGE,
    MORE,
    RECORD_EMIT,
)
from engo.frames.errors import LocalProtocolError, RemoteProtocolError

Message = bytes | bytearray | memoryview
"""A whole message; a memoryview is of the bytes that were fed."""


def check_message(channel: int, size: int, limit: int) -> None:
    """Raises LocalProtocolError when the link cannot carry such a message."""
    if not 0 <= channel < CHANNELS:
        raise LocalProtocolError(
            f"expected a channel below {CHANNELS}, got {channel}; see docs/frames.md"
        )
    if size > limit:
        raise LocalProtocolError(
            f"expected a message of at most {limit} bytes, got {size}; "
            "send it in parts or open the worker with a higher message limit"
        )


def fragment(channel: int, message: bytes, limit: int = MAX_MESSAGE) -> list[bytes]:
    """The records of one message."""
    check_message(channel, len(message), limit)
    more = bytes((channel | MORE,))
    records = []
    start = 0
    while len(message) - start > FRAGMENT_EMIT:
        records.append(more + message[start : start + FRAGMENT_EMIT])
        start += FRAGMENT_EMIT
    records.append(bytes((channel,)) + message[start:])
    return records


def write_message(channel: int, message: bytes, limit: int = MAX_MESSAGE) -> bytes:
    """One message as the bytes of a stream: fragments, each after its length."""
    size = len(message)
    if size <= FRAGMENT_EMIT and size <= limit and 0 <= channel < CHANNELS:
        return (size + 1 << 8 | channel).to_bytes(3, "big") + message
    check_message(channel, size, limit)
    return fragments(channel, b"", message)


def fragments(channel: int, head: bytes, body: bytes) -> bytes:
    """The message `head + body` as the bytes of a stream, copied once.

    `head` must fit the first record; nothing is checked.
    """
    left = len(head) + len(body)
    room = FRAGMENT_EMIT - len(head)  # in the next record, for body
    more = (RECORD_EMIT << 8 | channel | MORE).to_bytes(3, "big")
    view = memoryview(body)
    parts: list[bytes | memoryview] = []
    start = 0
    while left > FRAGMENT_EMIT:
        parts += more, head, view[start : start + room]
        head = b""
        start += room
        left -= FRAGMENT_EMIT
        room = FRAGMENT_EMIT
    parts += (left + 1 << 8 | channel).to_bytes(3, "big"), head, view[start:]
    return b"".join(parts)


class Assembler:
    """Joins the records of each channel to messages.

    Holds at most `limit` bytes per channel between two records; one buffer per
    channel, so that a hostile peer gains nothing by very short records.
    """

    __slots__ = ("_buffers", "limit")

    def __init__(self, limit: int = MAX_MESSAGE) -> None:
        self.limit = limit
        self._buffers = [bytearray() for _ in range(CHANNELS)]

    @property
    def pending(self) -> int:
        """How many bytes of unfinished messages are held."""
        return sum(map(len, self._buffers))

    def inside(self, channel: int) -> bool:
        """Whether a message of the channel has begun and not ended."""
        return bool(self._buffers[channel])

    def add(self, record: bytes | memoryview) -> tuple[int, Message] | None:
        """The channel and message that this record completes, or None.

        Raises RemoteProtocolError for an unknown channel or a message over the
        limit; the assembler is then spent.
        """
        first = record[0]
        channel = first & CHANNEL_MASK
        if channel >= CHANNELS:
            raise RemoteProtocolError(
                f"expected a channel below {CHANNELS}, got {channel}"
            )
        buffer = self._buffers[channel]
        size = len(buffer) + len(record) - 1
        if size > self.limit:
            raise RemoteProtocolError(
                f"expected a message of at most {self.limit} bytes, got at least {size}"
            )
        if first & MORE:
            buffer += record[1:]
            return None
        if not buffer:
            return channel, record[1:]
        buffer += record[1:]
        self._buffers[channel] = bytearray()
        return channel, buffer

    def finish(self) -> None:
        """Call at the end of the stream: raises when it ends inside a message."""
        if self.pending:
            raise RemoteProtocolError(
                "expected the rest of a message, got the end of the stream after "
                f"{self.pending} bytes of it"
            )
