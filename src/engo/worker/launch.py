"""How workers are started: the executable, or this interpreter again.

A Launcher owns the images it has checked, as sealed memory, so that a supervisor
checks each once. What a snapshot may be opened from is known here too.
"""

from collections.abc import Callable
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Final, Literal

from engo.native import build_id, image_digest
from engo.powers import package
from engo.powers.files import read_or_make_key
from engo.powers.memory import SealedMemory
from engo.powers.paths import Paths
from engo.powers.random import Random, SystemRandom
from engo.powers.spawn import Child, spawn_worker
from engo.worker.errors import LaunchError, SnapshotError, UsageError
from engo.worker.limits import Limits
from engo.worker.snapshotfile import (
    HEADER_BYTES,
    KEY_BYTES,
    check_build,
    checked_body,
    parse_header,
    read_exactly,
)

Kind = Literal["auto", "executable", "reexec"]
SnapshotSource = str | PathLike[str] | bytes | bytearray | memoryview | BinaryIO
"""A path, the bytes themselves, or a binary stream at the snapshot's begin."""

KINDS: Final = ("auto", "executable", "reexec")
IMAGES: Final = ("bare", "endo", "endo-intl")
ORDINARY: Final = IMAGES[:2]
"""Those that every host of machines has at hand; the other one is large."""


class Launcher:
    """Starts workers one way; a context manager that owns checked images.

    Give one launcher to many workers: each image is then read and checked once.
    Not thread-safe.
    """

    def __init__(self, kind: Kind = "auto", *, pipe_bytes: int = 0) -> None:
        """`pipe_bytes` is a wish for the size of each worker's pipes; 0: default.

        Raises UsageError for another kind, LaunchError when there is no executable.
        """
        if kind not in KINDS:
            raise UsageError(f"expected a launcher of {', '.join(KINDS)}; got {kind!r}")
        path = None if kind == "reexec" else package.executable_path()
        if kind == "executable" and path is None:
            raise LaunchError(
                "expected the worker executable in the package, got none; run "
                "build_ffi.py, or use launcher='reexec'"
            )
        self.kind: Kind = "executable" if path else "reexec"
        self.pipe_bytes = pipe_bytes
        self._images: dict[str, SealedMemory] = {}
        if path:
            self._arguments = [path]
            self._environment = package.executable_environment()
        else:
            self._arguments, self._environment = package.reexec_command()

    def build(self) -> str:
        """The build that its workers must be of."""
        return build_id()

    def start(self, body: SealedMemory | None, limits: Limits | None = None) -> Child:
        """A worker process whose `start` is still to be sent.

        `limits` are those of that `start`, which tells them to the process itself.
        Raises LaunchError.
        """
        try:
            return spawn_worker(
                self._arguments,
                self._environment,
                snapshot=None if body is None else body.descriptor,
                pipe_bytes=self.pipe_bytes,
            )
        except OSError as error:
            raise LaunchError(
                f"expected to start {self._arguments[0]}, got: {error}"
            ) from error

    def image(self, name: str) -> SealedMemory:
        """A checked image of the wheel; stays the launcher's.

        Raises UsageError for an unknown name, LaunchError when it is not there,
        SnapshotError when it is not what the build made.
        """
        if name in self._images:
            return self._images[name]
        if name not in IMAGES:
            raise UsageError(f"expected an image of {', '.join(IMAGES)}; got {name!r}")
        body = open_image(package.image_path(name), name, build_id())
        self._images[name] = body
        return body

    def close(self) -> None:
        """Give the images up; workers keep what they were started from."""
        for image in self._images.values():
            image.close()
        self._images.clear()

    def __enter__(self) -> "Launcher":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_image(path: str, digest_name: str, build: str | None) -> SealedMemory:
    """The body of an image of the wheel, whose digest is compiled in.

    `build`: what it must be of; None: its digest alone decides.
    Raises LaunchError when it is not there, SnapshotError when it is not what the
    build made.
    """
    try:
        stream = Path(path).open("rb")  # noqa: SIM115  closed below
    except OSError as error:
        raise LaunchError(
            f"expected the image {path}, got: {error}; run build_ffi.py"
        ) from error
    with stream:
        digest = image_digest(digest_name)
        return _sealed(
            f"engo-{digest_name}", stream.read, key=None, digest=digest, build=build
        )


def image_build(path: str) -> str:
    """The build that an image of the wheel says it is of; raises as `open_image`."""
    try:
        with Path(path).open("rb") as stream:
            return parse_header(read_exactly(stream.read, HEADER_BYTES)).build
    except OSError as error:
        raise LaunchError(
            f"expected the image {path}, got: {error}; run build_ffi.py"
        ) from error


def _sealed(
    name: str,
    read: Callable[[int], bytes],
    *,
    key: bytes | None,
    digest: bytes | None = None,
    build: str | None,
) -> SealedMemory:
    header = parse_header(read_exactly(read, HEADER_BYTES))
    if build is not None:
        check_build(header, build, None)
    return SealedMemory(name, checked_body(header, read, key=key, image_digest=digest))


def open_snapshot(
    source: SnapshotSource, key: bytes, build: str | None = None
) -> SealedMemory:
    """A checked snapshot's body; the caller closes it.

    `build`: what it must be of; None: this process's native one.
    Raises SnapshotError, UsageError for what is no source, or OSError when the
    file cannot be read.
    """
    build = build_id() if build is None else build
    read: Callable[[int], bytes]
    if isinstance(source, (bytes, bytearray, memoryview)):
        read = BytesIO(source).read
    elif isinstance(source, (str, PathLike)):
        with Path(source).open("rb") as stream:
            return _sealed("engo-snapshot", stream.read, key=key, build=build)
    elif hasattr(source, "read"):
        read = source.read
    else:
        raise UsageError(
            "expected a snapshot as a path, bytes or a binary stream, got "
            f"{type(source).__name__}"
        )
    return _sealed("engo-snapshot", read, key=key, build=build)


def default_key(random: Random | None = None) -> bytes:
    """This user's snapshot key, made when there is none.

    Raises SnapshotError when it cannot be read or made.
    """
    path = Paths().snapshot_key
    try:
        return read_or_make_key(path, (random or SystemRandom()).bytes(KEY_BYTES))
    except (OSError, ValueError) as error:
        raise SnapshotError(
            f"expected a snapshot key in {path}, got: {error}; give one as key="
        ) from error
