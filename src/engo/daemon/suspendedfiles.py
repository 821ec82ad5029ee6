"""Suspended machines as files: the tables of the session, then the machine's state.

| bytes | |
|---|---|
| 4 | length of the tables, little-endian |
| | the tables: JSON (docs/captp.md) |
| | the state, to the file's end |

One file for both, since a small file takes a whole block of the disk. They do not
outlive the daemon: a heap goes on only where its session is.
"""

from collections.abc import Callable
from struct import Struct
from typing import Final, Protocol

_LENGTH: Final = Struct("<I")


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
        self, disk: SuspendedDisk, folder: str, complain: Callable[[str], object]
    ) -> None:
        self._disk = disk
        self._folder = folder
        self._complain = complain

    def open(self) -> None:
        """Make the folder, empty; raises OSError."""
        self._disk.make_folder(self._folder)
        for name in self._disk.list(self._folder):
            self._disk.remove(self._disk.join(self._folder, name))

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

    def forget(self, name: str) -> None:
        """Remove the file; harmless when there is none."""
        try:
            self._disk.remove(self._path(name))
        except FileNotFoundError:
            pass
        except OSError as error:
            self._complain(f"a suspended worker stays on disk: {error.strerror}")

    def _path(self, name: str) -> str:
        return self._disk.join(self._folder, name)
