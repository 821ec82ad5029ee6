#!/usr/bin/env python3
"""Developer rebuild: `python build_ffi.py` compiles what has changed, in place.

    --quiet        say only what was done
    --shell        also the test shell for the repairs' guest programs
    --asan         the same two under AddressSanitizer and UBSan, into build/out/asan
    --stress       the test shell that collects at every allocation
    --no-wasm      without the WebAssembly module and its images
    --leave-out S  with --shell, --asan, --stress: build without the named repair

The steps are in native/xs/pipeline.py; this file only declares the interface for
cffi and copies what was made next to the Python sources.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import filecmp
import io
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import cffi

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from native.xs import assemble, pipeline  # noqa: E402  the path is set above
from native.xs.compile import CompileError  # noqa: E402
from native.xs.fetch import FetchError  # noqa: E402
from native.xs.flavours import ASAN, ASAN_SNAPSHOT, NORMAL, STRESS  # noqa: E402
from native.xs.repairs import RepairError  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator


def emit(glue: str) -> str:
    """The extension's C: cffi's, around our declarations and the build's glue."""
    ffi = cffi.FFI()
    for name in ("ffi.cdef.h", "embed/carrier.cdef.h", "embed/host.cdef.h"):
        ffi.cdef((ROOT / "native" / "xsnap" / name).read_text())
    ffi.set_source("engo._xsnap", glue)
    path = pipeline.BUILD / "glue" / "emitted.c"
    with contextlib.redirect_stdout(io.StringIO()):  # cffi tells what it does
        ffi.emit_c_code(str(path))
    return path.read_text()


def install(made: assemble.Artefacts, package: Path) -> None:
    """Copy what was made into a package folder; each file whole or not at all."""
    images = package / "images"
    targets = {
        made.extension: package / "_xsnap.abi3.so",
        made.executable: package / "bin" / "engo-xsnap",
        **{path: images / name for name, path in made.images.items()},
    }
    for name in assemble.image_names():
        if name not in made.images:  # another build's, whose digest is not known
            (images / name).unlink(missing_ok=True)
    for source, target in targets.items():
        if target.exists() and filecmp.cmp(source, target, shallow=False):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"{target.name}.{os.getpid()}.new")
        shutil.copy2(source, unfinished)
        os.replace(unfinished, target)


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(
        description="Rebuild Engo's native parts in place."
    )
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--shell", action="store_true")
    parser.add_argument("--asan", action="store_true")
    parser.add_argument("--stress", action="store_true")
    parser.add_argument("--no-wasm", action="store_true")
    parser.add_argument("--leave-out", action="append", default=[], metavar="REPAIR")
    options = parser.parse_args()
    with _alone():
        return _build(options)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Two builds of one tree would take each other's files away."""
    pipeline.BUILD.mkdir(exist_ok=True)
    with (pipeline.BUILD / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(options: argparse.Namespace) -> int:
    """What the command line asks for; the exit status."""
    leave_out = tuple(options.leave_out)
    try:
        if options.asan:
            pipeline.shell(ASAN, print, leave_out)
            pipeline.executable(ASAN_SNAPSHOT, print, leave_out)
        if options.stress:
            pipeline.shell(STRESS, print, leave_out)
        if options.shell:
            pipeline.shell(NORMAL, print, leave_out)
        if not leave_out:
            made = assemble.build(emit, print, not options.no_wasm)
            install(made, ROOT / "src" / "engo")
            if not options.quiet:
                print(f"up to date: build {made.build_id}")
    except (CompileError, FetchError, RepairError) as error:
        print(f"build_ffi.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
