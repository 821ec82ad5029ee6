"""The last console lines of a worker, bounded by number and by bytes."""

from collections import deque

from engo.worker.events import ConsoleLine
from engo.worker.limits import Limits

_LINE_BYTES = 100  # what a line costs besides its text


class ConsoleBuffer:
    """Keeps the newest lines; counts those it had to drop."""

    __slots__ = ("_bytes", "_lines", "_most_bytes", "_most_lines", "dropped")

    def __init__(self, limits: Limits) -> None:
        self._lines: deque[ConsoleLine] = deque()
        self._bytes = 0
        self._most_lines = limits.console_lines
        self._most_bytes = limits.console_bytes
        self.dropped = 0  # how many lines were dropped

    def add(self, line: ConsoleLine) -> None:
        """Keep the line; the oldest make room."""
        self._lines.append(line)
        self._bytes += _size(line)
        while len(self._lines) > self._most_lines or self._bytes > self._most_bytes:
            self._bytes -= _size(self._lines.popleft())
            self.dropped += 1

    @property
    def lines(self) -> list[ConsoleLine]:
        """The kept lines, oldest first."""
        return list(self._lines)

    def take(self) -> list[ConsoleLine]:
        """The kept lines; they are forgotten."""
        lines = list(self._lines)
        self._lines.clear()
        self._bytes = 0
        return lines


def _size(line: ConsoleLine) -> int:
    return len(line.text) + len(line.tag) + _LINE_BYTES
