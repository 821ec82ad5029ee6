"""What the daemon asks of the outside world; the shell is its body.

Everything that takes time answers with a promise, settled in a later turn.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from engo.captp import Promise
from engo.store.database import Operation
from engo.worker.errors import GuestError


class Usage(NamedTuple):
    """What a machine has used, as it last said."""

    heap: int  # bytes in use
    meter: int  # computrons since it was made


class Suspension(NamedTuple):
    """A machine that was suspended, and what it had used until then."""

    state: bytes
    usage: Usage


class Body(Protocol):
    """A running worker."""

    def send_captp(self, messages: list[bytes], /) -> None:
        """Send messages, in order; raises EngoError."""
        ...

    def interrupt(self) -> None:
        """Make the running crank end, and the machine with it."""
        ...

    def close(self) -> None:
        """Let it end, kill it when it does not at once; does not wait."""
        ...

    @property
    def cranks(self) -> tuple[bool, int]:
        """Whether a crank runs, and how many have begun."""
        ...

    @property
    def busy(self) -> bool:
        """Whether it has something to do or to take; then it is not suspended."""
        ...

    @property
    def pid(self) -> int | None:
        """The process it has of its own; None: it has none."""
        ...

    def usage(self) -> Promise:
        """Its Usage, once the cranks before are done."""
        ...

    def suspend(self) -> Promise:
        """Its Suspension, once the cranks before are done; the body has ended then.

        Rejected with an EngoError when it cannot be suspended; it goes on then,
        unless it has told its hooks that it has ended.
        """
        ...


class WorkerHooks(Protocol):
    """Whom a worker tells what it says; called between turns."""

    def captp(self, message: bytes, /) -> None: ...

    def console(self, level: str, tag: str, text: str, /) -> None: ...

    def trace(self, error_id: str, error: GuestError, /) -> None: ...

    def rejection(self, error: GuestError, /) -> None: ...

    def death(self, reason: str, /) -> None: ...


class Flushable(Protocol):
    """Something that has gathered output in turns, to be written after them."""

    def flush(self) -> None: ...


class Outside(Protocol):
    """The powers of a daemon."""

    @property
    def writes_pending(self) -> bool:
        """Whether an operation is on its way to the disk."""
        ...

    def writes_settled(self) -> Promise:
        """Fulfilled once what is on its way now is on the disk, or has failed."""
        ...

    def commit(self, operation: Operation, /) -> Promise:
        """What the operation returned, once it is on the disk."""
        ...

    def run(self, function: Callable[..., Any], /, *args: Any) -> Promise:
        """What a function that blocks returned."""
        ...

    def later(
        self, seconds: float, callback: Callable[[], object], /
    ) -> Callable[[], None]:
        """Call back in a turn of its own; the answer cancels that."""
        ...

    def now(self) -> float:
        """Seconds on a clock that only goes forward."""
        ...

    def start_worker(
        self, hooks: WorkerHooks, engine: str, image: str, state: bytes | None, /
    ) -> Promise:
        """A Body, of a new machine or a suspended one; rejected when none comes up."""
        ...

    def keep_suspended(self, name: str, state: bytes, tables: bytes, /) -> Promise:
        """Fulfilled once both are on disk; rejected when they are not, with nothing
        left of them."""
        ...

    def take_suspended(self, name: str, /) -> Promise:
        """The state that was kept under this name, which is forgotten with that."""
        ...

    def forget_suspended(self, name: str, /) -> None:
        """Remove what is kept under this name, if anything; never raises."""
        ...

    def flush_later(self, flushable: Flushable, /) -> None:
        """Call its `flush` after this round of turns."""
        ...

    def random(self, size: int, /) -> bytes: ...

    def append(self, log: str, data: bytes, /) -> None:
        """Append to a worker's log, which is bounded; never raises."""
        ...

    def forget_worker(self, number: str, /) -> None:
        """Remove what is kept on disk for a worker besides its formula."""
        ...

    def log(self, text: str, /) -> None:
        """A line of the daemon's log."""
        ...

    def stop(self) -> None:
        """End the daemon, after what is being answered."""
        ...
