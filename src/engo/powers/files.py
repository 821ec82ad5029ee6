"""The file power: folders, keys and whole files, written so that they last.

Everything private: folders 0700, files 0600. It does not know what it writes.
"""

import contextlib
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def ensure_folder(path: str) -> None:
    """Make the folder and its parents, those that are new with mode 0700."""
    parent = os.path.dirname(path)
    if parent and not os.path.isdir(parent):
        ensure_folder(parent)
    with contextlib.suppress(FileExistsError):
        os.mkdir(path, FOLDER_MODE)


def private_folder_problem(path: str) -> str | None:
    """Why others could put something into this folder; None: they cannot."""
    found = os.lstat(path)
    if not stat.S_ISDIR(found.st_mode):
        return "something that is no folder"
    if found.st_uid != os.geteuid():
        return f"a folder of user {found.st_uid}"
    if found.st_mode & 0o022:
        return f"a folder of mode {stat.S_IMODE(found.st_mode):04o}"
    return None


def sync_folder(path: str) -> None:
    """Make the folder's entries last."""
    descriptor = os.open(path or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def replacing(path: str, token: str, *, durable: bool = True) -> Iterator[BinaryIO]:
    """A new file that takes the place of `path` when the block ends well.

    Written under a temporary name (`token` makes it unique), fsynced, renamed,
    the folder fsynced; not `durable` leaves both fsyncs out. After an error
    `path` is as it was and nothing is left.
    """
    temporary = f"{path}.{token}.new"
    descriptor = os.open(
        temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE
    )
    try:
        with os.fdopen(descriptor, "w+b") as stream:
            yield stream
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        os.rename(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    if durable:
        sync_folder(os.path.dirname(path))


def read_file(path: str, limit: int) -> bytes:
    """The whole file; raises OSError, or ValueError when it is over `limit` bytes."""
    with open(path, "rb") as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"expected {path} to hold at most {limit} bytes, got more")
    return data


def read_or_make_key(path: str, fresh: bytes) -> bytes:
    """The key in `path`; when there is none, `fresh` becomes it.

    Two processes at once agree on one key: the first link to the name wins.
    Raises OSError, or ValueError when the file has another length or others may
    read it.
    """
    if not os.path.exists(path):
        ensure_folder(os.path.dirname(path))
        temporary = f"{path}.{os.urandom(8).hex()}.new"
        descriptor = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE
        )
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(fresh)
                stream.flush()
                os.fsync(stream.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(temporary, path)
        finally:
            os.unlink(temporary)
        sync_folder(os.path.dirname(path))
    mode = os.stat(path).st_mode & 0o077
    if mode:
        raise ValueError(
            f"expected {path} to be readable by its owner only, got mode "
            f"{mode:03o} for others; run chmod 600 on it"
        )
    key = read_file(path, len(fresh))
    if len(key) != len(fresh):
        raise ValueError(
            f"expected {path} to hold {len(fresh)} bytes, got {len(key)}; move it "
            "away to get a new key (snapshots made with the old one are then refused)"
        )
    return key
