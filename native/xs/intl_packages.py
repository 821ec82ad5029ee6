"""The packages that are `Intl`: of large archives the few files that are used.

    python -m native.xs.intl_packages    writes the digests of other versions

The archives hold every language, 26 MB of them; what the image is made of is 1.6 MB.
So pins.json has the SHA-512 of each archive, which npm is asked for, and of each file,
which is all that a source distribution carries (vendor/intl.tgz).
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

from native.xs.fetch import VENDOR, FetchError, Pin, archive, npm, verified

PINS: Final = Path(__file__).parent / "intl" / "pins.json"
CARRIED: Final = "intl.tgz"


class Package(NamedTuple):
    """An archive and the files of it that are used, by path."""

    pin: Pin
    files: dict[str, str]


def packages() -> list[Package]:
    """What is pinned."""
    return [
        Package(
            Pin(fields["package"], fields["version"], fields["integrity"]),
            fields["files"],
        )
        for fields in json.loads(PINS.read_text())["packages"]
    ]


def intl_packages(build: Path, cache: Path) -> Path:
    """The node_modules folder of these files, made when it is not there."""
    folder = build / "intl" / hashlib.sha256(PINS.read_bytes()).hexdigest()[:16]
    modules = folder / "node_modules"
    if (folder / "complete").exists():
        return modules
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in files(cache):
        file = modules / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    (folder / "complete").touch()
    return modules


def files(cache: Path) -> Iterator[tuple[str, bytes]]:
    """Each file with its path below node_modules, verified. Raises FetchError."""
    carried = VENDOR / CARRIED
    found = _members(carried.read_bytes(), "") if carried.is_file() else None
    for package in packages():
        name = package.pin.package
        if found is None:
            # Nothing is unpacked before its archive has been verified.
            data = archive(package.pin, cache)
            there = _members(data, f"{name}/", frozenset(package.files))
        else:
            there = found
        for path, integrity in package.files.items():
            file = f"{name}/{path}"
            if file not in there:
                raise FetchError(f"expected {file} in the archive, got none")
            pin = package.pin._replace(integrity=integrity)
            yield file, verified(pin, there[file])


def _members(
    data: bytes, prefix: str, wanted: frozenset[str] | None = None
) -> dict[str, bytes]:
    """The plain files of an archive (those that are wanted), by `prefix` and their
    paths below its top folder."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        for member in tar:
            path = "/".join(PurePosixPath(member.name).parts[1:])
            if member.isfile() and (wanted is None or path in wanted):
                content = tar.extractfile(member)
                assert content is not None
                found[prefix + path] = content.read()
    return found


def vendor(cache: Path) -> Path:
    """Fill vendor/ with the files, for a source distribution."""
    VENDOR.mkdir(exist_ok=True)
    target = VENDOR / CARRIED
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for path, data in files(cache):
            info = tarfile.TarInfo(f"node_modules/{path}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    target.write_bytes(stream.getvalue())
    return target


def repinned(fields: dict[str, Any], data: bytes) -> dict[str, Any]:
    """A package's entry in pins.json with the digests of this archive."""
    there = _members(data, "", frozenset(fields["files"]))
    digests = {path: _integrity(there[path]) for path in fields["files"]}
    return {**fields, "integrity": _integrity(data), "files": digests}


def _integrity(data: bytes) -> str:
    return f"sha512-{base64.b64encode(hashlib.sha512(data).digest()).decode()}"


def main() -> None:
    """Write all digests anew, of the versions that pins.json names."""
    pins = json.loads(PINS.read_text())
    found = []
    for fields in pins["packages"]:
        name = f"{fields['package']}@{fields['version']}"
        with tempfile.TemporaryDirectory() as scratch:
            npm(["pack", "--silent", name], Path(scratch))
            [packed] = Path(scratch).glob("*.tgz")
            found.append(repinned(fields, packed.read_bytes()))
    PINS.write_text(json.dumps({"packages": found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
