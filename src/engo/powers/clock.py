"""The clock power: the only place that asks the time.

Its fake is `engo.testing.clock.VirtualClock`.
"""

import time
from typing import Final, Protocol

_CPU_CLOCK_OF_PROCESS: Final = 2  # CPUCLOCK_SCHED, include/linux/posix-timers.h


class Clock(Protocol):
    """What workers and daemon know of time."""

    def monotonic(self) -> float:
        """Seconds that only grow; for durations."""
        ...

    def milliseconds(self) -> float:
        """Milliseconds since 1970; for machines' clocks."""
        ...

    def cpu_seconds(self, pid: int) -> float | None:
        """CPU time used by a child so far; None when it has been reaped."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; may be cancelled."""
        ...


class SystemClock:
    """The computer's own clock."""

    __slots__ = ()

    def monotonic(self) -> float:
        return time.monotonic()

    def milliseconds(self) -> float:
        return time.time() * 1000.0

    def cpu_seconds(self, pid: int) -> float | None:
        # The clock id of another process, as glibc's clock_getcpuclockid makes it.
        try:
            return time.clock_gettime(~pid << 3 | _CPU_CLOCK_OF_PROCESS)
        except OSError:
            return None

    async def sleep(self, seconds: float) -> None:
        import anyio  # the blocking worker must not pay for it

        await anyio.sleep(seconds)
