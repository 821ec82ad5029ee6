"""Takes XS and the @endo packages from npm, by name, and verifies them.

Nothing is unpacked before its SHA-512 has matched the committed integrity. A source
distribution carries the archives in vendor/, which is looked at first, so that it
builds without npm. What is fetched never enters git.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

HERE: Final = Path(__file__).parent
VENDOR: Final = HERE / "vendor"
MAX_ARCHIVE: Final = 64 << 20
"""Bytes; the largest archive here has 2 MB."""


class FetchError(Exception):
    """What npm gave is not what was pinned, or npm could not give it."""


class Pin(NamedTuple):
    """One archive of the registry."""

    package: str
    version: str
    integrity: str

    @property
    def archive(self) -> str:
        """The file name under which vendor/ keeps it."""
        return f"{self.package.replace('@', '').replace('/', '-')}-{self.version}.tgz"


def engine_pin() -> Pin:
    """The package that carries XS."""
    fields = json.loads((HERE / "pin.json").read_text())
    return Pin(fields["package"], fields["version"], fields["integrity"])


def closure_pins() -> list[Pin]:
    """Every package of the lock file, in its order."""
    lock = json.loads((HERE / "endo" / "package-lock.json").read_text())
    return [
        Pin(path.removeprefix("node_modules/"), fields["version"], fields["integrity"])
        for path, fields in lock["packages"].items()
        if path
    ]


def verified(pin: Pin, data: bytes) -> bytes:
    """The same data; raises FetchError when it is not what was pinned."""
    algorithm, _, wanted = pin.integrity.partition("-")
    if algorithm != "sha512":
        raise FetchError(
            f"{pin.package}: expected a sha512 integrity, got {pin.integrity!r}"
        )
    came = base64.b64encode(hashlib.sha512(data).digest()).decode()
    if came != wanted:
        raise FetchError(
            f"{pin.package}@{pin.version}: expected sha512-{wanted}, "
            f"got sha512-{came}; "
            "the archive is not the pinned one, do not use it"
        )
    return data


def npm(arguments: list[str], folder: Path) -> str:
    """Run npm; its standard output. Raises FetchError with the last line it said."""
    command = shutil.which("npm")
    if command is None:
        raise FetchError(
            "expected npm on PATH to fetch XS, found none; install Node.js with npm, "
            "or build from the source distribution, which carries the archives"
        )
    done = subprocess.run(
        [command, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        reason = said[-1] if said else f"status {done.returncode}"
        raise FetchError(f"npm {' '.join(arguments[:2])} failed: {reason}")
    return done.stdout


def archive(pin: Pin, cache: Path) -> bytes:
    """The verified archive, from vendor/, the cache or npm, in this order."""
    for folder in (VENDOR, cache):
        kept = folder / pin.archive
        if kept.is_file():
            return verified(pin, kept.read_bytes())
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        npm(["pack", "--silent", f"{pin.package}@{pin.version}"], Path(scratch))
        [packed] = Path(scratch).glob("*.tgz")
        data = verified(pin, packed.read_bytes())
        os.replace(packed, cache / pin.archive)
    return data


def members(data: bytes) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The files of an archive below its top folder.

    Raises FetchError for what a package has no business to hold: links, devices,
    absolute names, names that climb, and more than MAX_ARCHIVE bytes.
    """
    total = 0
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            if member.isdir():
                continue
            if not member.isfile() or path.is_absolute() or ".." in path.parts:
                raise FetchError(
                    f"expected plain files in the archive, got {member.name!r}"
                )
            total += member.size
            if total > MAX_ARCHIVE:
                raise FetchError(f"expected at most {MAX_ARCHIVE} bytes in the archive")
            content = tar.extractfile(member)
            if content is not None and len(path.parts) > 1:
                yield PurePosixPath(*path.parts[1:]), content.read()


def unpack(data: bytes, target: Path, below: str = "") -> None:
    """Write the files of an archive (those in folder `below`) into a new folder."""
    unfinished = target.with_name(target.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    for path, content in members(data):
        if below and path.parts[0] != below:
            continue
        file = unfinished.joinpath(*(path.parts[1:] if below else path.parts))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    shutil.rmtree(target, ignore_errors=True)
    unfinished.replace(target)


def endo_packages(build: Path) -> Path:
    """The node_modules folder of the @endo closure, made when it is not there."""
    lock = (HERE / "endo" / "package-lock.json").read_bytes()
    folder = build / "endo" / hashlib.sha256(lock).hexdigest()[:16]
    modules = folder / "node_modules"
    if (folder / "complete").exists():
        return modules
    check_lock(json.loads(lock))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if all((VENDOR / pin.archive).is_file() for pin in closure_pins()):
        for pin in closure_pins():
            target = modules / pin.package
            target.parent.mkdir(parents=True, exist_ok=True)
            unpack(archive(pin, VENDOR), target)
    else:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / "endo" / name, folder)
        npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
    (folder / "complete").touch()
    return modules


def vendor(cache: Path) -> list[Path]:
    """Fill vendor/ with every archive, for a source distribution."""
    VENDOR.mkdir(exist_ok=True)
    paths = []
    for pin in (engine_pin(), *closure_pins()):
        path = VENDOR / pin.archive
        path.write_bytes(archive(pin, cache))
        paths.append(path)
    return paths


def check_lock(lock: Mapping[str, Any]) -> None:
    """Raises FetchError when a lock file names addresses or lacks integrity."""
    for path, fields in lock["packages"].items():
        if "resolved" in fields:
            raise FetchError(f"{path}: expected no address in the lock file")
        if path and "integrity" not in fields:
            raise FetchError(f"{path}: expected an integrity in the lock file")
