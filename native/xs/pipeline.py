"""From pinned archives to a worker executable, an extension module and images.

The one place that knows the order: fetch, verify, unpack, repair, compile, link,
make the images, compile their digests into the extension. Everything is made below
build/ and is up to date when it returns; build_ffi.py and setup.py copy it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from native.xs import compile as compiling
from native.xs import fetch
from native.xs.flavours import (
    DEFINES,
    LANGUAGE,
    LIBRARIES,
    NORMAL,
    OURS,
    THEIRS,
    Flavour,
)
from native.xs.repairs import Repair, apply_all, chosen

ROOT: Final = Path(__file__).parents[2]
BUILD: Final = ROOT / "build"
CACHE: Final = BUILD / "npm"
XSNAP: Final = ROOT / "native" / "xsnap"
SHELL: Final = ROOT / "native" / "xs" / "shell"
BOOTSTRAP: Final = ROOT / "src" / "engo" / "bootstrap"
PACKAGES: Final = ROOT / "src" / "engo" / "packages"
MODULES: Final = (
    "modules/data/text/decoder/textdecoder.c",
    "modules/data/text/encoder/textencoder.c",
    "modules/data/base64/modBase64.c",
)
IMAGES: Final = ("bare", "endo")
GLUE: Final = """\
#include "xsnap.h"
#include "embed/carrier.h"
#include <string.h>

{digests}
static const unsigned char *engo_image_digest(const char *name) {{
{cases}
  return 0;
}}
"""

Say = Callable[[str], None]


class Artefacts(NamedTuple):
    """What a build made; paths below build/."""

    executable: Path
    extension: Path
    images: dict[str, Path]
    build_id: str


def compiler() -> str:
    """The C compiler, as the environment or Python's own build names it."""
    return os.environ.get("CC") or "cc"


def tree(
    say: Say, leave_out: tuple[str, ...] = (), extra: tuple[Repair, ...] = ()
) -> Path:
    """XS with its repairs, unpacked once per pin and set of repairs."""
    pin = fetch.engine_pin()
    # Of the repairs as they were loaded: a file may be edited while this runs.
    edits = [repr(repair.edits).encode() for repair in (*chosen(leave_out), *extra)]
    key = compiling.digest([pin.integrity.encode(), *edits])
    folder = BUILD / "xs" / key[:16]
    if (folder / "complete").exists():
        return folder
    say(f"XS: {pin.package}@{pin.version}, verified and repaired into build/xs")
    folder.parent.mkdir(parents=True, exist_ok=True)
    fetch.unpack(fetch.archive(pin, CACHE), folder, below="moddable")
    apply_all(folder, leave_out, extra)
    (folder / "complete").touch()
    return folder


def own_sources() -> list[Path]:
    """Our C for the native targets; without any main."""
    found = [*XSNAP.glob("*.c"), *(XSNAP / "platform").glob("*.c")]
    return sorted(path for path in found if path.name != "main.c")


def build_id(flavour: Flavour, xs: Path, wasm: bool = False) -> str:
    """Names everything that decides what a snapshot means."""
    sources = [
        path
        for path in XSNAP.rglob("*")
        if path.suffix in (".c", ".h")
        and path.parent.name != "embed"  # carries machines, and is none
        and (wasm or path.parent.name != "wasm")
    ]
    return compiling.digest(
        [
            compiling.files_digest(xs.rglob("*.[ch]")).encode(),  # as repaired
            compiling.files_digest(sources).encode(),
            *(flag.encode() for flag in (*DEFINES, *LANGUAGE, *flavour.compile)),
        ]
    )


def units(
    flavour: Flavour, xs: Path, own: Sequence[Path] | None = None
) -> list[compiling.Unit]:
    """XS's sources and ours (`own`, else the native ones), with their flags."""
    platform = XSNAP / "platform"
    system = [
        f"-isystem{xs / name}" for name in ("xs/includes", "xs/platforms", "xs/sources")
    ]
    common = (*flavour.compile, *LANGUAGE, *DEFINES, *system, f"-isystem{platform}")
    theirs = compiling.files_digest([*sorted(xs.rglob("*.h")), *platform.glob("*.h")])
    ours = theirs + compiling.files_digest(XSNAP.glob("*.h"))
    sources = [
        *sorted((xs / "xs/sources").glob("*.c")),
        *(xs / name for name in MODULES),
    ]
    places = ((str(xs), "xs"), (str(ROOT), "engo"))
    made = [
        compiling.Unit(source, (*common, *THEIRS), theirs, places) for source in sources
    ]
    identity = f'-DXSNAP_BUILD_ID="{build_id(flavour, xs, own is not None)}"'
    for source in own_sources() if own is None else own:
        flags = (*common, *OURS, f"-I{XSNAP}")
        if source.name == "build_id.c":
            flags = (*flags, identity)
        made.append(compiling.Unit(source, flags, ours, places))
    return made


def link(flavour: Flavour, objects: list[Path], output: Path, *flags: str) -> bool:
    """Link when an object has changed; whether it did."""
    command = [
        compiler(), *flavour.link, *flags, *map(str, objects), *LIBRARIES,
    ]  # fmt: skip
    stamp = output.with_name(output.name + ".inputs")
    key = compiling.digest(part.encode() for part in command)
    if output.exists() and stamp.exists() and stamp.read_text() == key:
        return False
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = output.with_name(output.name + ".new")
    compiling.run([*command, "-o", str(unfinished)])
    unfinished.replace(output)
    stamp.write_text(key)
    return True


def _extra(flavour: Flavour, xs: Path, source: Path, *flags: str) -> compiling.Unit:
    like = units(flavour, xs)[-1]
    return like._replace(source=source, flags=(*like.flags, *flags))


def executable(
    flavour: Flavour, say: Say, leave_out: tuple[str, ...] = ()
) -> tuple[Path, list[Path]]:
    """The worker executable of a flavour, and the objects it is linked from."""
    xs = tree(say, leave_out)
    all_units = [*units(flavour, xs), _extra(flavour, xs, XSNAP / "main.c")]
    objects, fresh = compiling.objects(compiler(), all_units, BUILD / "objects")
    if fresh:
        say(f"C: {fresh} of {len(objects)} files compiled ({flavour.name})")
    output = _out(flavour, leave_out) / "engo-xsnap"
    if _link_program(flavour, objects, output):
        say(f"linked {output.relative_to(ROOT)}")
    return output, objects[:-1]


def _link_program(flavour: Flavour, objects: list[Path], output: Path) -> bool:
    try:
        return link(flavour, objects, output, *flavour.program)
    except compiling.CompileError:
        if not flavour.program:
            raise
        return link(flavour, objects, output)


def shell(flavour: Flavour, say: Say, leave_out: tuple[str, ...] = ()) -> Path:
    """The test shell that runs the repairs' guest programs; not shipped."""
    _, objects = executable(flavour, say, leave_out)
    xs = tree(say, leave_out)
    extra = [_extra(flavour, xs, source) for source in sorted(SHELL.glob("*.c"))]
    own, _ = compiling.objects(compiler(), extra, BUILD / "objects")
    output = _out(flavour, leave_out) / "engo-shell"
    if link(flavour, [*objects, *own], output):
        say(f"linked {output.relative_to(ROOT)}")
    return output


def _out(flavour: Flavour, leave_out: tuple[str, ...]) -> Path:
    return BUILD / "out" / "-".join((flavour.name, *leave_out))


def images(program: Path, say: Say) -> dict[str, Path]:
    """The snapshots that workers start from, remade when what they are of moved."""
    folder = program.parent / "images"
    modules = fetch.endo_packages(BUILD)
    key = compiling.digest(
        [
            program.read_bytes(),
            modules.parent.name.encode(),
            compiling.files_digest(
                path
                for folder in (BOOTSTRAP, PACKAGES)
                for path in folder.iterdir()
                if path.suffix in (".js", ".py")
            ).encode(),
        ]
    )
    made = {name: folder / f"{name}.snapshot" for name in IMAGES}
    stamp = folder / "inputs"
    if stamp.exists() and stamp.read_text() == key:
        return made
    # Without site: pip's isolated builds have a sitecustomize that takes away what an
    # editable install has put on the path, and that is src.
    source = str(ROOT / "src")
    done = subprocess.run(
        [
            sys.executable, "-S", "-m", "engo.bootstrap.build",
            "--executable", str(program),
            "--node-modules", str(modules), "--out", str(folder),
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([source, *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise compiling.CompileError(f"making the images failed:\n{done.stderr}")
    stamp.write_text(key)
    sizes = ", ".join(f"{name} {path.stat().st_size:,}" for name, path in made.items())
    say(f"images: {sizes} bytes")
    return made


def carrier(xs: Path) -> list[compiling.Unit]:
    """What carries WebAssembly machines in this process: in the extension only."""
    folder = XSNAP / "embed"
    like = units(NORMAL, xs)[-1]
    headers = compiling.files_digest(folder.glob("*.h"))
    return [
        like._replace(source=source, headers=headers)
        for source in sorted(folder.glob("*.c"))
    ]


def glue(digests: dict[str, bytes]) -> str:
    """C that knows the digest of every image of this build."""
    tables, cases = [], []
    for name, value in digests.items():
        bytes_text = ", ".join(f"0x{byte:02x}" for byte in value)
        tables.append(f"static const unsigned char image_{name}[] = {{{bytes_text}}};")
        cases.append(f'  if (!strcmp(name, "{name}")) return image_{name};')
    return GLUE.format(digests="\n".join(tables), cases="\n".join(cases))


def image_digests(made: dict[str, Path]) -> dict[str, bytes]:
    """The digest in each image's header: engo/worker/snapshotfile.py has the layout."""
    return {name: path.read_bytes()[160:192] for name, path in made.items()}


def build(emit: Callable[[str], str], say: Say) -> Artefacts:
    """Everything of the normal flavour. `emit` turns glue into an extension's C."""
    program, objects = executable(NORMAL, say)
    made = images(program, say)
    source = BUILD / "glue" / "_xsnap.c"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(emit(glue(image_digests(made))))
    include = sysconfig.get_path("include")
    flags = (
        *NORMAL.compile,
        f"-isystem{include}",
        f"-I{XSNAP}",
        "-DPy_LIMITED_API=0x030b0000",
    )
    xs = tree(say)
    headers = compiling.files_digest([*XSNAP.glob("*.h"), *XSNAP.glob("embed/*.h")])
    unit = compiling.Unit(source, flags, headers, ((str(ROOT), "engo"),))
    own, _ = compiling.objects(
        compiler(), [unit, *carrier(xs)], BUILD / "objects"
    )
    extension = program.parent / "_xsnap.abi3.so"
    if link(NORMAL, [*own, *objects], extension, "-shared"):
        say(f"linked {extension.relative_to(ROOT)}")
    return Artefacts(program, extension, made, build_id(NORMAL, xs))
