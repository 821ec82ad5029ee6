"""The module's own malloc (native/xsnap/wasm/heap.c), driven by chance.

It is compiled with a driver of the tests' into a module of its own, with the flags of
engo.wasm.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from native.xs import compile as compiling
from native.xs import pipeline, wasm
from native.xs.flavours import WASM
from tests.wasm.instance import wasmtime

DRIVER = Path(__file__).with_name("heap_driver.c")
STEPS = 10_000


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """An engine and the compiled driver."""
    compiler = wasm.zig()
    heap = pipeline.XSNAP / "wasm" / "heap.c"
    (unit,) = pipeline.units(WASM, pipeline.tree(print), [heap], compiler.identity)[-1:]
    flags = ("cc", *unit.flags, f"-I{heap.parent}")
    units = [unit._replace(source=one, flags=flags) for one in (heap, DRIVER)]
    folder = tmp_path_factory.mktemp("heap")
    objects, _ = compiling.objects(compiler, units, folder)
    output = folder / "heap.wasm"
    command = [compiler.program, "cc", *WASM.link, *map(str, objects)]
    compiling.run([*command, "-o", str(output)], compiler.environment)
    config = wasmtime.Config()
    config.wasm_exceptions = True
    engine = wasmtime.Engine(config)
    return engine, wasmtime.Module.from_file(engine, str(output))


class Heap:
    """An instance of the driver."""

    def __init__(self, module: tuple[Any, Any]) -> None:
        engine, code = module
        self.store = wasmtime.Store(engine)
        instance = wasmtime.Linker(engine).instantiate(self.store, code)
        self._exports = instance.exports(self.store)
        self.call("_initialize")

    def call(self, name: str, *arguments: int) -> Any:
        return self._exports[name](self.store, *arguments)

    def bytes(self) -> bytes:
        memory = self._exports["memory"]
        return bytes(memory.read(self.store, self.call("begin"), None))


@pytest.mark.parametrize("seed", [1, 2, 0xDEADBEEF])
def test_blocks_keep_what_is_theirs(module: tuple[Any, Any], seed: int) -> None:
    heap = Heap(module)
    assert heap.call("drive", seed, STEPS) == 0
    heap.call("finish")
    # One free block: two heads, and nothing of what was in it.
    left = heap.bytes().rstrip(b"\0")
    assert len(left.strip(b"\0")) - left.count(0) <= 16
    assert heap.call("drive", seed, STEPS) == 0


def test_what_is_freed_is_used_again(module: tuple[Any, Any]) -> None:
    heap = Heap(module)
    sizes = []
    for _ in range(3):
        assert heap.call("drive", 7, STEPS) == 0
        heap.call("finish")
        sizes.append(len(heap.bytes()))
    assert sizes[2] == sizes[1] < 1.3 * sizes[0]


def test_more_than_there_can_be_is_refused(module: tuple[Any, Any]) -> None:
    assert Heap(module).call("refuses") == 1
