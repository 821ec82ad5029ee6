"""A machine's CPU time, told by the clock of whichever thread runs it. Pure."""


class ThreadTime:
    """Adds up what a machine was seen to use, on one thread after the other.

    A thread's clock holds what it did for others, too: only what passes between two
    looks counts.
    """

    __slots__ = ("_then", "_total")

    def __init__(self) -> None:
        self._then = 0.0  # the clock when last looked at; 0: no thread ran it
        self._total = 0.0

    def seen(self, clock: float) -> float:
        """Its seconds up to now; `clock` is its thread's, 0 when none runs it."""
        if self._then and clock > self._then:
            self._total += clock - self._then
        self._then = clock
        return self._total
