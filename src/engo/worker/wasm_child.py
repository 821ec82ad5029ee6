"""Workers that are WebAssembly machines of a confined process beside this one.

For isolation, and for a second core: a fault of the runtime ends that process and not
this one. To the shells each machine is a child with pipes and a page of its own.
"""

import os
from types import TracebackType
from typing import Final, NamedTuple, Self

from engo.frames.errors import LocalProtocolError
from engo.frames.hosting import BARE, IMAGE, MAX_STATE, SNAPSHOT, STATE, Open
from engo.powers import package
from engo.powers.clock import Clock
from engo.powers.hosting import HostedLine, HostedPipes
from engo.powers.memory import SealedMemory
from engo.powers.spawn import KILLED_WITHIN
from engo.wasm.delta import Delta, DeltaError, write_delta
from engo.wasm.pages import Pages, read_pages, write_pages
from engo.worker.errors import LaunchError, UsageError
from engo.worker.launch import IMAGES, ORDINARY, image_build
from engo.worker.limits import Limits
from engo.worker.wasm_host import End, WasmHost
from engo.worker.wasm_images import memory_limit
from engo.worker.wasm_states import checked_state

MACHINES: Final = 256
"""How many machines one process hosts at most, where nothing else is said."""
PATIENCE: Final = 60.0  # seconds that a suspension may take
_LOOK: Final = 0.05  # seconds between looks whether a dying machine's pipe is full
_NO_STATE: Final = (
    "expected a machine at rest that began as an image, got one that is at work, or "
    "from a snapshot, or with a stack of its own; only the former can be suspended"
)


class HostedImage(NamedTuple):
    """The name of an image that the host has."""

    name: str


class HostedChild(HostedPipes):
    """A machine of a host process (`engo.powers.spawn.Child`)."""

    pid: int | None = None  # it has no process of its own

    def __init__(
        self, host: WasmHost, number: int, line: HostedLine, image: str | None
    ) -> None:
        super().__init__(line.link_in, line.link_out, line.page)
        self._host = host
        self._number = number
        self._image = image  # the one it began with; None: it has no state
        self._end: End | None = None

    def cpu_seconds(self, clock: Clock) -> float:
        return self.page.cpu_seconds

    @property
    def ending(self) -> str:
        """How it ended, in more words than the status has; or empty."""
        return "" if self._end is None else self._end.reason

    async def wait_exited(self) -> None:
        from anyio.to_thread import run_sync

        self.unblock()
        while not self.discard():
            await self.wait_readable()
        if self._look(0) is None:  # its link was closed, the report is on its way
            await run_sync(self._look, KILLED_WITHIN)

    def kill(self) -> None:
        if not self._closed and not self.inherited:
            self._host.kill(self._number)

    def reap(self, seconds: float) -> int | None:
        if seconds > 0 and not self._closed:
            self.unblock()
            while self._look(min(_LOOK, seconds)) is None and seconds > 0:
                self.discard()  # it may wait for room
                seconds -= _LOOK
        end = self._look(0)
        return None if end is None else end.status

    def _look(self, seconds: float) -> End | None:
        if self._end is None and not self._closed:
            self._end = self._host.end_of(self._number, seconds)
        return self._end

    def close(self) -> None:
        if self._closed:
            return
        self.kill()
        self._look(0)
        if not self.inherited:
            self._host.forget(self._number)
        self._closed = True
        self.close_pipes()
        self.page.close()

    def suspend(self, key: bytes, build: str) -> bytes:
        """The machine's state, while it rests; the machine has then ended.

        Blocks some milliseconds; any thread may call it while nobody writes.
        Raises UsageError when the machine cannot be suspended.
        """
        if self._image is None:
            raise UsageError(_NO_STATE)
        data = self._state()
        try:
            found = read_pages(data)
        except DeltaError as error:
            self._host.fail(f"its state is none: {error}")
            raise UsageError(f"expected the state of a machine: {error}") from error
        pages = {number: bytes(page) for number, page in found.pages.items()}
        return write_delta(
            Delta(build, self._image, found.image_digest, found.memory, pages), key
        )

    def _state(self) -> bytes:
        file = os.memfd_create("engo-state", os.MFD_CLOEXEC)
        try:
            try:
                length = self._host.suspend(self._number, MAX_STATE, file, PATIENCE)
            except LocalProtocolError as error:
                raise UsageError(f"expected a machine at rest: {error}") from error
            if not length:
                raise UsageError(_NO_STATE)
            return os.pread(file, length, 0)
        finally:
            os.close(file)


class WasmChildLauncher:
    """Starts workers in host processes; a context manager that owns those.

    Give one launcher to many workers: they then share processes, code and images.
    Closing it ends every worker that it started. Not thread-safe.
    """

    def __init__(
        self,
        *,
        folder: str | None = None,
        machines: int = MACHINES,
        memory: int = 0,
        pipe_bytes: int = 0,
    ) -> None:
        """`machines`: how many one process hosts; another one is started for more.

        `folder`: of the cache; None: this user's. `memory`: bytes of writable private
        memory that one process may have; 0: no limit but those of its machines.
        `pipe_bytes`: as `Launcher`'s.
        Raises UsageError, or LaunchError where the engine is not installed.
        """
        if machines < 1 or memory < 0:
            raise UsageError(
                "expected at least one machine per process and no negative memory, "
                f"got {machines} and {memory}"
            )
        self._machines = machines
        self._pipe_bytes = pipe_bytes
        self._memory = memory
        self._folder = folder and os.path.abspath(folder)
        self._build = image_build(package.image_path("bare", ".wasm-snapshot"))
        self._hosts: dict[WasmHost, tuple[str, ...]] = {}  # and the images of each

    def build(self) -> str:
        """The build that its workers must be of."""
        return self._build

    def has(self, name: str) -> bool:
        """Whether a start takes no time: the host's is not waited for."""
        return True

    def image(self, name: str) -> HostedImage:
        """An image. Raises UsageError for an unknown name."""
        if name not in IMAGES:
            raise UsageError(f"expected an image of {', '.join(IMAGES)}; got {name!r}")
        return HostedImage(name)

    def start(
        self, origin: HostedImage | SealedMemory | None, limits: Limits
    ) -> HostedChild:
        """A machine whose `start` is still to be sent. Raises LaunchError."""
        if origin is None:
            return self._open(BARE, limits)
        if isinstance(origin, SealedMemory):
            return self._open(SNAPSHOT, limits, body=origin)
        return self._open(IMAGE, limits, name=origin.name)

    def resume(self, state: bytes, key: bytes, limits: Limits) -> HostedChild:
        """A machine that goes on where it was suspended; no `start` is sent.

        Raises SnapshotAltered, SnapshotForeign or SnapshotWrongKey for bytes that are
        no state of this build and key, LaunchError.
        """
        delta = checked_state(state, key, self._build)
        parts = write_pages(Pages(delta.image_digest, delta.memory, delta.pages))
        with SealedMemory("engo-state", map(bytes, parts)) as body:
            return self._open(STATE, limits, name=delta.image, body=body)

    def _open(
        self,
        source: int,
        limits: Limits,
        *,
        name: str = "",
        body: SealedMemory | None = None,
    ) -> HostedChild:
        host = self._host(ORDINARY if name in ("", *ORDINARY) else (name,))
        room = memory_limit(limits)
        order = Open(
            0, source, room, limits.stack, 0 if body is None else body.size, name
        )
        try:
            line = HostedLine(self._pipe_bytes)
        except OSError as error:
            raise LaunchError(
                f"expected descriptors for a worker, got: {error}; raise the limit on "
                "open files"
            ) from error
        try:
            number = host.open(order, line, None if body is None else body.descriptor)
        except BaseException:
            line.abandon()
            raise
        finally:
            line.given()
        return HostedChild(host, number, line, name or None)

    def _host(self, images: tuple[str, ...]) -> WasmHost:
        """One of these images that has room; the ended are given up.

        Nobody pays for an image that is large and that none of his workers has.
        """
        for host in [each for each in self._hosts if not each.alive]:
            del self._hosts[host]
            host.close()
        for host, has in self._hosts.items():
            if has == images and host.machines < self._machines:
                return host
        host = WasmHost(*package.host_command(self._memory, self._folder, images))
        self._hosts[host] = images
        return host

    @property
    def pids(self) -> list[int]:
        """Of the processes."""
        return [host.pid for host in self._hosts]

    def close(self) -> None:
        """End the processes, and every machine in them."""
        for host in self._hosts:
            host.close()
        self._hosts.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
