"""Netstrings, the frame of captp0 on byte streams: `<length>:<bytes>,`.

Sans-I/O: bytes in, messages out. What a message says is not known here, nor where
bytes come from.

Strict where @endo/netstring is strict (digits only, at most nine, a comma behind),
lenient where it is lenient (leading zeros), with a limit of our own.
"""

from __future__ import annotations

# The worker link's MAX_MESSAGE: what a socket lets in fits a worker. The largest
# thing that a stock client sends in one message is a bundle, under 1 MB.
DEFAULT_LIMIT = 16 * 1024 * 1024
MAX_DIGITS = 9  # as @endo/netstring; so that a prefix is bounded before its colon

_COMMA = ord(",")


class NetstringError(Exception):
    """The stream cannot be read on; close it.

    NetstringError
    ├── MalformedNetstring   no digits, too many, another byte than ':' or ','
    ├── NetstringTooLong     a length over the limit
    └── NetstringTruncated   the stream ended inside a netstring
    """


class MalformedNetstring(NetstringError):
    """Another byte than a digit, ':' or ',' at its place, or too many digits."""


class NetstringTooLong(NetstringError):
    """A netstring announces more bytes than the limit; also raised when writing."""


class NetstringTruncated(NetstringError):
    """The stream ended inside a netstring."""


def netstring(message: bytes, limit: int = DEFAULT_LIMIT) -> bytes:
    """A message in its frame; raises NetstringTooLong."""
    if len(message) > limit:
        raise NetstringTooLong(
            f"expected a message of at most {limit} bytes, came {len(message)}"
        )
    return b"%d:%b," % (len(message), message)


class NetstringReader:
    """Splits a byte stream into messages.

    After an error it refuses further bytes with the same error.
    """

    __slots__ = ("_buffer", "_failed", "_limit", "_size")

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        self._limit = limit  # bytes of one message
        self._buffer = bytearray()  # bytes that no message has used yet
        self._size = -1  # length of the message being read; -1 in its prefix
        self._failed: NetstringError | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that these bytes complete; raises NetstringError.

        Messages complete before the fault are lost with it: the stream is over.
        """
        if self._failed is not None:
            raise self._failed
        self._buffer += data
        messages: list[bytes] = []
        start = 0
        try:
            while True:
                if self._size < 0:
                    start = self._read_prefix(start)
                    if self._size < 0:
                        break
                end = start + self._size
                if len(self._buffer) <= end:
                    break
                if self._buffer[end] != _COMMA:
                    raise MalformedNetstring(
                        f"expected ',' after {self._size} bytes, came "
                        f"{bytes(self._buffer[end : end + 1])!r}"
                    )
                messages.append(bytes(memoryview(self._buffer)[start:end]))
                start, self._size = end + 1, -1
        except NetstringError as error:
            self._failed = error
            self._buffer.clear()
            raise
        if start:
            del self._buffer[:start]
        return messages

    def end(self) -> None:
        """The stream has ended; raises NetstringTruncated inside a netstring."""
        if self._failed is None and (self._buffer or self._size >= 0):
            wanted = "a length" if self._size < 0 else f"{self._size} bytes and ','"
            raise NetstringTruncated(
                f"expected {wanted}, came the end after {len(self._buffer)} bytes"
            )

    def _read_prefix(self, start: int) -> int:
        """Set the size if its colon is there; gives the place behind the prefix."""
        prefix = self._buffer[start : start + MAX_DIGITS + 1]
        digits, colon, _ = prefix.partition(b":")
        if digits and not digits.isdigit():
            raise MalformedNetstring(
                f"expected digits and ':', came {bytes(prefix)!r:.60}"
            )
        if not colon:
            if len(digits) > MAX_DIGITS:
                raise MalformedNetstring(
                    f"expected at most {MAX_DIGITS} digits, came {bytes(digits)!r}"
                )
            return start
        if not digits:
            raise MalformedNetstring("expected at least one digit, came ':'")
        size = int(digits)
        if size > self._limit:
            raise NetstringTooLong(
                f"expected a netstring of at most {self._limit} bytes, came {size}"
            )
        self._size = size
        return start + len(digits) + 1
