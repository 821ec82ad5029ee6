"""Suspended machines as files: a state and the tables of its session, two for each.

They do not outlive the daemon: a heap goes on only where its session is.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

_STATE = ".state"
_TABLES = ".tables"


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
        try:
            self._disk.write(self._path(name, _STATE), state)
            self._disk.write(self._path(name, _TABLES), tables)
        except OSError:
            self.forget(name)
            raise

    def take(self, name: str) -> bytes:
        """Read the state and remove both; raises OSError."""
        try:
            return self._disk.read_all(self._path(name, _STATE))
        finally:
            self.forget(name)

    def forget(self, name: str) -> None:
        """Remove both; harmless when there are none."""
        for kind in (_STATE, _TABLES):
            try:
                with suppress(FileNotFoundError):
                    self._disk.remove(self._path(name, kind))
            except OSError as error:
                self._complain(f"a suspended worker stays on disk: {error.strerror}")

    def _path(self, name: str, kind: str) -> str:
        return self._disk.join(self._folder, f"{name}{kind}")
