"""Makes the images that workers start from; run by the build, never by Engo.

    python -m engo.bootstrap.build --executable FILE --node-modules DIR… --out DIR

A fresh machine of the executable evaluates the scripts, is served the packages'
modules, and is snapshotted. The compiled extension is not needed. Two builds give
the same bytes: the machine's clock stands at 0 and its seed is zeros.
"""

import argparse
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from engo.bootstrap.modules import MODULES, ModuleServer
from engo.packages import Read
from engo.powers.clock import SystemClock
from engo.powers.package import executable_environment
from engo.powers.spawn import Child, spawn_worker
from engo.worker.blocking import Worker
from engo.worker.limits import Limits
from engo.worker.snapshotfile import (
    HEADER_BYTES,
    KEY_BYTES,
    parse_header,
    write_image,
)

SCRIPTS: Final = Path(__file__).parent
ENDO_ONLY: Final = ("20-", "21-", "40-", "65-", "70-", "80-")
"""Prefixes of the scripts that the bare image goes without."""
INTL_ONLY: Final = ("22-", "32-")
"""Prefixes of the scripts of the image with `Intl` alone."""
LEFT_OUT: Final = {
    "bare": (*ENDO_ONLY, *INTL_ONLY),
    "endo": INTL_ONLY,
    "endo-intl": (),
}
"""By image, the scripts that it goes without."""
IMAGES: Final = tuple(LEFT_OUT)


class _StillClock(SystemClock):
    """The watchdog's clock runs; the machine's stands still."""

    __slots__ = ()

    def milliseconds(self) -> float:
        return 0.0


class _Zeros:
    """The seed of every image; each worker gets its own at its start."""

    def bytes(self, size: int) -> bytes:
        return bytes(size)


class _Starter:
    """Starts the executable that is being built."""

    def __init__(self, executable: str) -> None:
        self._executable = executable

    def start(self, origin: object, limits: Limits) -> Child:
        return spawn_worker([self._executable], executable_environment())

    def image(self, name: str) -> object:
        raise LookupError(f"expected to start without an image, got {name!r}")


def scripts_of(image: str) -> list[Path]:
    """The scripts of an image in their order."""
    found = sorted(SCRIPTS.glob("[0-9][0-9]-*.js"))
    return [path for path in found if not path.name.startswith(LEFT_OUT[image])]


def reader(*folders: Path) -> Read:
    """The power to read below node_modules folders, as if they were one."""

    def read(path: tuple[str, ...]) -> bytes | None:
        if path[0] != MODULES:
            return None
        for folder in folders:
            file = folder.joinpath(*path[1:])
            if file.is_file():
                return file.read_bytes()
        return None

    return read


def boot(executable: str, image: str, server: ModuleServer) -> Worker:
    """A worker that has run the scripts of an image; the caller closes it.

    Raises GuestError when a script fails, ResolutionError or EditError's text in it.
    """
    worker = Worker(
        image=None,
        launcher=_Starter(executable),
        limits=Limits(),
        key=bytes(KEY_BYTES),
        on_call=server.answer,
        clock=_StillClock(),
        random=_Zeros(),
    )
    try:
        for path in scripts_of(image):
            worker.evaluate(path.read_text(), f"engo:{path.name}")
    except BaseException:
        worker.close()
        raise
    return worker


def build_image(executable: str, image: str, server: ModuleServer) -> bytes:
    """An image file: header and snapshot."""
    stream = BytesIO()
    with boot(executable, image, server) as worker:
        worker.snapshot(stream)
    snapshot = stream.getvalue()
    header = parse_header(snapshot)
    return write_image(header.build, header.engine, snapshot[HEADER_BYTES:])


def main(arguments: Sequence[str]) -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m engo.bootstrap.build")
    parser.add_argument("--executable", required=True)
    parser.add_argument("--node-modules", required=True, type=Path, action="append")
    parser.add_argument("--out", required=True, type=Path)
    options = parser.parse_args(arguments)
    server = ModuleServer(reader(*options.node_modules))
    options.out.mkdir(parents=True, exist_ok=True)
    for name in IMAGES:
        data = build_image(options.executable, name, server)
        target = options.out / f"{name}.snapshot"
        unfinished = target.with_suffix(".new")
        unfinished.write_bytes(data)
        unfinished.replace(target)
        sys.stdout.write(f"{target} {len(data)} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
