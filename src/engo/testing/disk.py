"""A disk whose nth operation fails; everything else is the real one."""

import errno
from collections.abc import Callable
from typing import Any

from engo.powers.disk import NewFile, SystemDisk


class _FaultyFile:
    def __init__(self, file: NewFile, step: Callable[[], None]) -> None:
        self._file = file
        self._step = step

    def write(self, data: bytes) -> None:
        self._step()
        self._file.write(data)

    def sync(self) -> None:
        self._step()
        self._file.sync()

    def close(self) -> None:
        self._file.close()


class FaultyDisk(SystemDisk):
    """Fails the nth changing operation, counted from 1, and those after it.

    `operations` says how many there were, so that a test knows when n was too large
    to fail anything.
    """

    __slots__ = ("_code", "_failing", "operations")

    def __init__(self, failing: int, code: int = errno.ENOSPC) -> None:
        self._failing = failing
        self._code = code
        self.operations = 0

    @property
    def failed(self) -> bool:
        """Whether an operation was made to fail."""
        return self.operations >= self._failing

    def _step(self) -> None:
        self.operations += 1
        if self.operations >= self._failing:
            raise OSError(self._code, "made to fail")

    def create(self, path: str) -> Any:
        self._step()
        return _FaultyFile(super().create(path), self._step)

    def append(self, path: str, data: bytes) -> int:
        self._step()
        return super().append(path, data)

    def rename(self, old: str, new: str) -> None:
        self._step()
        super().rename(old, new)

    def sync_folder(self, path: str) -> None:
        self._step()
        super().sync_folder(path)
