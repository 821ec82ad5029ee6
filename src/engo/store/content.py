"""The store of content: blobs by their SHA-512, each whole or not there.

Written under a temporary name, fsynced, renamed, the folder fsynced: when `finish`
has returned, the content survives everything. The disk is a power that is handed in.
"""

import hashlib
from typing import Protocol

from engo.store.errors import MissingContent, StoreError, StoreFailed, of_system

CHUNK_BYTES = 65_536
"""Bytes of one piece that is read, as Node's file streams have it."""
_DIGITS = 128
_TEMPORARY = ".new"


class Written(Protocol):
    """A file being written."""

    def write(self, data: bytes, /) -> None: ...

    def sync(self) -> None: ...

    def close(self) -> None: ...


class Disk(Protocol):
    """What the store needs of the file system; every method raises OSError."""

    def make_folder(self, path: str, /) -> None: ...

    def create(self, path: str, /) -> Written: ...

    def rename(self, old: str, new: str, /) -> None: ...

    def remove(self, path: str, /) -> None: ...

    def sync_folder(self, path: str, /) -> None: ...

    def size(self, path: str, /) -> int: ...

    def read(self, path: str, offset: int, size: int, /) -> bytes: ...

    def list(self, path: str, /) -> list[str]: ...

    def join(self, folder: str, name: str, /) -> str: ...


class ContentStore:
    """The contents of one state folder; raises StoreError from every method."""

    def __init__(self, folder: str, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk
        self._writing: set[str] = set()  # temporary names in use

    def open(self) -> None:
        """Make the folder, and forget what was being written when we were ended."""
        try:
            self._disk.make_folder(self._folder)
            for name in self._disk.list(self._folder):
                if name.endswith(_TEMPORARY):
                    self._disk.remove(self._path(name))
        except OSError as error:
            raise of_system(error) from error

    def empty(self) -> bool:
        """Whether no content is there."""
        try:
            names = self._disk.list(self._folder)
        except OSError as error:
            raise of_system(error) from error
        return not any(len(name) == _DIGITS for name in names)

    def writer(self, token: str) -> "ContentWriter":
        """Begin a content; `token` makes its temporary name unique."""
        return ContentWriter(self, token)

    def size(self, sha512: str) -> int:
        """Bytes of a content; raises MissingContent."""
        try:
            return self._disk.size(self._path(sha512))
        except FileNotFoundError:
            raise _missing(sha512) from None
        except OSError as error:
            raise of_system(error) from error

    def read(self, sha512: str, offset: int, size: int = CHUNK_BYTES) -> bytes:
        """A piece of a content, b"" at its end; raises MissingContent."""
        try:
            return self._disk.read(self._path(sha512), offset, size)
        except FileNotFoundError:
            raise _missing(sha512) from None
        except OSError as error:
            raise of_system(error) from error

    def retain_only(self, kept: set[str]) -> int:
        """Remove all other contents; how many those were."""
        removed = 0
        try:
            for name in self._disk.list(self._folder):
                if len(name) == _DIGITS and name not in kept:
                    self._disk.remove(self._path(name))
                    removed += 1
        except OSError as error:
            raise of_system(error) from error
        return removed

    def remove(self, sha512: str) -> None:
        """Remove one content; harmless when it is not there."""
        try:
            self._disk.remove(self._path(sha512))
        except FileNotFoundError:
            pass
        except OSError as error:
            raise of_system(error) from error

    def _path(self, name: str) -> str:
        return self._disk.join(self._folder, name)


def _missing(sha512: str) -> StoreError:
    return MissingContent(
        f"expected content with the SHA-512 {sha512[:8]}… in the state folder; it is "
        "not there any more"
    )


class ContentReader:
    """One reading of a content from its beginning, checked at its end."""

    def __init__(self, store: ContentStore, sha512: str) -> None:
        self._store = store
        self._sha512 = sha512
        self._offset = 0
        self._hash = hashlib.sha512()

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        """The next piece, b"" at the end; raises MissingContent, StoreFailed."""
        data = self._store.read(self._sha512, self._offset, size)
        self._offset += len(data)
        self._hash.update(data)
        if not data and self._hash.hexdigest() != self._sha512:
            raise StoreFailed(
                f"the content {self._sha512[:8]}… in the state folder is damaged: its "
                "bytes are not those that were stored; store them again"
            )
        return data


class ContentWriter:
    """One content being written; end it with `finish` or `abandon`."""

    def __init__(self, store: ContentStore, token: str) -> None:
        self._store = store
        self._hash = hashlib.sha512()
        self._path = store._path(token + _TEMPORARY)
        self._done = False  # whole and in its place
        self._over = False  # done or abandoned
        try:
            self._file = store._disk.create(self._path)
        except OSError as error:
            raise of_system(error) from error

    def write(self, data: bytes) -> None:
        """Append; raises StoreError."""
        self._hash.update(data)
        try:
            self._file.write(data)
        except OSError as error:
            raise of_system(error) from error

    @property
    def sha512(self) -> str:
        """The SHA-512 of what has been written so far."""
        return self._hash.hexdigest()

    def sync(self) -> None:
        """Bring what was written to the disk, so that `finish` is quick."""
        try:
            self._file.sync()
        except OSError as error:
            raise of_system(error) from error

    def finish(self) -> str:
        """Make it last; its SHA-512. Nothing is left behind when this raises.

        Harmless the second time.
        """
        disk = self._store._disk
        sha512 = self._hash.hexdigest()
        if self._done:
            return sha512
        try:
            self._file.sync()
            self._file.close()
            disk.rename(self._path, self._store._path(sha512))
            self._done = self._over = True
            disk.sync_folder(self._store._folder)
        except OSError as error:
            self.abandon()
            raise of_system(error) from error
        return sha512

    def abandon(self) -> None:
        """Forget it; harmless after `finish`."""
        if self._over:
            return
        self._over = True
        try:
            self._file.close()
            self._store._disk.remove(self._path)
        except OSError:
            pass  # `open` forgets it at the next start
