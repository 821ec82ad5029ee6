"""The same XSnap as one WebAssembly module, and the images of its machines.

What differs from native is here and in flavours.WASM: the compiler and which of
our files. The order of steps and the flags of XS are the native ones, from pipeline.py.
"""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from native.xs import compile as compiling
from native.xs import pipeline
from native.xs.flavours import WASM

ZIG: Final = "0.17.1"
"""The release of PyPI's ziglang: another one makes other bytes."""
SUFFIX: Final = ".wasm-snapshot"
NATIVE_ONLY: Final = frozenset(
    {"confine.c", "worker_main.c", "linux.c", "thread_stack.c"}
)


def _installed_version() -> str:
    try:
        return version("ziglang")
    except PackageNotFoundError:
        return ""


def zig() -> compiling.Compiler:
    """The compiler in the ziglang wheel of this Python, of the release that counts."""
    spec = find_spec("ziglang")
    came = _installed_version() if spec is not None else ""
    if spec is None or spec.origin is None or came != ZIG:
        raise compiling.CompileError(
            f"expected the package ziglang {ZIG} beside this Python, which compiles "
            f"for WebAssembly, it is {came or 'missing'}: pip install ziglang=={ZIG} "
            "(or build_ffi.py --no-wasm)"
        )
    # Its cache holds wasm's C library as compiled: below build/, as everything made.
    cache = str(pipeline.BUILD / "zig")
    places = (("ZIG_GLOBAL_CACHE_DIR", cache), ("ZIG_LOCAL_CACHE_DIR", cache))
    return compiling.Compiler(
        str(Path(spec.origin).parent / "zig"), f"zig {ZIG}", places
    )


def own_sources() -> list[Path]:
    """Our C for this target: the native files but for processes, and wasm/."""
    native = [path for path in pipeline.own_sources() if path.name not in NATIVE_ONLY]
    return [*native, *sorted((pipeline.XSNAP / "wasm").glob("*.c"))]


def _link(compiler: compiling.Compiler, objects: list[Path], output: Path) -> bool:
    command = ("cc", *WASM.link, *map(str, objects))
    parts = (compiler.identity, *WASM.link, *(path.name for path in objects))
    key = compiling.digest(part.encode() for part in parts)
    stamp = output.with_suffix(".inputs")
    if output.exists() and stamp.exists() and stamp.read_text() == key:
        return False
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = output.with_suffix(f".{os.getpid()}.new")
    compiling.run(
        [compiler.program, *command, "-o", str(unfinished)], compiler.environment
    )
    unfinished.chmod(0o644)  # the linker's are programs
    unfinished.replace(output)
    stamp.write_text(key)
    return True


def build(say: pipeline.Say, leave_out: tuple[str, ...] = ()) -> Path:
    """The module, compiled when something has changed."""
    compiler = zig()
    xs = pipeline.tree(say, leave_out)
    # `zig cc` is two words; the second is the first flag of everything.
    all_units = [
        unit._replace(flags=("cc", *unit.flags))
        for unit in pipeline.units(WASM, xs, own_sources(), compiler.identity)
    ]
    objects, fresh = compiling.objects(compiler, all_units, pipeline.BUILD / "objects")
    if fresh:
        say(f"C: {fresh} of {len(objects)} files compiled ({WASM.name})")
    output = pipeline.folder_of(WASM, leave_out) / "engo.wasm"
    if _link(compiler, objects, output):
        say(f"linked {output.name}: {output.stat().st_size:,} bytes")
    return output


def images(module: Path, say: pipeline.Say) -> dict[str, Path]:
    """The snapshots that WebAssembly machines start from, made inside the module."""
    maker = pipeline.ROOT / "native" / "xs" / "wasm_images.py"
    command = ("native.xs.wasm_images", "--module", str(module))
    return pipeline.make_images(module, SUFFIX, command, maker, say)
