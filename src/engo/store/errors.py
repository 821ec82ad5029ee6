"""What can go wrong with the state on disk, as one tree.

StoreError                  (shown to peers as an Error with this text)
├── StoreFull               no room on the disk; nothing of the operation was kept
├── StoreReadOnly           the state may not be written
├── StoreFailed             reading or writing failed in another way
├── StoreCorrupt            the files are not what Engo wrote
├── StoreNewer              a newer Engo has written the state
├── MissingFormula          a formula refers to one that is not there
└── MissingContent          no content has this SHA-512
"""

import errno
import sqlite3


class StoreError(Exception):
    """The root of what this room raises; peers see an Error with its text."""


class StoreFull(StoreError):
    """There is no room on the disk."""


class StoreReadOnly(StoreError):
    """The state folder, its disk or its files may not be written."""


class StoreFailed(StoreError):
    """Reading or writing failed."""


class StoreCorrupt(StoreError):
    """The files are not what Engo wrote."""


class StoreNewer(StoreError):
    """The state has been written by a newer Engo."""


class MissingFormula(StoreError):
    """A formula refers to one that is not there."""


class MissingContent(StoreError):
    """There is no such content."""


_FULL = "the state folder's disk is full: nothing was stored; make room and try again"
_READ_ONLY = "the state folder is read-only: nothing was stored"

_BY_CODE: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_FULL: (StoreFull, _FULL),
    sqlite3.SQLITE_READONLY: (StoreReadOnly, _READ_ONLY),
    sqlite3.SQLITE_CANTOPEN: (StoreFailed, "the state cannot be opened"),
    sqlite3.SQLITE_CORRUPT: (StoreCorrupt, "the state's database is damaged"),
    sqlite3.SQLITE_NOTADB: (StoreCorrupt, "the state's database is no database"),
    sqlite3.SQLITE_IOERR: (StoreFailed, "the state cannot be read or written"),
}


def of_sqlite(error: sqlite3.Error) -> StoreError:
    """The error of this room for one of SQLite's."""
    code = getattr(error, "sqlite_errorcode", None)
    kind, text = _BY_CODE.get(
        code & 0xFF if isinstance(code, int) else -1,
        (StoreFailed, "the state's database failed"),
    )
    if kind in (StoreFull, StoreReadOnly):
        return kind(text)
    return kind(f"{text}: {error}")


def of_system(error: OSError) -> StoreError:
    """The error of this room for one of the operating system's."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreFull(_FULL)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StoreReadOnly(_READ_ONLY)
    return StoreFailed(f"the state cannot be read or written: {error.strerror}")
