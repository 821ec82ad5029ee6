"""Compiles C in parallel, each object once per content.

An object's name is a digest of everything that went into it (source, headers,
flags), so that touching one file compiles one file and a changed flag cannot be
missed. No policy: what is compiled and how comes from pipeline.py.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple


class CompileError(Exception):
    """The C compiler refused; its words."""


class Unit(NamedTuple):
    """One source file and how it is compiled."""

    source: Path
    flags: tuple[str, ...]
    headers: str
    """A digest of every header it may include."""
    places: tuple[tuple[str, str], ...] = ()
    """Folders, inner ones first, and what the object calls them instead: where they
    lie is no input, so builds in two places are equal to the byte."""

    def inputs(self) -> list[str]:
        """The flags with the folders' names in the folders' place."""
        flags = list(self.flags)
        for folder, name in self.places:
            flags = [flag.replace(folder, name) for flag in flags]
        return flags

    def command(self, compiler: str, output: Path) -> list[str]:
        """What compiles it."""
        # The compiler looks at the last map first.
        maps = [f"-ffile-prefix-map={a}={b}" for a, b in reversed(self.places)]
        return [
            compiler, *self.flags, *maps, "-c", str(self.source), "-o", str(output)
        ]  # fmt: skip


def digest(parts: Iterable[bytes]) -> str:
    """A short hexadecimal digest of a sequence of byte strings."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "little"))
        whole.update(part)
    return whole.hexdigest()[:32]


def files_digest(paths: Iterable[Path]) -> str:
    """A digest of files' names and contents, in a fixed order."""
    ordered = sorted(paths, key=lambda path: path.name)
    return digest(
        part for path in ordered for part in (path.name.encode(), path.read_bytes())
    )


class Compiler(NamedTuple):
    """A program that compiles, and what it is called in the keys of what it made."""

    program: str
    identity: str
    """Where it lies is no input either: a wheel's build has a place of its own."""
    environment: tuple[tuple[str, str], ...] = ()


def run(command: Sequence[str], environment: Iterable[tuple[str, str]] = ()) -> None:
    """Run a compiler or linker; raises CompileError with what it said."""
    done = subprocess.run(
        list(command),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **dict(environment)},
    )
    if done.returncode:
        raise CompileError(f"{' '.join(command[:1])} failed:\n{done.stderr.strip()}")


def object_of(compiler: Compiler, unit: Unit, folder: Path) -> tuple[Path, bool]:
    """The object file of a unit, and whether it had to be compiled."""
    key = digest(
        [
            compiler.identity.encode(),
            unit.source.read_bytes(),
            unit.headers.encode(),
            *(flag.encode() for flag in unit.inputs()),
        ]
    )
    path = folder / f"{unit.source.stem}-{key[:20]}.o"
    if path.exists():
        return path, False
    unfinished = path.with_suffix(f".{os.getpid()}.new")
    run(unit.command(compiler.program, unfinished), compiler.environment)
    unfinished.replace(path)
    return path, True


def objects(
    compiler: str | Compiler, units: Sequence[Unit], folder: Path
) -> tuple[list[Path], int]:
    """Compile what has changed; the objects in the order given, and how many."""
    if isinstance(compiler, str):
        compiler = Compiler(compiler, compiler)
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        made = list(pool.map(lambda one: object_of(compiler, one, folder), units))
    return [path for path, _ in made], sum(fresh for _, fresh in made)
