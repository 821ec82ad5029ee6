"""One machine in WebAssembly: a store, engo.wasm's code, an image's memory.

Owns the pointers of one instance. Its memory may be read and written through `view`
while it rests, never while it runs, but for its page, whose words are single stores.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import mmap

    from engo.native.wasm import Runtime

MIB: Final = 1 << 20
WASM_STACK: Final = 64 * MIB
"""The runtime's stack. XS sees only the one of 1 MiB in memory, so this must never end
first: 64 times as much is enough (docs/xs-wasm-platform.md)."""
THREAD_STACK: Final = WASM_STACK + 2 * MIB
SHADOW_STACK: Final = MIB
"""Bytes of memory, from its begin, that are dead while a machine rests."""
PAGE: Final = 4_096
SCRATCH: Final = 65_535
ALIVE: Final = 1_000
KILLED: Final = -9
TRAPPED: Final = 2_000
FAILED: Final = 3_000
_MEMORY_KIND: Final = 3
_FUNCTION_KIND: Final = 0
_READ: Final = 65_536


class Places(NamedTuple):
    """Addresses in linear memory, and how large the machine's stack is."""

    scratch_in: int
    scratch_out: int
    page: int
    stack: int  # slots; 0: there is no machine


class RuntimeFailed(RuntimeError):
    """The WebAssembly runtime refused; the text is its own."""


class Vm:
    """One machine: a store, an instance of the code module over an image's memory."""

    def __init__(self, runtime: Runtime, image: object, memory_limit: int) -> None:
        self.runtime = runtime
        self._own = runtime._own
        self._handle = runtime._own.engo_instance_create(runtime._pool)
        if not self._handle:
            raise MemoryError("expected memory for a machine, got none")
        self._store: Any = None
        try:
            self._open(image, memory_limit)
        except BaseException:
            self._free()
            raise
        runtime.vms += 1
        self._buffer = bytearray()
        self._into: Any = None  # `_buffer` as a pointer
        self._read = runtime._own.engo_instance_read
        self._write = runtime._own.engo_instance_write

    def _open(self, image: object, memory_limit: int) -> None:
        runtime = self.runtime
        ffi, lib, own = runtime._ffi, runtime._lib, runtime._own_ffi
        data = ffi.cast("void *", int(own.cast("uintptr_t", self._handle)))
        self._store = store = lib.wasmtime_store_new(runtime.engine, data, ffi.NULL)
        lib.wasmtime_store_limiter(store, memory_limit, 10_000, 4, 4, 1)
        lib.wasmtime_store_epoch_deadline_callback(
            store, runtime._epoch, data, ffi.NULL
        )
        self._context = context = lib.wasmtime_store_context(store)
        lib.wasmtime_context_set_epoch_deadline(context, 1)
        self._memory = self._link(image)
        self._base = lib.wasmtime_memory_data(context, self._memory)
        place = own.new("EngoFunction *")
        self._fill(place, b"deliver")
        self._deliver = place
        self._bind(0, 0)

    def _link(self, image: object) -> Any:
        """Instantiate the image's memory, then the code over it."""
        runtime = self.runtime
        ffi, lib, context = runtime._ffi, runtime._lib, self._context
        empty = lib.wasmtime_linker_clone(runtime._linker)
        try:
            instance = self._instantiate(empty, image)
            memory = self._export(instance, b"memory", _MEMORY_KIND)
            runtime._check(
                lib.wasmtime_linker_define(
                    empty, context, b"engo", 4, b"memory", 6, memory
                )
            )
            self._instance = self._instantiate(empty, runtime._code)
        finally:
            lib.wasmtime_linker_delete(empty)
        self._extern = memory  # owns what is pointed into
        return ffi.addressof(memory.of, "memory")

    def _instantiate(self, linker: Any, module: object) -> Any:
        runtime = self.runtime
        ffi, lib = runtime._ffi, runtime._lib
        instance = ffi.new("wasmtime_instance_t *")
        trap = ffi.new("wasm_trap_t **")
        error = lib.wasmtime_linker_instantiate(
            linker, self._context, module, instance, trap
        )
        runtime._check(error, trap[0])
        return instance

    def _export(self, instance: Any, name: bytes, kind: int) -> Any:
        ffi, lib = self.runtime._ffi, self.runtime._lib
        found = ffi.new("wasmtime_extern_t *")
        if (
            not lib.wasmtime_instance_export_get(
                self._context, instance, name, len(name), found
            )
            or found.kind != kind
        ):
            raise RuntimeFailed(f"expected the module to export {name.decode()}")
        return found

    def _fill(self, place: Any, name: bytes) -> None:
        found = self._export(self._instance, name, _FUNCTION_KIND).of.func
        place.store = found.store_id
        place.place = int(self.runtime._ffi.cast("uintptr_t", found.place))

    # Exports; on the caller's thread, for what needs little stack

    def call(self, name: str, *arguments: int) -> int:
        """Call an export that takes at most one i32 and returns one, or nothing.

        Only while the VM rests, and only what needs little stack. Raises
        RuntimeFailed when it traps.
        """
        runtime = self.runtime
        place = runtime._own_ffi.new("EngoFunction *")
        self._fill(place, name.encode())
        argument = arguments[0] if arguments else 0
        status = self._own.engo_instance_call_here(self._handle, place, argument)
        if status != ALIVE:
            raise RuntimeFailed(f"expected {name} to return, got status {status}")
        return int(self._own.engo_instance_result(self._handle))

    def start_call(self, name: str, argument: int) -> None:
        """Call an export on a thread of the pool, after all that was written."""
        place = self.runtime._own_ffi.new("EngoFunction *")
        self._fill(place, name.encode())
        self._own.engo_instance_call(self._handle, place, argument)

    @property
    def result(self) -> int:
        """What the last call returned, once the VM rests."""
        return int(self._own.engo_instance_result(self._handle))

    def bind(self, places: Places | None = None) -> Places:
        """Look the scratches up, once the machine has been created.

        `places`: those of another machine of the same image, which are the same.
        """
        if places is None:
            places = Places(*map(self.call, ("in", "out", "page", "stack")))
        self.page_at = places.page
        base = self.base_address
        self.in_at, self.out_at = places.scratch_in, places.scratch_out
        self._bind(base + self.in_at, base + self.out_at)
        return places

    def _bind(self, in_address: int, out_address: int) -> None:
        cast = self.runtime._own_ffi.cast
        context = int(self.runtime._ffi.cast("uintptr_t", self._context))
        self._own.engo_instance_bind(
            self._handle,
            cast("void *", context),
            self._deliver,
            cast("uint8_t *", in_address),
            cast("uint8_t *", out_address),
        )

    # Memory

    @property
    def size(self) -> int:
        """Bytes of linear memory."""
        return int(
            self.runtime._lib.wasmtime_memory_data_size(self._context, self._memory)
        )

    def view(self, at: int, length: int) -> memoryview:
        """A part of linear memory; dead once the VM is closed."""
        return memoryview(self.runtime._ffi.buffer(self._base + at, length))

    @property
    def base_address(self) -> int:
        """Where linear memory lies in this process; it never moves."""
        return int(self.runtime._ffi.cast("uintptr_t", self._base))

    def grow(self, size: int) -> None:
        """Make linear memory at least so many bytes. Raises RuntimeFailed."""
        more = -(-(size - self.size) // 65_536)
        if more > 0:
            before = self.runtime._ffi.new("uint64_t *")
            self.runtime._check(
                self.runtime._lib.wasmtime_memory_grow(
                    self._context, self._memory, more, before
                )
            )

    def pages_that_differ(self, base: mmap.mmap) -> list[int]:
        """Numbers of the 4,096-byte pages that are not as in `base`, then zeroes."""
        count = self.size // PAGE
        own_ffi = self.runtime._own_ffi
        pages = own_ffi.new("uint32_t[]", count)
        found = self._own.engo_pages_differ(
            own_ffi.cast("uint8_t *", self.base_address),
            count,
            own_ffi.from_buffer("uint8_t[]", base),
            len(base) // PAGE,
            pages,
        )
        return list(own_ffi.unpack(pages, found)) if found else []

    # The link

    def write(self, data: bytes | memoryview) -> int:
        """Give bytes of the link; how many were taken. Raises BlockingIOError."""
        if not data:
            return 0
        ffi = self.runtime._own_ffi
        taken = self._write(self._handle, ffi.from_buffer(data), len(data))
        if not taken:
            raise BlockingIOError
        return int(taken)

    def read(self, size: int) -> bytes:
        """Bytes of the link; b"" when it has ended. Raises BlockingIOError."""
        if not self._buffer:
            self._make_buffer()
        taken = self._read(self._handle, self._into, min(size, _READ))
        if taken:
            return bytes(self._buffer[:taken])
        if self.status == ALIVE or not self.resting:
            raise BlockingIOError
        return b""

    def _make_buffer(self) -> None:
        self._buffer = bytearray(_READ)
        ffi = self.runtime._own_ffi
        self._into = ffi.from_buffer("uint8_t[]", self._buffer)

    def read_into(self, buffer: bytearray, milliseconds: int) -> int:
        """Wait for bytes, at most so long; how many came into the buffer."""
        ffi = self.runtime._own_ffi
        return int(
            self._own.engo_instance_read_wait(
                self._handle, ffi.from_buffer(buffer), len(buffer), milliseconds
            )
        )

    def wait(self, milliseconds: int, *, writing: bool = False) -> int:
        """1: bytes to read or the end; 2: room to write; 0: the time is up."""
        return int(self._own.engo_instance_wait(self._handle, milliseconds, writing, 0))

    def wait_rest(self, milliseconds: int) -> bool:
        """Wait until nothing is under way; whether that is so."""
        return bool(self._own.engo_instance_wait(self._handle, milliseconds, 0, 1))

    def listen(self, readable: int, writable: int) -> None:
        """Eventfds to be told by; -1: none."""
        self._own.engo_instance_listen(self._handle, readable, writable)

    # Its end

    @property
    def status(self) -> int:
        """ALIVE, or how it ended."""
        return int(self._own.engo_instance_status(self._handle))

    @property
    def resting(self) -> bool:
        """Nothing is under way."""
        return bool(self._own.engo_instance_resting(self._handle))

    @property
    def cpu_seconds(self) -> float:
        """CPU time of the thread that runs it now; 0 when none does."""
        return float(self._own.engo_instance_cpu(self._handle))

    def kill(self) -> None:
        """End it at its next step. May be called from any thread."""
        if self._handle:
            self._own.engo_instance_kill(self._handle)

    def deliver_here(self, length: int) -> int:
        """Run the record in the in scratch on this thread, whose stack must be of
        THREAD_STACK; the status. What it emits is there to `read`."""
        return int(self._own.engo_instance_deliver_here(self._handle, length))

    def close(self, patience: float = 10.0) -> bool:
        """Kill it and free it once it rests; False: it does not within so long."""
        if not self._handle:
            return True
        if os.getpid() != self.runtime._owner:
            self._handle = None
            return True
        self.kill()
        if not self.wait_end(patience):
            return False
        self._free()
        self.runtime.vms -= 1
        return True

    def wait_end(self, patience: float) -> bool:
        """Wait so many seconds until nothing is under way; whether that is so."""
        for _ in range(max(1, int(patience * 10))):
            if self.resting or self.wait_rest(100):
                return True
        return False

    def _free(self) -> None:
        handle, self._handle = self._handle, None
        if self._store is not None:
            self.runtime._lib.wasmtime_store_delete(self._store)
            self._store = None
        self._own.engo_instance_delete(handle)
