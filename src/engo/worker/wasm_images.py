"""The WebAssembly runtime of a process with Engo's code and images in it.

engo.wasm and its snapshots come with the wheel, their digests compiled into the
extension. Machine code and images of memory are made of them once per user, computer
and release of the runtime, and kept in the cache folder: 2 seconds the first time, a
millisecond ever after. What is in there is code that this process runs, so the folder
must be the user's own and closed to others.
"""

import contextlib
import hashlib
import mmap
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from engo.native import NativeMissing, image_digest
from engo.native.vm import PAGE, SHADOW_STACK, Places, RuntimeFailed, Vm
from engo.native.wasm import Runtime
from engo.native.wasmtime import VERSION
from engo.powers import package
from engo.powers.files import ensure_folder, private_folder_problem, replacing
from engo.powers.memory import SealedMemory
from engo.powers.paths import Paths
from engo.powers.random import SystemRandom
from engo.wasm.pages import difference
from engo.wasm.sections import blank_module, code_module, image_module
from engo.worker.errors import LaunchError, UsageError
from engo.worker.events import WorkerReady
from engo.worker.launch import IMAGES, image_build, open_image
from engo.worker.limits import MIB, Limits
from engo.worker.protocol import WorkerProtocol

MODULE: Final = "engo.wasm"
SNAPSHOTS: Final = tuple(f"{name}.wasm" for name in IMAGES)
PATIENCE: Final = 60_000  # milliseconds that the build of an image may take
SEED_BYTES: Final = 32
ANSWER_BYTES: Final = 65_536
Say = Callable[[str], object]


class WasmImage(NamedTuple):
    """An image of a machine's memory that new machines start from."""

    name: str
    module: object  # of the runtime
    memory: mmap.mmap  # its bytes
    digest: bytes  # SHA-256 of them
    places: Places  # of every machine that begins so


def say_on_stderr(text: str) -> None:
    """Tell the user what takes time."""
    print(f"engo: {text}", file=sys.stderr, flush=True)  # noqa: T201


def memory_limit(limits: Limits) -> int:
    """Bytes of linear memory for a machine of these limits.

    The heap and as much again, since a collection moves chunks into new ones; what
    parsing and messages take besides.
    """
    return min(2 * limits.heap + 128 * MIB, (1 << 32) - 65_536)


def cache_key(digests: Iterable[bytes], cpu: str) -> str:
    """Names what machine code and images of memory depend on."""
    made_of = b"".join(digests).hex()
    parts = (made_of, VERSION, sys.platform, platform.machine(), cpu)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def cpu_features() -> str:
    """What of the processor the compiler may use; "" where that is not known."""
    try:
        text = Path("/proc/cpuinfo").read_text(errors="replace")
    except OSError:
        return ""
    lines = text.splitlines()
    return next((line for line in lines if line.startswith(("flags", "Features"))), "")


class WasmImages:
    """A runtime, the code and the images that were asked for; a context manager."""

    def __init__(
        self,
        *,
        folder: str | None = None,
        threads: int = 4,
        say: Say = say_on_stderr,
    ) -> None:
        """`folder` is of the cache; None: this user's. Raises LaunchError."""
        self._say = say
        self._images: dict[str, WasmImage] = {}
        self._random = SystemRandom()
        try:
            digests = [image_digest(name) for name in (MODULE, *SNAPSHOTS)]
            self._module = self._read_module(digests[0])
            self.runtime = Runtime(threads=threads)
        except (NativeMissing, OSError) as error:
            raise LaunchError(str(error)) from error
        name = cache_key(digests, cpu_features())
        self.folder = os.path.join(folder or Paths().cache, "wasm", name)
        self._blank: object = None
        self._build = image_build(package.image_path("bare", ".wasm-snapshot"))

    def _read_module(self, digest: bytes) -> bytes:
        data = Path(package.module_path()).read_bytes()
        if hashlib.sha256(data).digest() != digest:
            raise LaunchError(
                f"expected {package.module_path()} as the build made it, got another; "
                "run build_ffi.py or install Engo again"
            )
        return data

    def has(self, name: str) -> bool:
        """Whether the image is at hand."""
        return name in self._images

    def image(self, name: str) -> WasmImage:
        """An image; made and kept when there is none yet, which takes time.

        Raises UsageError for an unknown name, LaunchError, SnapshotError.
        """
        if name in self._images:
            return self._images[name]
        if name not in IMAGES:
            raise UsageError(f"expected an image of {', '.join(IMAGES)}; got {name!r}")
        try:
            found = self._load_image(name)
        except (OSError, RuntimeFailed) as error:
            raise LaunchError(
                f"expected the image {name} in {self.folder}, got: {error}"
            ) from error
        self._images[name] = found
        return found

    def blank(self) -> object:
        """The image of a memory in which nothing has run."""
        if self._blank is None:
            self._prepare_folder()
            code = self._artefact(
                "code", lambda: code_module(self._module), "the WebAssembly engine"
            )
            self.runtime.use_code(code)
            self._blank = self._artefact("blank", lambda: blank_module(self._module))
        return self._blank

    def snapshot(self, name: str) -> SealedMemory:
        """The snapshot that an image is made of; the caller closes it."""
        path = package.image_path(name, ".wasm-snapshot")
        return open_image(path, f"{name}.wasm", None)

    def build(self) -> str:
        """The build of engo.wasm, which its snapshots and states must be of."""
        return self._build

    def restore(self, body: bytes | memoryview, limits: int) -> Vm:
        """A VM that holds a snapshot's body, to be followed by `start`."""
        vm = self.new_vm(self.blank(), limits)
        with closed_on_error(vm):
            at = vm.call("image", len(body))
            if not at:
                raise LaunchError(
                    f"expected room for a snapshot of {len(body)} bytes under a limit "
                    f"of {limits}, got none"
                )
            vm.view(at, len(body))[:] = body
        return vm

    def new_vm(self, module: object, limits: int) -> Vm:
        """A VM of the blank image in which a machine may be started."""
        vm = self.runtime.spawn(module, limits)
        with closed_on_error(vm):
            vm.call("_initialize")
            if not vm.call("create"):
                raise LaunchError(
                    f"expected memory for a machine under {limits}, got none"
                )
            vm.bind()
        return vm

    def close(self) -> None:
        """Give everything back; every VM must be closed."""
        self.runtime.close()
        for image in self._images.values():
            image.memory.close()
        self._images.clear()

    def __enter__(self) -> "WasmImages":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Inside

    def _prepare_folder(self) -> None:
        ensure_folder(self.folder)
        problem = private_folder_problem(self.folder)
        if problem:
            raise LaunchError(
                f"expected {self.folder} to be yours alone, got {problem}; it holds "
                "machine code: remove it, or set XDG_CACHE_HOME"
            )

    def _path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def _artefact(
        self, name: str, make: Callable[[], bytes], what: str | None = None
    ) -> object:
        """A module out of the cache; made when it is not there or not for us."""
        path = self._path(f"{name}.cwasm")
        if os.path.exists(path):
            try:
                return self.runtime.load(path)
            except RuntimeFailed as error:
                self._say(f"{path} is made again: {error}")
        if what:
            self._say(f"compiling {what} for this computer, once")
        self._keep(path, self.runtime.compile(make()))
        return self.runtime.load(path)

    def _keep(self, path: str, data: bytes | bytearray) -> None:
        with replacing(path, self._random.bytes(8).hex()) as stream:
            stream.write(data)

    def _load_image(self, name: str) -> WasmImage:
        self.blank()
        path = self._path(f"{name}.memory")
        if not os.path.exists(path):
            self._keep(path, self._memory_of(name))
        with open(path, "rb") as stream:
            memory = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        module = self._artefact(name, lambda: image_module(memoryview(memory)))
        digest = hashlib.sha256(memory).digest()
        vm = self.runtime.spawn(module, memory_limit(Limits()))
        try:
            return WasmImage(name, module, memory, digest, vm.bind())
        finally:
            vm.close()

    def _memory_of(self, name: str) -> bytearray:
        """The memory of a machine that was restored and then prepared.

        Canonical: what made the snapshot left no trace but the heap, so that the
        memory is small and dense enough to be mapped copy-on-write.
        """
        with self.snapshot(name) as body:
            vm = self.restore(body.read(), memory_limit(Limits()))
        try:
            protocol = WorkerProtocol(Limits())
            protocol.start(seed=bytes(SEED_BYTES), now=0.0, image=True)
            vm.write(protocol.take_outgoing())
            ready = vm.wait_rest(PATIENCE) and protocol.receive(vm.read(ANSWER_BYTES))
            if not ready or not isinstance(ready[0], WorkerReady):
                raise LaunchError(f"expected a machine of {name} to start, it said no")
            vm.start_call("prepare", 1)
            if not vm.wait_rest(PATIENCE) or vm.result != 1:
                raise LaunchError(f"expected a machine of {name} to rest, it does not")
            return living_memory(vm)
        finally:
            vm.close()


@contextlib.contextmanager
def closed_on_error(vm: Vm) -> Iterator[None]:
    """Close a VM that could not be made ready."""
    try:
        yield
    except BaseException:
        vm.close()
        raise


def pages_of(vm: Vm, image: WasmImage) -> dict[int, bytes]:
    """What a resting VM's memory differs by from the image's, but for dead pages."""
    memory, first = image.memory, SHADOW_STACK // PAGE
    numbers = [n for n in vm.pages_that_differ(memory) if n >= first]
    return {n: difference(vm.view(n * PAGE, PAGE), memory, n) for n in numbers}


def put_pages(
    vm: Vm, image: WasmImage, size: int, pages: Mapping[int, bytes | memoryview]
) -> None:
    """Make a new VM of the image what `pages_of` was told of. Raises RuntimeFailed."""
    vm.grow(size)
    for number, page in pages.items():
        there = vm.view(number * PAGE, PAGE)
        there[:] = difference(page, image.memory, number)
    vm.bind(image.places)


def living_memory(vm: Vm) -> bytearray:
    """A copy of a resting VM's memory without the stack, which is dead."""
    memory = bytearray(vm.view(0, vm.size))
    memory[:SHADOW_STACK] = bytes(SHADOW_STACK)
    return memory
