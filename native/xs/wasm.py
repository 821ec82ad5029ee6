"""The same XSnap as one WebAssembly module: `python build_ffi.py --wasm`.

A developer's step so far, beside the native build and never part of it. What differs
from native is here and in flavours.WASM: the compiler, two repairs, which of our
files. The order of steps and the flags of XS are the native ones, from pipeline.py.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from native.xs import compile as compiling
from native.xs import pipeline
from native.xs.flavours import WASM
from native.xs.repairs import WASM as REPAIRS

ZIG: Final = "0.17.1"
"""The release of PyPI's ziglang: another one makes other bytes."""
NATIVE_ONLY: Final = frozenset({"confine.c", "worker_main.c", "linux.c"})


def zig() -> str:
    """The compiler in the ziglang wheel of this Python."""
    spec = find_spec("ziglang")
    if spec is None or spec.origin is None:
        raise compiling.CompileError(
            "expected the package ziglang beside this Python, which compiles for "
            f"WebAssembly; it is missing: pip install ziglang=={ZIG}"
        )
    return str(Path(spec.origin).parent / "zig")


def own_sources() -> list[Path]:
    """Our C for this target: the native files but for processes, and wasm/."""
    native = [path for path in pipeline.own_sources() if path.name not in NATIVE_ONLY]
    return [*native, *sorted((pipeline.XSNAP / "wasm").glob("*.c"))]


def build(say: pipeline.Say) -> Path:
    """The module, compiled when something has changed."""
    program = zig()
    xs = pipeline.tree(say, (), REPAIRS)
    # `zig cc` is two words; the second is the first flag of everything.
    all_units = [
        unit._replace(flags=("cc", *unit.flags))
        for unit in pipeline.units(WASM, xs, own_sources())
    ]
    objects, fresh = compiling.objects(program, all_units, pipeline.BUILD / "objects")
    if fresh:
        say(f"C: {fresh} of {len(objects)} files compiled ({WASM.name})")
    output = pipeline.BUILD / "out" / WASM.name / "engo.wasm"
    command = [program, "cc", *WASM.link, *map(str, objects)]
    key = compiling.digest(part.encode() for part in command)
    stamp = output.with_suffix(".inputs")
    if not (output.exists() and stamp.exists() and stamp.read_text() == key):
        output.parent.mkdir(parents=True, exist_ok=True)
        unfinished = output.with_suffix(".new")
        compiling.run([*command, "-o", str(unfinished)])
        unfinished.replace(output)
        stamp.write_text(key)
        say(f"linked {output.name}: {output.stat().st_size:,} bytes")
    return output
