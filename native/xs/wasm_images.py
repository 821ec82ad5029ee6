"""Makes the images of WebAssembly machines; run by the build, never by Engo.

    python -m native.xs.wasm_images --module FILE --node-modules DIR… --out DIR

What engo.bootstrap.build does with an executable, done inside an instance of the
module: the same scripts, packages, clock and seed. A snapshot has pointers in it, so
32-bit machines have images of their own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgpack  # type: ignore[import-untyped]
import wasmtime

from engo.bootstrap.build import IMAGES, reader, scripts_of
from engo.bootstrap.modules import ModuleServer
from engo.worker.snapshotfile import write_image
from native.xs.wasm import SUFFIX

NATIVE_STACK: Final = (2 << 20) - (64 << 10)
PART: Final = 65_534  # of a message in a record: docs/frames.md
MORE: Final = 0x80
CONTROL: Final = 0
START: Final = {
    "op": "start", "heap": 256 << 20, "stack": 4096, "meter": 0,
    "message": 16 << 20, "seed": bytes(32), "now": 0.0, "image": False,
}  # fmt: skip

Message = dict[str, Any]


class MachineFailed(Exception):
    """A script of the bootstrap did not end as it must."""


class Machine:
    """One instance of the module: control messages in, control messages out."""

    def __init__(
        self, engine: wasmtime.Engine, module: wasmtime.Module, server: ModuleServer
    ) -> None:
        self._server = server
        self._store = wasmtime.Store(engine)
        self._said: list[Message] = []
        self._part = b""
        self._coming: list[bytes] = []
        linker = wasmtime.Linker(engine)
        i32 = wasmtime.ValType.i32()
        linker.define_func("engo", "emit", wasmtime.FuncType([i32], [i32]), self._emit)
        linker.define_func("engo", "wait", wasmtime.FuncType([], [i32]), self._wait)
        made = linker.instantiate(self._store, module)
        self._exports: Any = made.exports(self._store)
        self._memory: Any = self._exports["memory"]
        self._call("_initialize")
        if not self._call("create"):
            raise MachineFailed("expected memory for a machine, got none")
        self._in, self._out = self._call("in"), self._call("out")

    def _call(self, name: str, *arguments: int) -> int:
        result: int = self._exports[name](self._store, *arguments)
        return result

    def _emit(self, length: int) -> int:
        record: bytes = self._memory.read(self._store, self._out, self._out + length)
        if record[0] & ~MORE == CONTROL:
            self._part += record[1:]
            if not record[0] & MORE:
                self._said.append(msgpack.unpackb(self._part))
                self._part = b""
        return 1

    def _wait(self) -> int:
        if not self._coming:
            call = self._said.pop()
            reply = {"op": "reply", "id": call["id"]}
            reply["data"] = self._server.answer(call["data"])
            self._coming = self._records(reply)
        return self._put(self._coming.pop(0))

    def _put(self, record: bytes) -> int:
        self._memory.write(self._store, record, self._in)
        return len(record)

    @staticmethod
    def _records(message: Message) -> list[bytes]:
        data = msgpack.packb(message)
        parts = [data[at : at + PART] for at in range(0, len(data), PART)]
        heads = [CONTROL | MORE] * (len(parts) - 1) + [CONTROL]
        return [bytes([head]) + part for head, part in zip(heads, parts, strict=True)]

    def send(self, message: Message) -> list[Message]:
        """Deliver a message; the answers, of which the last is none of an error."""
        for record in self._records(message):
            self._call("deliver", self._put(record))
        said, self._said = self._said, []
        if not said or said[-1]["op"] not in ("ready", "result"):
            raise MachineFailed(f"expected a machine to go on, it said {said[-1:]}")
        return said


def build_image(
    engine: wasmtime.Engine, module: wasmtime.Module, image: str, server: ModuleServer
) -> bytes:
    """An image file: header and snapshot."""
    machine = Machine(engine, module, server)
    (ready,) = machine.send(START)
    for path in scripts_of(image):
        name = f"engo:{path.name}"
        source = path.read_text(encoding="utf-8")
        machine.send({"op": "evaluate", "id": 1, "source": source, "name": name})
    *chunks, _ = machine.send({"op": "snapshot", "id": 1})
    body = b"".join(chunk["data"] for chunk in chunks)
    return write_image(ready["build"], ready["engine"], body)


def main(arguments: Sequence[str]) -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m native.xs.wasm_images")
    parser.add_argument("--module", required=True, type=Path)
    parser.add_argument("--node-modules", required=True, type=Path, action="append")
    parser.add_argument("--out", required=True, type=Path)
    options = parser.parse_args(arguments)
    config = wasmtime.Config()
    config.wasm_exceptions = True
    config.max_wasm_stack = NATIVE_STACK
    engine = wasmtime.Engine(config)
    module = wasmtime.Module.from_file(engine, str(options.module))
    server = ModuleServer(reader(*options.node_modules))
    options.out.mkdir(parents=True, exist_ok=True)
    for name in IMAGES:
        data = build_image(engine, module, name, server)
        target = options.out / f"{name}{SUFFIX}"
        unfinished = target.with_suffix(".new")
        unfinished.write_bytes(data)
        unfinished.replace(target)
        print(f"{target} {len(data)} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
