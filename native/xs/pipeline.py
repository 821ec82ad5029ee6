"""From pinned archives to a worker executable and the images it starts from.

The one place that knows the order: fetch, verify, unpack, repair, compile, link, make
the images. Everything is made below build/ and is up to date when it returns. What
belongs into one build together is in assemble.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from native.xs import compile as compiling
from native.xs import fetch
from native.xs import intl_packages as intl
from native.xs.flavours import (
    DEFINES,
    LANGUAGE,
    LIBRARIES,
    OURS,
    THEIRS,
    Flavour,
)
from native.xs.repairs import apply_all, chosen

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
IMAGES: Final = ("bare", "endo", "endo-intl")
SUFFIX: Final = ".snapshot"

Say = Callable[[str], None]


def compiler() -> str:
    """The C compiler, as the environment or Python's own build names it."""
    return os.environ.get("CC") or "cc"


def stock(say: Say) -> Path:
    """XS as it is pinned, without a repair; for tools that compare."""
    pin = fetch.engine_pin()
    folder = BUILD / "xs" / f"stock-{compiling.digest([pin.integrity.encode()])[:16]}"
    if not (folder / "complete").exists():
        say(f"XS: {pin.package}@{pin.version}, verified, into build/xs")
        folder.parent.mkdir(parents=True, exist_ok=True)
        fetch.unpack(fetch.archive(pin, CACHE), folder, below="moddable")
        (folder / "complete").touch()
    return folder


def tree(say: Say, leave_out: tuple[str, ...] = ()) -> Path:
    """XS with its repairs, unpacked once per pin and set of repairs."""
    pin = fetch.engine_pin()
    # Of the repairs as they were loaded: a file may be edited while this runs.
    edits = [repr(repair.edits).encode() for repair in chosen(leave_out)]
    key = compiling.digest([pin.integrity.encode(), *edits])
    folder = BUILD / "xs" / key[:16]
    if (folder / "complete").exists():
        return folder
    say(f"XS: {pin.package}@{pin.version}, verified and repaired into build/xs")
    folder.parent.mkdir(parents=True, exist_ok=True)
    fetch.unpack(fetch.archive(pin, CACHE), folder, below="moddable")
    for line in apply_all(folder, leave_out):
        if "skipped" in line:  # a newer engine's own
            say(line)
    (folder / "complete").touch()
    return folder


def own_sources() -> list[Path]:
    """Our C for the native targets; without any main."""
    folders = (XSNAP, XSNAP / "platform", XSNAP / "engine")
    found = [path for folder in folders for path in folder.glob("*.c")]
    return sorted(path for path in found if path.name != "main.c")


def build_id(flavour: Flavour, xs: Path, toolchain: str = "") -> str:
    """Names everything that decides what a snapshot means. `toolchain` is the
    WebAssembly module's, whose addresses are in the images of its memory."""
    sources = [
        path
        for path in XSNAP.rglob("*")
        if path.suffix in (".c", ".h")
        and path.parent.name != "embed"  # carries machines, and is none
        and (toolchain or path.parent.name != "wasm")
    ]
    return compiling.digest(
        [
            compiling.files_digest(xs.rglob("*.[ch]")).encode(),  # as repaired
            compiling.files_digest(sources).encode(),
            *(flag.encode() for flag in (*DEFINES, *LANGUAGE, *flavour.compile)),
            *([toolchain.encode()] if toolchain else ()),
        ]
    )


def units(
    flavour: Flavour,
    xs: Path,
    own: Sequence[Path] | None = None,
    toolchain: str = "",
) -> list[compiling.Unit]:
    """XS's sources and ours (`own`, else the native ones), with their flags."""
    platform = XSNAP / "platform"
    system = [
        f"-isystem{xs / name}" for name in ("xs/includes", "xs/platforms", "xs/sources")
    ]
    common = (*LANGUAGE, *DEFINES, *system, f"-isystem{platform}")
    hooks = [*platform.glob("*.h"), *(XSNAP / "engine").glob("*.h")]
    theirs = compiling.files_digest([*sorted(xs.rglob("*.h")), *hooks])
    ours = theirs + compiling.files_digest(XSNAP.glob("*.h"))
    sources = [
        *sorted((xs / "xs/sources").glob("*.c")),
        *(xs / name for name in MODULES),
    ]
    places = ((str(xs), "xs"), (str(ROOT), "engo"))
    made = [
        compiling.Unit(
            source, (*flavour.flags(source.name), *common, *THEIRS), theirs, places
        )
        for source in sources
    ]
    identity = f'-DXSNAP_BUILD_ID="{build_id(flavour, xs, toolchain)}"'
    for source in own_sources() if own is None else own:
        flags = (*flavour.flags(source.name), *common, *OURS, f"-I{XSNAP}")
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
    unfinished = output.with_name(f"{output.name}.{os.getpid()}.new")
    compiling.run([*command, "-o", str(unfinished)])
    unfinished.replace(output)
    stamp.write_text(key)
    return True


def _extra(flavour: Flavour, xs: Path, source: Path, *flags: str) -> compiling.Unit:
    like = units(flavour, xs)[-1]
    own = flavour.only if source.name in flavour.files else ()
    return like._replace(source=source, flags=(*like.flags, *own, *flags))


def _objects(
    flavour: Flavour, say: Say, leave_out: tuple[str, ...], extra: Sequence[Path]
) -> list[Path]:
    """Those of XS and of ours, and of some sources more."""
    xs = tree(say, leave_out)
    all_units = [
        *units(flavour, xs), *(_extra(flavour, xs, source) for source in extra)
    ]  # fmt: skip
    objects, fresh = compiling.objects(compiler(), all_units, BUILD / "objects")
    if fresh:
        say(f"C: {fresh} of {len(objects)} files compiled ({flavour.name})")
    return objects


def executable(
    flavour: Flavour, say: Say, leave_out: tuple[str, ...] = ()
) -> tuple[Path, list[Path]]:
    """The worker executable of a flavour, and the objects it is linked from."""
    objects = _objects(flavour, say, leave_out, [XSNAP / "main.c"])
    output = folder_of(flavour, leave_out) / "engo-xsnap"
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
    objects = _objects(flavour, say, leave_out, sorted(SHELL.glob("*.c")))
    output = folder_of(flavour, leave_out) / "engo-shell"
    if link(flavour, objects, output):
        say(f"linked {output.relative_to(ROOT)}")
    return output


def folder_of(flavour: Flavour, leave_out: tuple[str, ...]) -> Path:
    """Where what was linked lies."""
    return BUILD / "out" / "-".join((flavour.name, *leave_out))


def make_images(
    subject: Path, suffix: str, command: Sequence[str], maker: Path, say: Say
) -> dict[str, Path]:
    """The images of an executable or a module, remade when what they are of moved.

    By name in the folder of images. `command` is a module for Python and the subject.
    """
    folder = subject.parent / "images"
    modules = (fetch.endo_packages(BUILD), intl.intl_packages(BUILD, CACHE))
    key = compiling.digest(
        [
            subject.read_bytes(),
            *(folder.parent.name.encode() for folder in modules),
            compiling.files_digest(
                [
                    maker,
                    *(
                        path
                        for folder in (BOOTSTRAP, PACKAGES)
                        for path in folder.iterdir()
                        if path.suffix in (".js", ".py")
                    ),
                ]
            ).encode(),
        ]
    )
    made = {f"{name}{suffix}": folder / f"{name}{suffix}" for name in IMAGES}
    stamp = folder / "inputs"
    if stamp.exists() and stamp.read_text() == key:
        return made
    # Without site: pip's isolated builds have a sitecustomize that takes away what an
    # editable install has put on the path, and that is src.
    path = [str(ROOT / "src"), str(ROOT), *sys.path]
    done = subprocess.run(
        [
            sys.executable, "-S", "-m", *command,
            *(f"--node-modules={each}" for each in modules), "--out", str(folder),
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
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


def images(program: Path, say: Say) -> dict[str, Path]:
    """The snapshots that native workers start from."""
    command = ("engo.bootstrap.build", "--executable", str(program))
    return make_images(program, SUFFIX, command, BOOTSTRAP / "build.py", say)
