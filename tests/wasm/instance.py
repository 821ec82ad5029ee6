"""An instance of engo.wasm driven by hand: records over its scratches, and images.

Independent of `engo.worker` on purpose, as tests/native/link_driver.py is. Not a test
file; knows nothing of what guests do.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
import struct
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgpack  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Callable

# Its types are too wide for what is done here.
wasmtime: Any = importlib.import_module("wasmtime")

IMAGES = Path(__file__).parents[2] / "src" / "engo" / "images"
MODULE = IMAGES / "engo.wasm"
PAGE = struct.Struct("<IIIIQQQ")
MIB = 1024 * 1024
# The most that wasmtime's Python interface allows; a host that means it needs 64 MiB
# (docs/xs-wasm-platform.md).
NATIVE_STACK = 2 * MIB - 64 * 1024
LARGE_STACK = 64 * MIB
PAYLOAD = 65_534
STACK = MIB  # of the memory, below everything else
PAGE_BYTES = 4096

Message = dict[str, Any]


@functools.cache
def compiled(stack: int = NATIVE_STACK) -> tuple[Any, Any]:
    """An engine and the module, compiled once: it takes more than a second."""
    config = wasmtime.Config()
    config.wasm_exceptions = True
    if stack > NATIVE_STACK:
        # Bounds the other one, and the Python interface has no word for it.
        library = importlib.import_module("wasmtime._ffi").dll
        library.wasmtime_config_async_stack_size_set(
            config.ptr(), ctypes.c_uint64(2 * stack)
        )
    config.max_wasm_stack = stack
    engine = wasmtime.Engine(config)
    return engine, wasmtime.Module.from_file(engine, str(MODULE))


def on_large_stack(work: Callable[[], None]) -> None:
    """Run something in a thread whose stack is larger than a machine's may be."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # told below, in the thread that waits
            failed.append(error)

    before = threading.stack_size(LARGE_STACK + 8 * MIB)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    if failed:
        raise failed[0]


def records_of(channel: int, payload: bytes) -> list[bytes]:
    """A message as records of the largest size."""
    parts = [payload[i : i + PAYLOAD] for i in range(0, max(1, len(payload)), PAYLOAD)]
    head, last = bytes([channel | 0x80]), bytes([channel])
    return [head + part for part in parts[:-1]] + [last + parts[-1]]


class Instance:
    """One machine: an instance of the module."""

    def __init__(self, engine: Any, module: Any, image: bytes | None = None) -> None:
        """With `image`, the memory that another instance's `picture` gave."""
        self.store = wasmtime.Store(engine)
        self.records: list[bytes] = []
        self._coming: list[bytes] = []
        self.on_call: Callable[[Message], Message] | None = None
        linker = wasmtime.Linker(engine)
        i32 = wasmtime.ValType.i32()
        linker.define_func("engo", "emit", wasmtime.FuncType([i32], [i32]), self._emit)
        linker.define_func("engo", "wait", wasmtime.FuncType([], [i32]), self._wait)
        exports = linker.instantiate(self.store, module).exports(self.store)
        self.memory = exports["memory"]
        self._exports = exports
        if image is None:
            self.call("_initialize")
            assert self.call("create") == 1
        else:
            missing = len(image) - self.memory.data_len(self.store)
            self.memory.grow(self.store, missing // 65_536)
            self.memory.write(self.store, image, 0)
        self._in = self.call("in")
        self._out = self.call("out")

    def call(self, name: str, *arguments: int) -> Any:
        """Call an export."""
        return self._exports[name](self.store, *arguments)

    def _emit(self, length: int) -> int:
        at = self._out
        self.records.append(bytes(self.memory.read(self.store, at, at + length)))
        return 1

    def _wait(self) -> int:
        if not self._coming:
            assert self.on_call is not None, "the guest waits and nobody answers"
            answer = msgpack.packb(self.on_call(self.messages()[-1]))
            self._coming = records_of(0, answer)
        return self._put(self._coming.pop(0))

    def _put(self, record: bytes) -> int:
        self.memory.write(self.store, record, self._in)
        return len(record)

    def put(self, record: bytes) -> int:
        """Deliver one record; the status."""
        return int(self.call("deliver", self._put(record)))

    def deliver(self, channel: int, payload: bytes) -> int:
        """A message as records; the last status."""
        return [self.put(record) for record in records_of(channel, payload)][-1]

    def messages(self, channel: int = 0) -> list[Any]:
        """What a channel has said since it was last asked."""
        mine = [one for one in self.records if one[0] & 0x7F == channel]
        self.records = [one for one in self.records if one[0] & 0x7F != channel]
        found, whole = [], b""
        for record in mine:
            whole += record[1:]
            if not record[0] & 0x80:
                found.append(msgpack.unpackb(whole, strict_map_key=True))
                whole = b""
        return found

    def control(self, **message: object) -> tuple[int, list[Message]]:
        """Deliver a control message: the status, and the control messages back."""
        status = self.deliver(0, msgpack.packb(message))
        return status, self.messages()

    def start(self, image: bytes | None = None, /, **limits: object) -> list[Message]:
        """Make the machine, bare or from a snapshot's body."""
        if image is not None:
            at = self.call("image", len(image))
            self.memory.write(self.store, image, at)
        begin = {
            "heap": 256 * MIB, "stack": 4096, "meter": 0, "message": 16 * MIB,
            "seed": bytes(32), "now": 0.0, "image": image is not None, **limits,
        }  # fmt: skip
        return self.control(op="start", **begin)[1]

    def picture(self, *, adopt: bool) -> bytes:
        """Prepare, and copy the memory without the stack in it, which is dead."""
        assert self.call("prepare", adopt) == 1
        size = self.memory.data_len(self.store)
        return bytes(STACK) + bytes(self.memory.read(self.store, STACK, size))

    def evaluate(self, source: str, name: str = "eval") -> Message:
        """Evaluate a program; the message that answers it."""
        return self.control(op="evaluate", id=1, source=source, name=name)[1][-1]

    def snapshot(self) -> bytes:
        """The snapshot's body."""
        said = self.control(op="snapshot", id=1)[1]
        assert said[-1]["op"] == "result", said[-1]
        return b"".join(one["data"] for one in said[:-1])

    def interrupt_after(self, seconds: float) -> threading.Timer:
        """Set the word that ends the running crank, from a thread that is started.

        The memory does not move: the runtime reserves all that it may grow to.
        """
        base = ctypes.addressof(self.memory.data_ptr(self.store).contents)
        word = ctypes.c_uint32.from_address(base + self.call("page") + 4)

        def set_word() -> None:
            word.value = 1

        timer = threading.Timer(seconds, set_word)
        timer.start()
        return timer

    def page(self) -> tuple[int, ...]:
        """The fields of the shared page."""
        at = self.call("page")
        return PAGE.unpack(self.memory.read(self.store, at, at + PAGE.size))
