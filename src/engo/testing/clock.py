"""A clock that a test moves, and randomness that repeats."""

from collections import defaultdict
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import anyio


class VirtualClock:
    """Time stands still until `advance`; sleepers wake in order."""

    def __init__(self, start: float = 1000.0) -> None:
        self.now = start  # monotonic seconds
        self.cpu: defaultdict[int, float] = defaultdict(float)  # seconds by pid
        self._order = count()
        self._sleepers: list[tuple[float, int, anyio.Event]] = []

    def monotonic(self) -> float:
        return self.now

    def milliseconds(self) -> float:
        return self.now * 1000.0

    def cpu_seconds(self, pid: int) -> float | None:
        return self.cpu[pid]

    @property
    def sleepers(self) -> int:
        """How many tasks sleep."""
        return len(self._sleepers)

    async def sleep(self, seconds: float) -> None:
        import anyio

        woken = anyio.Event()
        entry = (self.now + seconds, next(self._order), woken)
        heappush(self._sleepers, entry)
        try:
            await woken.wait()
        finally:
            if entry in self._sleepers:
                self._sleepers.remove(entry)

    def advance(self, seconds: float) -> None:
        """Move on and wake whoever's time has come."""
        self.now += seconds
        while self._sleepers and self._sleepers[0][0] <= self.now:
            heappop(self._sleepers)[2].set()


class FixedRandom:
    """The same bytes every time."""

    def bytes(self, size: int) -> bytes:
        return bytes(index & 0xFF for index in range(size))
