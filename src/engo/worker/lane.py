"""The fast lane: one small request while nothing else is going on.

Most requests are like this, so they take one write, one poll, one read and no
bookkeeping. Whatever else happens (a full pipe, a late or odd answer, an event
before it) is handed back as it is, for the general way.
"""

from typing import Any, Final

from engo.powers.spawn import Child
from engo.worker.results import plain_result

READ_BYTES: Final = 100_000
"""How much is read at a time: a 64 KiB message and its frame; below malloc's
threshold for mapping memory, which would cost more than the reading."""


class Lane:
    """The ways of one child, looked up once."""

    __slots__ = ("_read", "_wait", "_write", "data", "meter", "reading", "sent")

    def __init__(self, child: Child) -> None:
        self._write = child.write
        self._wait = child.wait
        self._read = child.read
        self.reading = False  # bytes may have been read and lost
        self.sent = 0  # bytes of the record that were taken
        self.data = b""  # what came and was not taken as the answer
        self.meter = 0  # of the answer

    def exchange(self, number: int, record: bytes, seconds: float) -> Any:
        """The answer's value; NOT_PLAIN when it is none, and `sent`, `data` tell.

        Raises OSError of the link (BlockingIOError when it is full).
        """
        self.sent = 0
        self.data = b""
        self.reading = False
        self.sent = self._write(record)
        if self.sent != len(record) or not self._wait(seconds, writing=False):
            return NOT_PLAIN
        self.reading = True
        self.data = data = self._read(READ_BYTES)
        found = plain_result(data, 0)
        if found is None or found[0] != number or found[3] != len(data):
            return NOT_PLAIN
        self.meter = found[2]
        return found[1]


NOT_PLAIN: Final = object()
"""The answer did not come, or is not plain."""
