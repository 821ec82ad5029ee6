"""What both kinds of worker know without asking the machine.

No method here sends anything or waits.
"""

from engo.worker.core import WorkerCore
from engo.worker.errors import WorkerDied
from engo.worker.events import ConsoleLine


class WorkerFacts:
    """The properties that `Worker` and `AsyncWorker` share."""

    _core: WorkerCore

    @property
    def meter(self) -> int:
        """Computrons of the last crank that has ended."""
        return self._core.protocol.meter

    @property
    def console(self) -> list[ConsoleLine]:
        """The newest console lines, oldest first; see Limits.console_lines."""
        return self._core.console.lines

    @property
    def console_dropped(self) -> int:
        """How many older console lines were dropped."""
        return self._core.console.dropped

    @property
    def pid(self) -> int | None:
        """The process it has of its own; None: it has none."""
        return self._core.child.pid

    @property
    def build(self) -> str:
        """The build the worker is of."""
        assert self._core.identity is not None
        return self._core.identity.build

    @property
    def death(self) -> WorkerDied | None:
        """Why the worker has ended, or None."""
        return self._core.protocol.death

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError(
            "expected no copy of a worker: it is one process; take a snapshot and "
            "open another worker from it"
        )
