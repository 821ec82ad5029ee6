"""What the blocking and the async worker share: child, protocol, watchdog, bytes out.

Nothing in here waits. A shell reads, waits, and calls.
"""

from collections import deque
from threading import Lock
from typing import Any, Final, Protocol, runtime_checkable

from engo.powers.clock import Clock
from engo.powers.page import RUNNING
from engo.powers.random import Random
from engo.powers.spawn import Child
from engo.worker.console import ConsoleBuffer
from engo.worker.errors import (
    INTERRUPTED,
    CrankTimeout,
    EngoError,
    LimitExceeded,
    UsageError,
    WorkerClosed,
    WorkerDied,
    died_of_abort,
)
from engo.worker.events import WorkerReady, WorkerStatus
from engo.worker.launch import (
    KINDS,
    SnapshotSource,
    default_key,
    open_snapshot,
)
from engo.worker.limits import Limits
from engo.worker.protocol import WorkerProtocol
from engo.worker.request import Request
from engo.worker.snapshotfile import SnapshotWriter, check_key
from engo.worker.watchdog import Verdict, Watchdog

SEED_BYTES = 32
RESUMED: Final = "resumed"
"""What a resumed worker's engine is called, since it says `ready` only once."""


class Starter(Protocol):
    """What a worker needs of a Launcher.

    Also `build() -> str | None`, where its workers must be of one build, and `resume`
    where they can be suspended (`engo.worker.wasm_inprocess`).
    """

    def start(self, origin: Any, limits: Limits) -> Child:
        """A worker of an image or a snapshot's SealedMemory; of nothing if None."""
        ...

    def image(self, name: str) -> object:
        """An image for `start`; stays the launcher's."""
        ...


@runtime_checkable
class Resumer(Protocol):
    """A Starter whose workers can be suspended."""

    def build(self) -> str: ...

    def resume(self, state: bytes, key: bytes, limits: Limits) -> Child:
        """A worker that goes on where it was suspended."""
        ...


@runtime_checkable
class Beginner(Protocol):
    """A Child that can take `start` at once, on the caller's thread."""

    def begin(self, data: bytes) -> None:
        """Write the link's first bytes."""
        ...


@runtime_checkable
class Suspendable(Protocol):
    """A Child that can be suspended."""

    def suspend(self, key: bytes, build: str) -> bytes:
        """Its state; may take milliseconds. Raises UsageError when it cannot."""
        ...


def start_child(
    launcher: Starter,
    image: str | None,
    snapshot: SnapshotSource | None,
    key: bytes | None,
    limits: Limits,
) -> Child:
    """A child that is given the image or the checked snapshot."""
    if not hasattr(launcher, "start"):
        raise UsageError(
            f"expected a launcher of {', '.join(KINDS)} or an engo.Launcher; got "
            f"{launcher!r}"
        )
    if snapshot is not None:
        own_key = default_key() if key is None else key
        with open_snapshot(snapshot, own_key, build_of(launcher)) as body:
            return launcher.start(body, limits)
    origin = None if image is None else launcher.image(image)
    return launcher.start(origin, limits)


def open_child(
    launcher: Starter,
    image: str | None,
    snapshot: SnapshotSource | None,
    resume: bytes | None,
    key: bytes | None,
    limits: Limits,
) -> tuple[Child, WorkerReady | None]:
    """A child, and who it is when it goes on without a `start`."""
    if resume is None:
        return start_child(launcher, image, snapshot, key, limits), None
    if not isinstance(resume, bytes) or snapshot is not None:
        raise UsageError(
            "expected resume to be the bytes of one suspended worker, without a "
            f"snapshot; got {type(resume).__name__}"
        )
    if not isinstance(launcher, Resumer):
        raise UsageError(
            "expected engine 'wasm' or 'wasm-child' to resume a worker with, got a "
            f"launcher of others: {type(launcher).__name__}"
        )
    own_key = default_key() if key is None else key
    child = launcher.resume(resume, own_key, limits)
    return child, WorkerReady(launcher.build(), RESUMED)


def build_of(launcher: Starter) -> str | None:
    """The build that its workers must be of; None: any."""
    build = getattr(launcher, "build", None)
    return None if build is None else str(build())


class WorkerCore:
    """One worker without its way of waiting."""

    def __init__(
        self,
        child: Child,
        limits: Limits,
        clock: Clock,
        key: bytes | None,
        build: str | None = None,
    ) -> None:
        self.build = build  # that the worker must be of; None: any
        self.child = child
        self.limits = limits
        self.clock = clock
        self.console = ConsoleBuffer(limits)
        self.protocol = WorkerProtocol(limits)
        self.watchdog = Watchdog(limits)
        self.identity: WorkerReady | None = None  # what `ready` said
        self.closed = False  # the owner has closed it
        self.unsent_bytes = 0  # that the worker has not taken yet
        self._key = key
        self._looking = Lock()  # a blocking worker's watcher looks too
        self._unsent: deque[memoryview] = deque()
        self._write = child.write

    def identify(self, ready: WorkerReady) -> None:
        """Take note of what the worker says it is; ends it when that is wrong."""
        if self.build is not None and ready.build != self.build:
            self.kill(
                WorkerDied(
                    f"expected a worker of build {self.build}, got {ready.build}; "
                    "the executable and the extension are of different builds"
                )
            )
            return
        self.identity = ready

    def resumed(self, identity: WorkerReady) -> None:
        """The machine goes on where it was suspended: no `start` is sent."""
        self.protocol.resumed()
        self.identity = identity

    def start(self, random: Random, *, image: bool) -> None:
        """Send `start`."""
        self.protocol.start(
            seed=random.bytes(SEED_BYTES), now=self.clock.milliseconds(), image=image
        )
        if isinstance(self.child, Beginner):
            self.child.begin(self.protocol.take_outgoing())

    @property
    def cranks(self) -> tuple[bool, int]:
        """Whether a crank runs, and how many have begun."""
        state, cranks = self.child.page.state_and_cranks
        return state == RUNNING, cranks

    def check_open(self) -> None:
        """Raises WorkerClosed after the owner closed it."""
        if self.closed:
            raise WorkerClosed(
                "expected an open worker, got one that was closed; open another"
            )

    def check_backlog(self, size: int) -> None:
        """Raises UsageError when so many bytes more would be too many."""
        if self.unsent_bytes + size > self.limits.backlog:
            raise UsageError(
                f"expected at most {self.limits.backlog} bytes to wait for the "
                f"worker, got {self.unsent_bytes + size}; wait for answers first"
            )

    def send(self, data: bytes) -> None:
        """Write bytes that the protocol has handed out, after all before them."""
        self.protocol.send(data)
        self.flush()

    def queue(self, data: bytes) -> None:
        """The rest of a record whose beginning was written directly."""
        self._unsent.append(memoryview(data))
        self.unsent_bytes += len(data)

    def flush(self) -> bool:
        """Write what is to be sent; False when the pipe is full before the end.

        A BaseException between the writing and the counting (Ctrl-C) leaves the
        link out of step, so it ends the worker.
        """
        data = self.protocol.take_outgoing()
        if self._unsent:
            if data:
                self._unsent.append(memoryview(data))
                self.unsent_bytes += len(data)
            return self._flush_rest()
        if not data:
            return True
        try:
            sent = self._write(data)
        except BlockingIOError:
            sent = 0
        except OSError:  # the reader's end is gone; reading will tell why
            return True
        except BaseException:
            self.kill(WorkerDied("its owner was interrupted while writing to it"))
            raise
        if sent == len(data):
            return True
        self._unsent.append(memoryview(data)[sent:])
        self.unsent_bytes = len(data) - sent
        return self._flush_rest()

    def _flush_rest(self) -> bool:
        try:
            while self._unsent:
                part = self._unsent[0]
                sent = self._write(part)
                self.unsent_bytes -= sent
                if sent < len(part):
                    self._unsent[0] = part[sent:]
                else:
                    self._unsent.popleft()
        except BlockingIOError:
            if self.unsent_bytes > 2 * self.limits.backlog:
                self.kill(
                    LimitExceeded(f"{self.unsent_bytes} bytes wait to be taken by it")
                )
            return False
        except OSError:
            self._unsent.clear()
            self.unsent_bytes = 0
        except BaseException:
            self.kill(WorkerDied("its owner was interrupted while writing to it"))
            raise
        return True

    def look(self) -> Verdict:
        """Let the watchdog look, and do what it says."""
        with self._looking:
            cpu = self.child.cpu_seconds(self.clock)
            state, cranks = self.child.page.state_and_cranks
            verdict = self.watchdog.look(self.clock.monotonic(), cpu, state, cranks)
        if verdict is Verdict.INTERRUPT:
            self.protocol.verdict = CrankTimeout(self.watchdog.reason)
            self.child.page.interrupt()
        elif verdict is Verdict.KILL:
            if self.protocol.verdict is None:
                self.protocol.verdict = died_of_abort(INTERRUPTED)
            self.child.kill()
        return verdict

    def kill(self, death: WorkerDied) -> None:
        """End the process at once; `death` is what everyone is told."""
        if self.protocol.verdict is None:
            self.protocol.verdict = death
        self.child.kill()

    def interrupt(self) -> None:
        """Make the running crank end; the machine ends with it."""
        self.check_open()
        self.watchdog.asked()
        self.child.page.interrupt()

    def check_suspendable(self) -> Suspendable:
        """The child; raises UsageError when it cannot be suspended now."""
        if not isinstance(self.child, Suspendable):
            raise UsageError(
                "expected a worker of engine 'wasm' or 'wasm-child' to suspend, got a "
                "native one; take a snapshot of it"
            )
        protocol = self.protocol
        if protocol.running or protocol.open_commands or self.unsent_bytes:
            raise UsageError(
                "expected a worker at rest to suspend, got one with requests, commands "
                "or bytes under way; wait for them"
            )
        return self.child

    def suspend(self) -> bytes:
        """The machine's state; nothing may be sent meanwhile."""
        child = self.check_suspendable()
        assert self.identity is not None
        key = default_key() if self._key is None else check_key(self._key)
        return child.suspend(key, self.identity.build)

    def snapshot_writer(self) -> SnapshotWriter:
        """Digests a snapshot of this worker under its key."""
        assert self.identity is not None
        key = default_key() if self._key is None else check_key(self._key)
        return SnapshotWriter(self.identity.build, self.identity.engine, key)

    def fail_all(self, error: EngoError) -> list[Request]:
        """Fail what is pending because the owner closed the worker."""
        return self.protocol.close(error)


def status_of(value: object) -> WorkerStatus:
    """The answer to `status`; raises WorkerDied when it has another shape."""
    fields = WorkerStatus._fields
    if not isinstance(value, dict) or any(
        type(value.get(name)) not in (int, float) for name in fields
    ):
        raise WorkerDied(
            f"expected a status of {', '.join(fields)}; got {value!r:.200}"
        )
    return WorkerStatus(*(int(value[name]) for name in fields))
