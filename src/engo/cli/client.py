"""One blocking CapTP connection to the daemon's socket.

The sans-I/O session of engo.captp with the simplest shell there is: send what there
is to send, receive, run the turns, until the awaited promise is settled. It works
with a Node Endo daemon as well. Nothing here knows a verb.

`_socket` and not `socket`, which would cost half as much as the interpreter.
"""

from __future__ import annotations

import os
import sys
from _socket import AF_UNIX, MSG_DONTWAIT, SHUT_WR, SOCK_STREAM, SOL_SOCKET, socket

from ..captp.errors import Disconnected, RemoteProtocolError
from ..captp.promise import Promise, Turns
from ..captp.session import Session
from ..frames.netstring import NetstringError, NetstringReader, netstring
from .errors import CannotConnect, Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

CHUNK = 65_536
GOODBYE_SECONDS = 1.0  # what the daemon gets to take our good-bye
SO_PEERCRED = 17  # Linux; gives pid, uid and gid of the other end
_CREDENTIAL = 4  # bytes of each of the three


class Client:
    """A connection; use it as a context manager, which says good-bye at the end."""

    __slots__ = ("_reader", "_socket", "endo", "peer_process", "session", "turns")

    def __init__(self, path: str, name: str = "cli") -> None:
        """Connect; raises CannotConnect. `name` is ours, it appears in error ids."""
        self._socket = _connected(path)
        # The daemon's process id, None where the system does not tell.
        self.peer_process = _check_peer(self._socket, path)
        self._reader = NetstringReader()
        self.turns = Turns()
        # Answers are dropped: a blob's pieces would pile up at both ends.
        self.session = Session(name, turns=self.turns, drop_answers=True)
        self.endo: Promise = self.session.bootstrap()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, target: object, method: str, *args: object) -> Promise:
        """`E(target).method(...args)`, sent with the next wait."""
        return self.turns.send(target, method, *args)

    def wait(self, promise: Promise) -> object:
        """What a promise is fulfilled with; raises what it is rejected with.

        Raises Failure when the daemon breaks the protocol or hangs up.
        """
        self._send_all()
        while promise.state == "pending":
            self._receive()
            self._send_all()
        if not self.session.connected and isinstance(promise.reason, Disconnected):
            raise Failure("the daemon hung up before it answered; see 'engo log'")
        value: object = promise.value
        return value

    def wait_end(self) -> None:
        """Until the daemon hangs up."""
        self._send_all()
        while self.session.connected:
            self._receive()
            self._send_all()

    def limit(self, seconds: float | None) -> None:
        """How long one silence of the daemon may last; TimeoutError after that."""
        self._socket.settimeout(seconds)

    def close(self) -> None:
        """Say good-bye and hang up; twice does no harm."""
        try:
            if self.session.connected:
                self.session.abort()
                self.limit(GOODBYE_SECONDS)
                self._flush()
                self._socket.shutdown(SHUT_WR)
        except OSError:
            pass  # it is gone already, or does not listen: nothing is lost
        finally:
            self._socket.close()

    def _send_all(self) -> None:
        self.turns.run()
        self._flush()
        while self.turns.waiting:  # something came while we were sending
            self.turns.run()
            self._flush()

    def _flush(self) -> None:
        messages = self.session.take_outgoing()
        if messages:
            try:
                self._send(memoryview(b"".join(map(netstring, messages))))
            except (BrokenPipeError, ConnectionResetError):
                self.session.connection_lost()
                self.turns.run()

    def _send(self, data: memoryview) -> None:
        """Send all, and take what comes while the daemon takes nothing.

        Were we only to send, both ends could wait for the other to read.
        """
        while data:
            try:
                data = data[self._socket.send(data, MSG_DONTWAIT) :]
            except BlockingIOError:
                if self._wait_either():
                    self._receive()

    def _wait_either(self) -> bool:
        """Wait until the socket has or takes bytes; whether it has some."""
        from select import POLLIN, POLLOUT, poll  # not for a short command to pay

        looking = poll()
        looking.register(self._socket, POLLIN | POLLOUT)
        [(_, events)] = looking.poll()
        return bool(events & POLLIN)

    def _receive(self) -> None:
        try:
            data = self._socket.recv(CHUNK)
        except ConnectionResetError:
            data = b""
        if not data:
            self.session.connection_lost()
            return
        try:
            for message in self._reader.feed(data):
                self.session.receive(message)
        except (NetstringError, RemoteProtocolError) as error:
            raise Failure(f"the daemon broke the protocol: {error}") from error


def _connected(path: str) -> socket:
    connection = socket(AF_UNIX, SOCK_STREAM)
    try:
        connection.connect(path)
    except OSError as error:
        connection.close()
        raise CannotConnect(
            f"cannot connect to the Engo daemon at {path}: {error.strerror or error}; "
            "is it running? 'engo start' starts it"
        ) from error
    return connection


def _check_peer(connection: socket, path: str) -> int | None:
    """The process at the other end, if it is ours or root's; raises CannotConnect."""
    if sys.platform != "linux":
        return None
    known = connection.getsockopt(SOL_SOCKET, SO_PEERCRED, 3 * _CREDENTIAL)
    process, user = (
        int.from_bytes(known[start : start + _CREDENTIAL], sys.byteorder)
        for start in (0, _CREDENTIAL)
    )
    if user not in (os.geteuid(), 0):
        connection.close()
        raise CannotConnect(
            f"expected a daemon of user {os.geteuid()} at {path}, "
            f"found one of user {user}; set ENGO_SOCK to a path of your own"
        )
    return process
