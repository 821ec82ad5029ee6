"""Machines that test262 tests are run in: made once, started anew for each test.

An image is a machine in which host.js has run, and for all but raw tests the suite's
sta.js and assert.js; natively a snapshot, in WebAssembly the memory itself, so that
a start costs milliseconds. What runs in them is machine.py's.
"""

from __future__ import annotations

import json
import mmap
import os
import tempfile
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from engo.wasm.sections import image_module
from engo.worker.blocking import Worker
from engo.worker.events import WorkerReady
from engo.worker.launch import Launcher, open_snapshot
from engo.worker.limits import Limits
from engo.worker.protocol import WorkerProtocol
from engo.worker.snapshotfile import parse_header
from engo.worker.wasm_images import (
    PATIENCE,
    SEED_BYTES,
    WasmImage,
    living_memory,
    memory_limit,
)
from engo.worker.wasm_inprocess import WasmLauncher

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engo.powers.memory import SealedMemory
    from engo.powers.spawn import Child

PLAIN: Final = "plain"
COMPARTMENT: Final = "compartment"
MODES: Final = (PLAIN, COMPARTMENT)
NATIVE: Final = "native"
WASM: Final = "wasm"
ENGINES: Final = (NATIVE, WASM)
RAW: Final = "raw"
READY: Final = "ready"
KEY: Final = bytes(32)
HOST: Final = Path(__file__).with_name("host.js")


class Images:
    """A Starter (`engo.worker.core`) of test machines; a context manager."""

    def __init__(
        self, mode: str, engine: str, base: Sequence[str], before: Sequence[str] = ()
    ) -> None:
        """`base`: what all tests but raw ones find; `before`: run ahead of it all."""
        self._mode = mode
        self._build = ""
        self._open = ExitStack()
        with ExitStack() as undo:
            undo.callback(self._open.close)
            self._launcher: Launcher | WasmLauncher = (
                Launcher() if engine == NATIVE else WasmLauncher(threads=1)
            )
            self._open.callback(self._launcher.close)
            self._images: dict[str, object] = {
                RAW: self._made(before, None),
                READY: self._made(before, base),
            }
            undo.pop_all()

    def build(self) -> str:
        """The build that the machines are of."""
        return self._build

    def image(self, name: str) -> object:
        """`RAW` or `READY`."""
        return self._images[name]

    def start(self, origin: Any, limits: Limits) -> Child:
        """A machine of an image."""
        return self._launcher.start(origin, limits)

    def close(self) -> None:
        """Give everything back."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Inside

    def _made(self, before: Sequence[str], base: Sequence[str] | None) -> object:
        stream = BytesIO()
        with Worker(
            image="bare" if self._mode == COMPARTMENT else None,
            launcher=self._launcher,
            key=KEY,
        ) as worker:
            for source in before:
                worker.evaluate(source, "before")
            worker.evaluate(HOST.read_text(encoding="utf-8"), "host.js")
            if base is not None:
                order = {"kind": "prepare", "path": "", "includes": list(base)}
                worker.deliver(json.dumps(order).encode())
            worker.snapshot(stream)
        data = stream.getvalue()
        self._build = parse_header(data).build  # ENGO_XSNAP may name another one
        body = self._open.enter_context(open_snapshot(data, KEY, self._build))
        launcher = self._launcher
        return body if isinstance(launcher, Launcher) else self._memory(launcher, body)

    def _memory(self, launcher: WasmLauncher, body: SealedMemory) -> WasmImage:
        """As engo.worker.wasm_images makes those of the wheel, but kept by nobody."""
        images = launcher.images
        vm = images.restore(body.read(), memory_limit(Limits()))
        try:
            protocol = WorkerProtocol(Limits())
            protocol.start(seed=bytes(SEED_BYTES), now=0.0, image=True)
            vm.write(protocol.take_outgoing())
            ready = vm.wait_rest(PATIENCE) and protocol.receive(vm.read(65_536))
            assert ready
            assert isinstance(ready[0], WorkerReady), "the machine did not start"
            vm.start_call("prepare", 1)
            assert vm.wait_rest(PATIENCE)
            assert vm.result == 1, "the machine does not rest"
            memory = living_memory(vm)
            places = vm.bind()
        finally:
            vm.close()
        runtime = images.runtime
        module = _loaded(runtime.compile(image_module(bytes(memory))), runtime.load)
        kept = self._open.enter_context(mmap.mmap(-1, len(memory)))
        kept[:] = bytes(memory)
        return WasmImage("test262", module, kept, b"", places)


def _loaded(code: bytes | bytearray, load: Callable[[str], object]) -> object:
    """A module that the runtime wants to read from a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "image.cwasm")
        Path(path).write_bytes(code)
        return load(path)
