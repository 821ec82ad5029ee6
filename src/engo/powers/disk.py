"""The disk power: single files by path, for the store of content and the logs.

It does not know what it reads and writes. Its fake is `engo.testing.disk.FaultyDisk`.
"""

import os

from engo.powers.files import FILE_MODE, ensure_folder, sync_folder


class NewFile:
    """A new file being written; whole writes or OSError."""

    __slots__ = ("_descriptor",)

    def __init__(self, path: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, FILE_MODE)

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def sync(self) -> None:
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Close it; harmless the second time."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)


class SystemDisk:
    """The computer's own file system."""

    __slots__ = ()

    def make_folder(self, path: str) -> None:
        ensure_folder(path)

    def create(self, path: str) -> NewFile:
        return NewFile(path)

    def append(self, path: str, data: bytes) -> int:
        """Append to a file, which is made when there is none; its size then."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(path, flags, FILE_MODE)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            return os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)

    def write(self, path: str, data: bytes) -> None:
        """A new file, whole, or none; it need not last."""
        file = self.create(path)
        try:
            file.write(data)
        except BaseException:
            os.unlink(path)
            raise
        finally:
            file.close()

    def read_all(self, path: str) -> bytes:
        with open(path, "rb") as stream:
            return stream.read()

    def rename(self, old: str, new: str) -> None:
        os.rename(old, new)

    def remove(self, path: str) -> None:
        os.unlink(path)

    def remove_folder(self, path: str) -> None:
        """Remove a folder of files."""
        for name in os.listdir(path):
            os.unlink(os.path.join(path, name))
        os.rmdir(path)

    def sync_folder(self, path: str) -> None:
        sync_folder(path)

    def size(self, path: str) -> int:
        return os.stat(path).st_size

    def read(self, path: str, offset: int, size: int) -> bytes:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(descriptor, size, offset)
        finally:
            os.close(descriptor)

    def list(self, path: str) -> list[str]:
        return os.listdir(path)

    def join(self, folder: str, name: str) -> str:
        return os.path.join(folder, name)
