"""What can go wrong with a worker, as one tree.

    EngoError
    ├── UsageError            the caller's fault; nothing was sent
    │   └── WorkerClosed      the worker was closed or killed by its owner
    ├── GuestError            guest code threw, or its promise was rejected
    ├── StuckPromise          nothing can settle the promise any more
    ├── LaunchError           no worker could be started
    ├── SnapshotError         a snapshot was refused; the worker saw none of it
    │   ├── SnapshotTruncated
    │   ├── SnapshotAltered
    │   ├── SnapshotForeign   another format, build or engine
    │   └── SnapshotWrongKey
    └── WorkerDied            the worker has ended; everything pending fails
        ├── LimitExceeded     too much computation, memory, stack or messages
        ├── CrankTimeout      the watchdog ended it: CPU or wall time
        └── WorkerInterrupted  `interrupt()` ended it

Messages of the link that cannot be sent raise `engo.frames`' LocalProtocolError.
"""

OTHER_THREAD = (
    "expected one thread at a time, got a request while another thread waits for an "
    "answer; give each thread a worker of its own, or use engo.open_worker"
)
OTHER_LOOP = (
    "expected a request from the event loop that opened the worker, got one from "
    "another thread; use anyio.from_thread.run there"
)


class EngoError(Exception):
    """The root of what the worker library raises."""


class UsageError(EngoError):
    """The caller asked for what cannot be done; nothing was sent."""


class WorkerClosed(UsageError):
    """The worker was closed by its owner before this call."""


class LaunchError(EngoError):
    """No worker could be started."""


class StuckPromise(EngoError):
    """A promise cannot settle: no request, no command is outstanding."""


class GuestError(EngoError):
    """Guest code threw, or a promise it returned was rejected.

    Everything in it was chosen by the guest; treat it as text to show.
    """

    def __init__(
        self,
        name: str,
        message: str,
        stack: str = "",
        file: str = "",
        line: int = 0,
        thrown: object = None,
    ) -> None:
        super().__init__(name, message, stack, file, line, thrown)
        self.name = name  # the error's name, "" when no Error was thrown
        self.message = message  # one text, may hold newlines
        self.stack = stack  # frames as the engine prints them, may be ""
        self.file = file  # the name the source was given, "" when unknown
        self.line = line  # from 1; 0 when unknown
        self.thrown = thrown  # the JSON value of a thrown value that is no Error

    def __str__(self) -> str:
        text = f"{self.name}: {self.message}" if self.name else self.message
        if self.file and self.line:
            text += f" ({self.file}:{self.line})"
        return text


class SnapshotError(EngoError):
    """A snapshot was refused before any worker saw a byte of it."""


class SnapshotTruncated(SnapshotError):
    """The snapshot ends before its header says it does."""


class SnapshotAltered(SnapshotError):
    """The snapshot is not what was written: its digest differs."""


class SnapshotForeign(SnapshotError):
    """No snapshot, or one of another format, build or engine."""


class SnapshotWrongKey(SnapshotError):
    """The snapshot was authenticated with another key."""


class WorkerDied(EngoError):
    """The worker has ended; `reason` says why.

    `status` is its exit status, minus the signal's number, or None when unknown.
    `stack` is what the guest was doing, as an Error's stack tells it, the newest frame
    first; "" when the machine could not tell. The guest chose the names in it.
    """

    def __init__(self, reason: str, status: int | None = None, stack: str = "") -> None:
        super().__init__(reason, status, stack)
        self.reason = reason
        self.status = status
        self.stack = stack

    def __str__(self) -> str:
        return f"the worker has ended: {self.reason}"

    def again(self) -> "WorkerDied":
        """The same death for another caller, with a traceback of its own."""
        return type(self)(self.reason, self.status, self.stack)


class LimitExceeded(WorkerDied):
    """The machine was ended by one of its limits."""


class CrankTimeout(WorkerDied):
    """The watchdog ended a crank that took too much CPU or wall time."""


class WorkerInterrupted(WorkerDied):
    """The crank was interrupted by the worker's owner."""


EXIT_REASONS = {
    64: "bad arguments",
    65: "the link's protocol was broken",
    66: "the snapshot was refused by the machine",
    70: "the machine aborted",
    71: "out of host memory",
}
"""Exit statuses of the worker (docs/frames.md)."""

INTERRUPTED = "interrupted"


def died_of_abort(reason: str, stack: str = "") -> WorkerDied:
    """The error for an abort that the machine reported."""
    if reason == INTERRUPTED:
        return WorkerInterrupted(reason, stack=stack)
    if reason == "dead":
        return WorkerDied("the machine had ended before")
    return LimitExceeded(reason, stack=stack)
