"""A CapTP peer on a unix socket, for tests of the command line without a daemon.

It serves whatever bootstrap object a test gives it, from a thread of its own.
"""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from engo.captp import Presence, Promise, Session, Turns
from engo.frames.netstring import NetstringReader, netstring

if TYPE_CHECKING:
    from collections.abc import Iterator


def call_back(presence: object, method: str, *args: object) -> Promise:
    """`E(presence).method(...args)` from inside a method of the peer."""
    assert isinstance(presence, Presence)
    session = presence.session
    assert isinstance(session, Session)
    return session.turns.send(presence, method, *args)


class Peer:
    """Serves one bootstrap object to any number of clients, one after the other."""

    def __init__(self, path: Path, bootstrap: object) -> None:
        self.path = path
        self.received: list[bytes] = []  # every message, in order
        self.endings: list[str] = []  # how each connection ended
        self._bootstrap = bootstrap
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(8)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        turns = Turns()
        session = Session("Endo", self._bootstrap, turns=turns)
        reader = NetstringReader()
        while session.connected:
            data = connection.recv(65_536)
            if not data:
                self.endings.append("end of stream")
                return
            for message in reader.feed(data):
                self.received.append(message)
                session.receive(message)
            turns.run()
            with suppress(BrokenPipeError, ConnectionResetError):  # it did not wait
                for message in session.take_outgoing():
                    connection.sendall(netstring(message))
        self.endings.append("good-bye")

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)


@contextmanager
def serving(folder: Path, bootstrap: object) -> Iterator[Peer]:
    """A peer on a socket in this folder."""
    peer = Peer(folder / "captp0.sock", bootstrap)
    try:
        yield peer
    finally:
        peer.close()


def environment(folder: Path) -> dict[str, str]:
    """What a command needs to find the peer, and nothing of the user's own."""
    return {
        "ENGO_SOCK": str(folder / "captp0.sock"),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
    }
