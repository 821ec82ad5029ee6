"""What workers print, in a bounded file for each; the older half is kept once.

Lines are gathered in turns and written together. A disk that takes no more loses
lines, which is said in the daemon's log once.
"""

from collections.abc import Callable
from typing import Protocol

LOG_BYTES = 1 << 20
"""A log that has grown to this becomes `worker.log.1`, and a new one is begun."""
_LINE_BYTES = 256 << 10  # gathered for one worker before the oldest are dropped


class LogDisk(Protocol):
    """What worker logs need of the file system; every method raises OSError."""

    def make_folder(self, path: str, /) -> None: ...

    def append(self, path: str, data: bytes, /) -> int:
        """The file's size afterwards."""
        ...

    def rename(self, old: str, new: str, /) -> None: ...

    def remove_folder(self, path: str, /) -> None: ...


class WorkerLogs:
    """The logs of all workers."""

    def __init__(
        self,
        disk: LogDisk,
        folder_of: Callable[[str], str],
        file_of: Callable[[str], str],
        complain: Callable[[str], object],
    ) -> None:
        self._disk = disk
        self._folder_of = folder_of
        self._file_of = file_of
        self._complain = complain
        self._gathered: dict[str, list[bytes]] = {}
        self._sizes: dict[str, int] = {}  # bytes gathered, by worker
        self._complained = False

    def append(self, number: str, data: bytes) -> None:
        """Gather a line; `flush` writes it."""
        lines = self._gathered.setdefault(number, [])
        size = self._sizes.get(number, 0) + len(data)
        lines.append(data)
        while size > _LINE_BYTES and len(lines) > 1:
            size -= len(lines.pop(0))
        self._sizes[number] = size

    def flush(self) -> None:
        gathered, self._gathered = self._gathered, {}
        self._sizes.clear()
        for number, lines in gathered.items():
            try:
                self._write(number, b"".join(lines))
            except OSError as error:
                if not self._complained:
                    self._complained = True
                    self._complain(f"console lines are lost: {error.strerror}")

    def _write(self, number: str, data: bytes) -> None:
        path = self._file_of(number)
        try:
            size = self._disk.append(path, data)
        except FileNotFoundError:
            self._disk.make_folder(self._folder_of(number))
            size = self._disk.append(path, data)
        if size > LOG_BYTES:
            self._disk.rename(path, f"{path}.1")

    def forget(self, number: str) -> None:
        """Remove a worker's log; harmless when it has none."""
        self._gathered.pop(number, None)
        try:
            self._disk.remove_folder(self._folder_of(number))
        except FileNotFoundError:
            pass
        except OSError as error:
            self._complain(f"a worker's log is not removed: {error.strerror}")
