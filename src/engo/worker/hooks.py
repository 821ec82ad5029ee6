"""What the owner of an async worker is told, and by which callables."""

from collections.abc import Awaitable, Callable

from engo.worker.commands import CommandHandler
from engo.worker.errors import GuestError, WorkerDied
from engo.worker.events import ConsoleLine


class Hooks:
    """The owner's callables; each may be None."""

    __slots__ = ("call", "captp", "console", "death", "rejection", "trace")

    def __init__(
        self,
        call: CommandHandler | None,
        console: Callable[[ConsoleLine], object] | None,
        captp: Callable[[bytes], Awaitable[None] | None] | None,
        trace: Callable[[str, GuestError], object] | None,
        rejection: Callable[[GuestError], object] | None,
        death: Callable[[WorkerDied], object] | None,
    ) -> None:
        self.call = call
        self.console = console
        self.captp = captp
        self.trace = trace
        self.rejection = rejection
        self.death = death
