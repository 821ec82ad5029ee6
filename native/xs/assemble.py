"""Everything of one build: native parts, the WebAssembly module, images of both.

The extension is made last, since it holds the digests of all the rest: what it knows
is trusted as the wheel is. How each part is made is in pipeline.py and wasm.py.
"""

from __future__ import annotations

import hashlib
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from native.xs import compile as compiling
from native.xs import pipeline, wasm
from native.xs.flavours import NORMAL

MODULE: Final = "engo.wasm"
GLUE: Final = """\
#include "xsnap.h"
#include "embed/carrier.h"
#include "embed/host.h"
#include <string.h>

static const struct {{
  const char *name;
  unsigned char digest[32];
}} known[] = {{
{rows}}};

static const unsigned char *engo_image_digest(const char *name) {{
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (!strcmp(name, known[i].name)) return known[i].digest;
  return 0;
}}
"""


class Artefacts(NamedTuple):
    """What a build made; paths below build/."""

    executable: Path
    extension: Path
    images: dict[str, Path]
    """By the name in the folder of images: snapshots, and the module itself."""
    build_id: str


def image_names(with_wasm: bool = True) -> tuple[str, ...]:
    """The files in the folder of images that a build installs."""
    names = [f"{name}{pipeline.SUFFIX}" for name in pipeline.IMAGES]
    if with_wasm:
        names += [f"{name}{wasm.SUFFIX}" for name in pipeline.IMAGES]
        names.append(MODULE)
    return tuple(names)


def digest_name(file: str) -> str:
    """What the extension calls a file: `bare`, `bare.wasm` or `engo.wasm`."""
    for suffix, ending in ((wasm.SUFFIX, ".wasm"), (pipeline.SUFFIX, "")):
        if file.endswith(suffix):
            return file.removesuffix(suffix) + ending
    return file


def digest_of(path: Path) -> bytes:
    """An image's digest is in its header (engo/worker/snapshotfile.py); a module's
    is that of its bytes."""
    data = path.read_bytes()
    return hashlib.sha256(data).digest() if path.name == MODULE else data[160:192]


def glue(digests: dict[str, bytes]) -> str:
    """C that knows the digest of everything that a build made beside it."""
    rows = []
    for name, value in digests.items():
        numbers = ", ".join(f"0x{byte:02x}" for byte in value)
        rows.append(f'  {{"{name}", {{{numbers}}}}},\n')
    return GLUE.format(rows="".join(rows))


def carrier() -> list[compiling.Unit]:
    """What carries WebAssembly machines in this process: in the extension only."""
    folder = pipeline.XSNAP / "embed"
    like = pipeline.units(NORMAL, pipeline.tree(print))[-1]
    headers = compiling.files_digest(folder.glob("*.h"))
    return [
        like._replace(source=source, headers=headers)
        for source in sorted(folder.glob("*.c"))
    ]


def _carrier() -> list[compiling.Unit]:
    """What carries WebAssembly machines in this process: in the extension only."""
    folder = pipeline.XSNAP / "embed"
    like = pipeline.units(NORMAL, pipeline.tree(print))[-1]
    headers = like.headers + compiling.files_digest(folder.glob("*.h"))
    return [
        like._replace(source=source, headers=headers)
        for source in sorted(folder.glob("*.c"))
    ]


def _extension(
    emit: Callable[[str], str], digests: dict[str, bytes], objects: list[Path]
) -> tuple[Path, bool]:
    source = pipeline.BUILD / "glue" / "_xsnap.c"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(emit(glue(digests)))
    flags = (
        *NORMAL.compile,
        f"-isystem{sysconfig.get_path('include')}",
        f"-I{pipeline.XSNAP}",
        "-DPy_LIMITED_API=0x030b0000",
    )
    headers = compiling.files_digest(
        [*pipeline.XSNAP.glob("*.h"), *pipeline.XSNAP.glob("embed/*.h")]
    )
    places = ((str(pipeline.ROOT), "engo"),)
    unit = compiling.Unit(source, flags, headers, places)
    own, _ = compiling.objects(
        pipeline.compiler(), [unit, *_carrier()], pipeline.BUILD / "objects"
    )
    output = pipeline.BUILD / "out" / NORMAL.name / "_xsnap.abi3.so"
    return output, pipeline.link(NORMAL, [*own, *objects], output, "-shared")


def build(
    emit: Callable[[str], str], say: pipeline.Say, with_wasm: bool = True
) -> Artefacts:
    """Everything of the normal flavour. `emit` turns glue into an extension's C."""
    if with_wasm:
        wasm.zig()  # a missing compiler is told before half an hour of others' work
    program, objects = pipeline.executable(NORMAL, say)
    made = dict(pipeline.images(program, say))
    if with_wasm:
        module = wasm.build(say)
        made |= wasm.images(module, say)
        made[MODULE] = module
    digests = {digest_name(name): digest_of(path) for name, path in made.items()}
    extension, fresh = _extension(emit, digests, objects)
    if fresh:
        say(f"linked {extension.relative_to(pipeline.ROOT)}")
    identity = pipeline.build_id(NORMAL, pipeline.tree(say))
    return Artefacts(program, extension, made, identity)
