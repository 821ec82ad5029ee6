"""Suspended machines as files: the tables of the session, then the machine's state.

| bytes | |
|---|---|
| 4 | length of the tables, little-endian |
| | the tables: JSON (docs/captp.md) |
| | the state, to the file's end |

One file for both, since a small file takes a whole block of the disk. They do not
outlive the daemon: a heap goes on only where its session is. Removing may take
milliseconds for each on a busy disk, so it is done by and by.
"""

from collections.abc import Callable
from struct import Struct
from typing import Final, Protocol

_LENGTH: Final = Struct("<I")
SOME: Final = 64
"""Files of an earlier daemon that are removed at a time."""


class SuspendedDisk(Protocol):
    """What suspended machines need of the file system; every method raises OSError."""

    def make_folder(self, path: str, /) -> None: ...

    def write(self, path: str, data: bytes, /) -> None:
        """A new file with mode 0600, or nothing."""
        ...

    def read_all(self, path: str, /) -> bytes: ...

    def remove(self, path: str, /) -> None: ...

    def list(self, path: str, /) -> "list[str]": ...

    def join(self, folder: str, name: str, /) -> str: ...


class SuspendedFiles:
    """The folder of suspended machines."""

    def __init__(
        self,
        disk: SuspendedDisk,
        folder: str,
        complain: Callable[[str], object],
        token: str,
    ) -> None:
        self._disk = disk
        self._folder = folder
        self._complain = complain
        self._token = token  # tells this daemon's files from an earlier one's
        self._old: list[str] = []  # of an earlier daemon, to be removed

    def open(self) -> None:
        """Make the folder, and see what an earlier daemon left; raises OSError."""
        self._disk.make_folder(self._folder)
        self._old = self._disk.list(self._folder)

    def sweep(self) -> bool:
        """Remove some of what was left; whether there is more."""
        some, self._old = self._old[:SOME], self._old[SOME:]
        for name in some:
            self._remove(self._disk.join(self._folder, name))
        return bool(self._old)

    def close(self, enough: Callable[[], bool]) -> None:
        """Remove what is there, until it is enough; the next daemon does the rest."""
        for name in self._disk.list(self._folder):
            if enough():
                return
            self._remove(self._disk.join(self._folder, name))

    def keep(self, name: str, state: bytes, tables: bytes) -> None:
        """Write both; raises OSError, and nothing is left then."""
        data = b"".join((_LENGTH.pack(len(tables)), tables, state))
        self._disk.write(self._path(name), data)

    def take(self, name: str) -> bytes:
        """Read the state and remove the file; raises OSError."""
        try:
            data = self._disk.read_all(self._path(name))
        finally:
            self.forget(name)
        if len(data) < _LENGTH.size:  # its own digest guards the rest
            raise OSError(f"expected a suspended worker, got {len(data)} bytes")
        return data[_LENGTH.size + _LENGTH.unpack_from(data)[0] :]

    def forget(self, *names: str) -> None:
        """Remove the files of these; harmless when there are none."""
        for name in names:
            self._remove(self._path(name))

    def _remove(self, path: str) -> None:
        try:
            self._disk.remove(path)
        except FileNotFoundError:
            pass
        except OSError as error:
            self._complain(f"a suspended worker stays on disk: {error.strerror}")

    def _path(self, name: str) -> str:
        return self._disk.join(self._folder, f"{name}.{self._token}")
