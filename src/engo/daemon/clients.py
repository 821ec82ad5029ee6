"""One connection of the socket: netstrings in, turns, netstrings out.

Reading stops while much waits to be written, so that a client which does not read
cannot make the daemon grow; one that lets too much wait is cut off.
"""

from collections import deque
from typing import TYPE_CHECKING, Protocol

import anyio
import anyio.lowlevel

from engo.captp import RemoteProtocolError, Session
from engo.daemon.callers import Caller
from engo.daemon.node import Daemon
from engo.daemon.traces import ClientTraces
from engo.frames.netstring import NetstringError, NetstringReader, netstring

if TYPE_CHECKING:
    from engo.daemon.shell import Shell

READ_BYTES = 1 << 16
PAUSE_BYTES = 1 << 20
"""Bytes that may wait to be written while more is read."""
MAX_BYTES = 64 << 20
"""Bytes that may wait to be written at all."""
MESSAGES_IN_A_ROW = 64
"""Messages of one client that are handled before others get a turn."""
_READS_IN_A_ROW = 16  # before other tasks get a turn


class Connection(Protocol):
    """A connected socket, which never blocks."""

    def read(self, size: int, /) -> bytes:
        """b"" at the end; raises BlockingIOError, OSError."""
        ...

    def write(self, data: bytes | memoryview, /) -> int:
        """How many were taken; raises BlockingIOError, OSError."""
        ...

    async def wait_readable(self) -> None: ...

    async def wait_writable(self) -> None: ...

    def close(self) -> None: ...


class Client:
    """A connected client, from its first byte to its last."""

    def __init__(
        self, daemon: Daemon, shell: "Shell", connection: Connection, number: int
    ) -> None:
        self._daemon = daemon
        self._shell = shell
        self._connection = connection
        self._number = number
        self._reader = NetstringReader()
        self._unsent: deque[memoryview] = deque()
        self._unsent_bytes = 0
        self._drained = anyio.Event()
        self._over = anyio.Event()  # nothing is read any more
        self.ended = anyio.Event()  # the connection is closed
        self._caller = Caller(number, daemon.turns)
        traces = ClientTraces(daemon.traces)
        self._session = Session(
            "Endo",
            daemon.bootstrap(self._caller, traces),
            turns=daemon.turns,
            drop_answers=True,
            on_error_sent=traces.sent,
            on_problem=self._problem,
            on_outgoing=lambda: shell.flush_later(self),
        )

    async def serve(self) -> None:
        """Until the client hangs up, breaks the protocol, or we are cancelled."""
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._read)
                await self._over.wait()
                tasks.cancel_scope.cancel()
        finally:
            self._shell.enter(self._leave)
            self._connection.close()

    def _leave(self) -> None:
        self._daemon.caller_left(self._caller)
        self._session.connection_lost()

    def say_goodbye(self) -> None:
        """The daemon ends: tell the client."""
        self._shell.enter(self._session.abort)

    # ---- reading

    async def _read(self) -> None:
        reads = 0
        data = b""
        try:
            while self._session.connected:
                if self._unsent_bytes > PAUSE_BYTES:
                    await self._drained.wait()
                if len(data) < READ_BYTES:  # there was no more
                    reads = 0
                    await self._connection.wait_readable()
                try:
                    data = self._connection.read(READ_BYTES)
                except BlockingIOError:
                    data = b""
                    continue
                if not data:
                    self._reader.end()
                    break
                messages = self._reader.feed(data)
                for start in range(0, len(messages), MESSAGES_IN_A_ROW):
                    await self._take(messages[start : start + MESSAGES_IN_A_ROW])
                reads += 1
                if not reads % _READS_IN_A_ROW:
                    await anyio.lowlevel.checkpoint()
        except (NetstringError, RemoteProtocolError) as error:
            self._daemon.outside.log(f"connection {self._number} is closed: {error}")
            reason = f"{type(error).__name__}: {error}"
            self._shell.enter(self._session.abort, reason)
        except OSError as error:
            self._daemon.outside.log(
                f"connection {self._number} has failed: {error.strerror}"
            )
        self._over.set()

    async def _take(self, messages: list[bytes]) -> None:
        """Handle some messages, then let others have a turn if they were many."""
        self._shell.choked.clear()
        self._shell.enter(self._receive, messages)
        for process in list(self._shell.choked):
            await process.drain()
        if len(messages) == MESSAGES_IN_A_ROW:
            await anyio.lowlevel.checkpoint()

    def _receive(self, messages: list[bytes]) -> None:
        for message in messages:
            self._session.receive(message)

    def _problem(self, error: RemoteProtocolError) -> None:
        self._daemon.outside.log(f"connection {self._number}: {error}")

    # ---- writing

    def flush(self) -> None:
        """Write what the session has to say; what is not taken is written later."""
        messages = self._session.take_outgoing()
        if not messages:
            return
        data = b"".join([netstring(message) for message in messages])
        if self._unsent:
            self._put_off(data)
            return
        try:
            taken = self._connection.write(data)
        except BlockingIOError:
            taken = 0
        except OSError:
            self._over.set()
            return
        if taken < len(data):
            self._drained = anyio.Event()
            self._put_off(memoryview(data)[taken:])
            self._shell.tasks.start_soon(self._write)

    def _put_off(self, data: bytes | memoryview) -> None:
        self._unsent.append(memoryview(data))
        self._unsent_bytes += len(data)
        if self._unsent_bytes > MAX_BYTES and not self._over.is_set():
            self._daemon.outside.log(
                f"connection {self._number} is closed: it leaves "
                f"{self._unsent_bytes} bytes unread"
            )
            self._over.set()

    async def _write(self) -> None:
        try:
            while self._unsent and not self._over.is_set():
                try:
                    taken = self._connection.write(self._unsent[0])
                except BlockingIOError:
                    await self._connection.wait_writable()
                    continue
                self._unsent_bytes -= taken
                if taken < len(self._unsent[0]):
                    self._unsent[0] = self._unsent[0][taken:]
                else:
                    self._unsent.popleft()
        except (OSError, anyio.ClosedResourceError):
            self._over.set()
        finally:
            self._drained.set()
