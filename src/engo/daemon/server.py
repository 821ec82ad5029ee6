"""The daemon on its socket: accepts clients, ends when it is told to.

Which socket, which state, and which signals end it, the entry file decides.
"""

from typing import Protocol

import anyio

from engo.captp import Promise
from engo.daemon.clients import Client, Connection
from engo.daemon.node import Daemon
from engo.daemon.shell import Shell

GOODBYE_SECONDS = 0.1
"""What clients get to take our good-bye."""
_PAUSE_SECONDS = 0.1  # after accepting has failed, for want of descriptors


class Accepted(Connection, Protocol):
    def peer_user(self) -> int | None: ...


class Listener(Protocol):
    async def accept(self) -> Accepted: ...

    def close(self) -> None: ...


class Server:
    """Clients of one daemon."""

    def __init__(
        self, daemon: Daemon, shell: Shell, listener: Listener, user: int
    ) -> None:
        self._daemon = daemon
        self._shell = shell
        self._listener = listener
        self._user = user  # whose clients are served, besides root's
        self._clients: set[Client] = set()
        self._count = 0

    async def serve(self) -> None:
        """Accept clients until the daemon is to end, then say good-bye to all."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._accept)
            await self._shell.stopping.wait()
            tasks.cancel_scope.cancel()
        self._listener.close()
        for client in list(self._clients):
            client.say_goodbye()
        with anyio.move_on_after(GOODBYE_SECONDS):
            while self._clients:
                await next(iter(self._clients)).ended.wait()
        self._daemon.close()
        self._shell.wake()

    async def _accept(self) -> None:
        while True:
            try:
                connection = await self._listener.accept()
            except OSError as error:
                self._shell.log(f"a client could not be accepted: {error.strerror}")
                await anyio.sleep(_PAUSE_SECONDS)
                continue
            self._count += 1
            if connection.peer_user() not in (self._user, 0, None):
                self._shell.log(
                    f"connection {self._count} is refused: it is of user "
                    f"{connection.peer_user()}"
                )
                connection.close()
                continue
            # Not in the group of `serve`: clients outlive accepting.
            self._shell.tasks.start_soon(self._serve, connection, self._count)

    async def _serve(self, connection: Connection, number: int) -> None:
        client = Client(self._daemon, self._shell, connection, number)
        self._clients.add(client)
        try:
            await client.serve()
        except Exception as error:  # a defect; it ends this client only
            self._shell.log_defect(error)
        finally:
            self._clients.discard(client)
            client.ended.set()


async def settled(shell: Shell, promise: Promise) -> object:
    """Wait for a promise from outside of the turns; raises its reason."""
    done = anyio.Event()
    promise.when(lambda _: done.set(), lambda _: done.set())
    shell.wake()
    await done.wait()
    value: object = promise.value
    return value
