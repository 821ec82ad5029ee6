"""The lock power: one process at a time, by a file; gone when the process is."""

import contextlib
import fcntl
import os

from engo.powers.files import FILE_MODE


class Locked(Exception):
    """Another process holds the lock; `pid` is its process, 0 when unknown."""

    def __init__(self, path: str, pid: int) -> None:
        super().__init__(path, pid)
        self.path = path
        self.pid = pid


class FileLock:
    """Held from its making to `close`, or to the end of the process."""

    def __init__(self, path: str, pid: int) -> None:
        """Take it; raises Locked, OSError. `pid` is written for others to read."""
        self._descriptor = os.open(
            path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE
        )
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, b"%d\n" % pid, 0)
        except BlockingIOError:
            holder = 0
            with contextlib.suppress(ValueError):
                holder = int(os.pread(self._descriptor, 32, 0))
            os.close(self._descriptor)
            raise Locked(path, holder) from None
        except BaseException:
            os.close(self._descriptor)
            raise

    def close(self) -> None:
        """Give it up; the file stays."""
        os.close(self._descriptor)
