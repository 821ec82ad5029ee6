"""The socket power: one unix socket of the daemon, for its owner only.

The folder is 0700, the socket 0600, and the other end's user is asked of the kernel
(SO_PEERCRED). Nothing here knows what is said.
"""

import contextlib
import errno
import os
import socket
import stat
import struct
import sys
from functools import partial

from engo.powers.files import FOLDER_MODE, ensure_folder

BACKLOG = 128
_SOCKET_MODE = 0o600


class SocketInUse(OSError):
    """Somebody listens on the socket already."""


class UnixConnection:
    """A connected unix socket that never blocks."""

    __slots__ = ("_socket", "read", "write")

    def __init__(self, connected: socket.socket) -> None:
        connected.setblocking(False)
        self._socket = connected
        # As bound methods of the socket these are the hot path.
        self.read = connected.recv
        self.write = connected.send

    def peer_user(self) -> int | None:
        """The user id of the other end; None where the system does not tell."""
        if sys.platform != "linux":
            return None
        known = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        user: int = struct.unpack("=iII", known)[1]
        return user

    async def wait_readable(self) -> None:
        from anyio import wait_readable

        await wait_readable(self._socket)

    async def wait_writable(self) -> None:
        from anyio import wait_writable

        await wait_writable(self._socket)

    def close(self) -> None:
        """Hang up; harmless the second time."""
        if self._socket.fileno() < 0:
            return
        from anyio import notify_closing

        notify_closing(self._socket)
        self._socket.close()


class UnixListener:
    """A listening unix socket; `close` removes its path."""

    def __init__(self, path: str) -> None:
        """Bind and listen; raises SocketInUse, OSError.

        A path that nobody listens on is left over and replaced.
        """
        self.path = path
        _private_folder(os.path.dirname(path) or os.curdir)
        if _answers(path):
            raise SocketInUse(
                errno.EADDRINUSE, "somebody listens on the socket already", path
            )
        _remove_left_over(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            mask = os.umask(0o777 & ~_SOCKET_MODE)
            try:
                self._socket.bind(path)
            finally:
                os.umask(mask)
            self._inode = os.stat(path).st_ino
            self._socket.setblocking(False)
            self._socket.listen(BACKLOG)
        except BaseException:
            self._socket.close()
            raise

    async def accept(self) -> UnixConnection:
        """The next connection; raises OSError."""
        from anyio import wait_readable

        while True:
            with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
                return UnixConnection(self._socket.accept()[0])
            await wait_readable(self._socket)

    def close(self) -> None:
        """Listen no more; the path goes unless it has become another's."""
        self._socket.close()
        with contextlib.suppress(FileNotFoundError):
            if os.stat(self.path).st_ino == self._inode:
                os.unlink(self.path)


def _private_folder(folder: str) -> None:
    """Make the folder; raises PermissionError when it is not ours alone to write."""
    ensure_folder(folder)
    about = os.stat(folder)
    if about.st_uid not in (os.geteuid(), 0):
        raise PermissionError(
            errno.EPERM, f"the socket's folder belongs to user {about.st_uid}", folder
        )
    if about.st_uid == os.geteuid() and about.st_mode & 0o077 == 0:
        return
    if about.st_mode & 0o022 and not about.st_mode & 0o1000:
        raise PermissionError(
            errno.EPERM,
            f"others may write the socket's folder; chmod {FOLDER_MODE:o} it",
            folder,
        )


def _remove_left_over(path: str) -> None:
    """Remove a socket of the past; raises FileExistsError for anything else."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            raise FileExistsError(
                errno.EEXIST, "expected a socket or nothing, found another file", path
            )
        os.unlink(path)


def _answers(path: str) -> bool:
    probe = partial(socket.socket, socket.AF_UNIX, socket.SOCK_STREAM)
    with probe() as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except TimeoutError:
            return True
        return True
