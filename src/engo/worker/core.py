"""What the blocking and the async worker share: child, protocol, watchdog, bytes out.

Nothing in here waits. A shell reads, waits, and calls.
"""

from collections import deque
from threading import Lock
from typing import Protocol

from engo.native import build_id
from engo.powers.clock import Clock
from engo.powers.memory import SealedMemory
from engo.powers.page import RUNNING
from engo.powers.random import Random
from engo.powers.spawn import Child
from engo.worker.console import ConsoleBuffer
from engo.worker.errors import (
    CrankTimeout,
    EngoError,
    LimitExceeded,
    UsageError,
    WorkerClosed,
    WorkerDied,
)
from engo.worker.events import WorkerReady, WorkerStatus
from engo.worker.launch import (
    KINDS,
    Kind,
    Launcher,
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


class Starter(Protocol):
    """What a worker needs of a Launcher."""

    def start(self, body: SealedMemory | None) -> Child: ...

    def image(self, name: str) -> SealedMemory: ...


def start_child(
    launcher: Kind | Starter,
    image: str | None,
    snapshot: SnapshotSource | None,
    key: bytes | None,
) -> Child:
    """A child that is given the image or the checked snapshot."""
    if isinstance(launcher, str):
        with Launcher(launcher) as own:
            return start_child(own, image, snapshot, key)
    if not hasattr(launcher, "start"):
        raise UsageError(
            f"expected a launcher of {', '.join(KINDS)} or an engo.Launcher; got "
            f"{launcher!r}"
        )
    if snapshot is not None:
        own_key = default_key() if key is None else key
        with open_snapshot(snapshot, own_key) as body:
            return launcher.start(body)
    return launcher.start(None if image is None else launcher.image(image))


def build_of(launcher: Kind | Starter, image: str | None) -> str | None:
    """The build that a worker must be of: a bare machine may be of any."""
    own = isinstance(launcher, (str, Launcher))
    return build_id() if own and image is not None else None


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

    def start(self, random: Random, *, image: bool) -> None:
        """Send `start`."""
        self.protocol.start(
            seed=random.bytes(SEED_BYTES), now=self.clock.milliseconds(), image=image
        )

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
            cpu = self.clock.cpu_seconds(self.child.pid) or 0.0
            state, cranks = self.child.page.state_and_cranks
            verdict = self.watchdog.look(self.clock.monotonic(), cpu, state, cranks)
        if verdict is Verdict.INTERRUPT:
            self.protocol.verdict = CrankTimeout(self.watchdog.reason)
            self.child.page.interrupt()
        elif verdict is Verdict.KILL:
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
        self.child.page.interrupt()

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
