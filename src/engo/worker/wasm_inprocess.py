"""Workers that are WebAssembly machines of this very process.

The body of `engo.powers.spawn.Child` over a VM: the same bytes of the link, the same
page, so that everything above is that of a native worker. What runs a VM is a thread
of the runtime's pool (native/xsnap/embed); nothing here waits for one but on purpose.
"""

import contextlib
import os
from collections.abc import Callable
from typing import Final

from engo.frames.constants import LENGTH_BYTES
from engo.native.vm import ALIVE, KILLED, PAGE, RuntimeFailed, Vm
from engo.powers.clock import Clock
from engo.powers.memory import SealedMemory
from engo.powers.page import PAGE_BYTES, SharedPage
from engo.wasm.delta import Delta, write_delta
from engo.worker.errors import LaunchError, SnapshotForeign, UsageError
from engo.worker.limits import Limits
from engo.worker.thread_time import ThreadTime
from engo.worker.wasm_images import (
    PATIENCE,
    Say,
    WasmImage,
    WasmImages,
    closed_on_error,
    memory_limit,
    pages_of,
    put_pages,
    say_on_stderr,
)
from engo.worker.wasm_states import checked_state

_LOOK: Final = 100  # milliseconds that Ctrl-C may have to wait


class WasmChild:
    """A machine of this process (`engo.powers.spawn.Child`)."""

    pid: int | None = None  # it has no process of its own

    def __init__(self, vm: Vm, origin: WasmImage | None) -> None:
        self._vm = vm
        self._origin = origin  # the image it began with; None: it has no delta
        self._parent = os.getpid()
        self._bell = -1  # eventfds; -1: not needed yet
        self._room_bell = -1
        self._status: int | None = None
        self._closed = False
        self._time = ThreadTime()
        self.page = SharedPage(vm.view(vm.page_at, PAGE_BYTES))
        self.read = vm.read
        self.write = vm.write

    @property
    def inherited(self) -> bool:
        return os.getpid() != self._parent

    def cpu_seconds(self, clock: Clock) -> float:
        return self._time.seen(0.0 if self._closed else self._vm.cpu_seconds)

    def begin(self, data: bytes) -> None:
        """A machine of an image takes `start` on this thread: none of its guest's
        code runs then, so little stack is needed and nobody has to be woken."""
        record = data[LENGTH_BYTES:]
        if self._origin is None or len(record) != int.from_bytes(data[:LENGTH_BYTES]):
            self.write(data)
            return
        self._vm.view(self._vm.in_at, len(record))[:] = record
        self._vm.deliver_here(len(record))

    looks = True

    def blocking_reader(
        self, look: Callable[[], object]
    ) -> Callable[[list[bytearray]], int] | None:
        read_into = self._vm.read_into

        def read(buffers: list[bytearray]) -> int:
            buffer = buffers[0]
            while not (size := read_into(buffer, _LOOK)):
                if self._vm.status != ALIVE and self._vm.resting:
                    return 0
                look()
            return size

        return read

    def wait(self, seconds: float, *, writing: bool) -> int:
        return self._vm.wait(max(1, int(seconds * 1000)), writing=writing)

    async def wait_readable(self) -> None:
        from anyio import wait_readable  # the blocking worker must not pay for it

        if self._bell < 0:
            self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
            self._vm.listen(self._bell, self._room_bell)
        await wait_readable(self._bell)

    async def wait_writable(self) -> None:
        from anyio import wait_readable

        if self._room_bell < 0:
            self._room_bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
            self._vm.listen(self._bell, self._room_bell)
        await wait_readable(self._room_bell)

    async def wait_exited(self) -> None:
        while self._look() is None:
            with contextlib.suppress(BlockingIOError):
                while self.read(PAGE):  # nobody wants it any more
                    pass
            if self._look() is None:
                await self.wait_readable()

    def kill(self) -> None:
        if not self._closed and not self.inherited:
            self._vm.kill()

    def reap(self, seconds: float) -> int | None:
        if self._look() is None and seconds > 0:
            self._vm.wait_end(seconds)
        return self._look()

    def _look(self) -> int | None:
        if self._status is None and self._vm.resting:
            status = self._vm.status
            if status != ALIVE:
                self._status = status
        return self._status

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self.page.detach()
        if not self._vm.close():
            raise RuntimeFailed("expected the machine to end when killed, it runs on")
        if self._status is None:
            self._status = KILLED
        for bell in (self._bell, self._room_bell):
            if bell >= 0:
                os.close(bell)

    # Suspension

    def suspend(self, key: bytes, build: str) -> bytes:
        """The machine's state, while it rests; it may go on, or be closed.

        Blocks some milliseconds; any thread may call it while nobody writes.
        Raises UsageError when the machine cannot be suspended now.
        """
        origin = self._origin
        if origin is None:
            raise UsageError(
                "expected a machine that began as an image, got one from a snapshot "
                "or with a stack of its own; only the former can be suspended"
            )
        vm = self._vm
        vm.start_call("prepare", 0)
        if not vm.wait_rest(PATIENCE) or vm.status != ALIVE or vm.result != 1:
            raise UsageError("expected a machine at rest, got one that is at work")
        pages = pages_of(vm, origin)
        delta = Delta(build, origin.name, origin.digest, vm.size, pages)
        return write_delta(delta, key)


class WasmLauncher:
    """Starts workers in this process; a context manager that owns what they share.

    Give one launcher to many workers: the runtime and each image are then there once.
    Every worker must be closed before it. Not thread-safe.
    """

    def __init__(
        self, *, folder: str | None = None, threads: int = 4, say: Say = say_on_stderr
    ) -> None:
        """`threads` run machines at first; `folder` is of the cache; `say` is told
        what takes time. Raises LaunchError."""
        self.images = WasmImages(folder=folder, threads=threads, say=say)
        self._owner = os.getpid()

    def build(self) -> str:
        """The build that its workers must be of."""
        return self.images.build()

    def has(self, name: str) -> bool:
        """Whether the image is at hand, so that a start takes no time."""
        return self.images.has(name)

    def image(self, name: str) -> WasmImage:
        """An image; raises as `WasmImages.image`. Slow the first time."""
        return self.images.image(name)

    def start(
        self, origin: WasmImage | SealedMemory | None, limits: Limits
    ) -> WasmChild:
        """A machine whose `start` is still to be sent. Raises LaunchError."""
        images, room = self.images, memory_limit(limits)
        try:
            if origin is None:
                return WasmChild(images.new_vm(images.blank(), room), None)
            if isinstance(origin, SealedMemory):
                return WasmChild(images.restore(origin.read(), room), None)
            if limits.stack == origin.places.stack:
                vm = images.runtime.spawn(origin.module, room)
                vm.bind(origin.places)
                return WasmChild(vm, origin)
            with images.snapshot(origin.name) as body:
                return WasmChild(images.restore(body.read(), room), None)
        except (RuntimeFailed, MemoryError) as error:
            raise LaunchError(f"expected a new machine, got: {error}") from error

    def resume(self, state: bytes, key: bytes, limits: Limits) -> WasmChild:
        """A machine that goes on where it was suspended; no `start` is sent.

        Raises SnapshotAltered, SnapshotForeign or SnapshotWrongKey for bytes that are
        no state of this build and key, LaunchError.
        """
        delta = checked_state(state, key, self.build())
        image = self.image(delta.image)
        if image.digest != delta.image_digest:
            raise SnapshotForeign(
                f"expected a machine that began as this build's image {delta.image}, "
                "got one of another"
            )
        try:
            vm = self.images.runtime.spawn(image.module, memory_limit(limits))
            with closed_on_error(vm):
                put_pages(vm, image, delta.memory, delta.pages)
        except (RuntimeFailed, MemoryError) as error:
            raise LaunchError(f"expected to resume a machine, got: {error}") from error
        return WasmChild(vm, image)

    def close(self) -> None:
        """Give everything back. Raises UsageError while a worker is open."""
        opened = self.images.runtime.vms
        if opened and self._owner == os.getpid():
            raise UsageError(
                "expected the workers of a launcher to be closed before it, got "
                f"{opened} that are open"
            )
        self.images.close()

    def __enter__(self) -> "WasmLauncher":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
