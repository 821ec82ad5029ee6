"""A request to a worker: its number, its state, its answer."""

from typing import TYPE_CHECKING, Any

from engo.worker.errors import EngoError, WorkerDied

if TYPE_CHECKING:
    from collections.abc import Callable


class Request:
    """One request; made by the protocol, settled by it once.

    `done` turns True once; then either `error` is set or `value` holds.
    """

    __slots__ = ("cranks", "done", "error", "id", "meter", "on_done", "value")

    def __init__(self, number: int) -> None:
        self.id = number
        self.done = False
        self.cranks = 0  # 0: its crank has not ended; 1: a promise is awaited
        self.value: Any = None
        self.error: EngoError | None = None
        self.meter = 0  # computrons of the crank that ended with the last answer
        self.on_done: Callable[[], object] | None = None  # called once, by the shell

    def tell(self) -> None:
        """Whoever waits goes on."""
        if self.on_done is not None:
            self.on_done()

    def outcome(self) -> Any:
        """The value; raises the error. Only when `done`."""
        error = self.error
        if error is None:
            return self.value
        if isinstance(error, WorkerDied):
            raise error.again() from error.__cause__
        raise error
