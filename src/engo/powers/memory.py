"""Sealed memory: bytes that nobody can change any more, as a descriptor.

A snapshot's body is checked while it is copied in here, then sealed, so that what
was checked is what the machine reads, whatever happens to the file it came from.
"""

import fcntl
import os
from collections.abc import Iterable

_SEALS = (
    fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL
)


def reopen(descriptor: int) -> int:
    """A read-only descriptor of the same file with an offset of its own."""
    return os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)


class SealedMemory:
    """Owns one sealed descriptor; a context manager."""

    __slots__ = ("descriptor", "size")

    def __init__(self, name: str, parts: Iterable[bytes]) -> None:
        """Copies the parts; when iterating raises, nothing is left behind."""
        descriptor = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        size = 0
        try:
            for part in parts:
                view = memoryview(part)
                while view:
                    written = os.write(descriptor, view)
                    size += written
                    view = view[written:]
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
        except BaseException:
            os.close(descriptor)
            raise
        self.descriptor = descriptor  # -1 once closed
        self.size = size  # bytes

    def read(self) -> bytes:
        """All of it."""
        return os.pread(self.descriptor, self.size, 0)

    def close(self) -> None:
        """Give the memory up; children keep what they were given."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def __enter__(self) -> "SealedMemory":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
