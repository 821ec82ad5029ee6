"""The daemon's log: lines with the time, in a file that is bounded.

When it has grown too large it becomes `engo.log.1` and a new one is begun, which
then also takes what is printed on descriptors 1 and 2 if they led to the old one.
"""

import contextlib
import os
from datetime import UTC, datetime

from engo.powers.clock import Clock
from engo.powers.files import FILE_MODE

LOG_BYTES = 8 << 20
MAX_LINE = 8_192


class LogFile:
    """Appends lines; what the disk does not take is lost without a word."""

    def __init__(self, path: str, clock: Clock, limit: int = LOG_BYTES) -> None:
        """Open it; raises OSError."""
        self._path = path
        self._clock = clock
        self._limit = limit
        self._descriptor = self._open()

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        return os.open(self._path, flags, FILE_MODE)

    def write(self, text: str) -> None:
        """One line, its newlines made visible."""
        now = datetime.fromtimestamp(self._clock.milliseconds() / 1000, UTC)
        stamp = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = f"{stamp} {text[:MAX_LINE]}".replace("\n", "\\n")
        with contextlib.suppress(OSError):
            os.write(self._descriptor, f"{line}\n".encode("utf-8", "backslashreplace"))
            if os.fstat(self._descriptor).st_size > self._limit:
                self._rotate()

    def _rotate(self) -> None:
        old = os.fstat(self._descriptor)
        os.rename(self._path, f"{self._path}.1")
        fresh = self._open()
        for standard in (1, 2):
            about = os.fstat(standard)
            if (about.st_dev, about.st_ino) == (old.st_dev, old.st_ino):
                os.dup2(fresh, standard)
        os.close(self._descriptor)
        self._descriptor = fresh

    def close(self) -> None:
        os.close(self._descriptor)
