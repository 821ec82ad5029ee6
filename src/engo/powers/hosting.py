"""The hosting power: one process that carries many machines, and its control socket.

Datagrams with descriptors go to it and datagrams come back; what they say is not
known here. The process ends when the socket closes. The other side of the socket, in
that process, is here too. Beside powers/spawn.py the only caller of kill and wait.
"""

import array
import contextlib
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from engo.powers.spawn import KILLED_WITHIN, Opened, PipedChild, open_line, spawn_with

CONTROL: Final = 3
"""The descriptor of the host's end of the control socket."""
_INT: Final = array.array("i").itemsize


def raise_descriptor_limit() -> int:
    """As many descriptors as this process may have; how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class ControlSocket:
    """One end of the control socket; does not block. Owns its descriptor."""

    def __init__(self, descriptor: int, longest: int, descriptors: int) -> None:
        """`longest`: bytes of a datagram; `descriptors`: how many come with one."""
        self._socket = socket.socket(fileno=descriptor)
        self._longest = longest
        self._room = socket.CMSG_SPACE(descriptors * _INT)

    def fileno(self) -> int:
        """To wait for it."""
        return self._socket.fileno()

    def send(self, data: bytes, descriptors: Sequence[int] = ()) -> None:
        """One datagram. Raises BlockingIOError when the socket is full, OSError
        when the other end is closed; nothing was sent then."""
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        flags = socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL
        self._socket.sendmsg([data], rights if descriptors else (), flags)

    def receive(self) -> tuple[bytes, list[int]]:
        """One datagram and the descriptors that came with it, which are the
        caller's; b"" when the other end is closed.

        One that is longer than it may be comes with a byte too many. Raises
        BlockingIOError when there is none.
        """
        flags = socket.MSG_DONTWAIT | socket.MSG_CMSG_CLOEXEC
        try:
            data, rights, _, _ = self._socket.recvmsg(
                self._longest + 1, self._room, flags
            )
        except ConnectionError:
            return b"", []
        descriptors = array.array("i")
        for level, kind, part in rights:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                descriptors.frombytes(part[: len(part) // _INT * _INT])
        return data, list(descriptors)

    def close(self) -> None:
        """Close it."""
        self._socket.close()


class HostProcess:
    """The process, as its supervisor has it. Not thread-safe."""

    def __init__(
        self,
        arguments: list[str],
        environment: Mapping[str, str],
        *,
        longest: int,
        descriptors: int,
    ) -> None:
        """Start it. Its descriptor 2 is ours, 3 its end of the control socket.

        Raises OSError.
        """
        self.status: int | None = None  # once it has ended and was reaped
        self._parent = os.getpid()
        with Opened() as theirs:
            ours, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self.control = ControlSocket(ours.detach(), longest, descriptors)
            given = [(theirs.own(other.detach()), CONTROL)]
            try:
                self.pid = spawn_with(arguments, environment, given, theirs)
            except BaseException:
                self.control.close()
                raise
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)

    @property
    def inherited(self) -> bool:
        """This process was forked from the one that started it."""
        return os.getpid() != self._parent

    def wait(self, seconds: float | None, *, writing: bool) -> None:
        """Until something came, or the socket takes something, or `wake`."""
        poll = select.poll()
        mask = select.POLLIN | (select.POLLOUT if writing else 0)
        poll.register(self.control.fileno(), mask)
        poll.register(self._wake, select.POLLIN)
        poll.poll(None if seconds is None else seconds * 1000)
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._wake)

    def wake(self) -> None:
        """Make `wait` return; from any thread."""
        os.eventfd_write(self._wake, 1)

    def kill(self) -> None:
        """End it at once; harmless when it has ended."""
        if self.status is None and not self.inherited:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def reap(self, seconds: float = KILLED_WITHIN) -> int | None:
        """Its exit status (minus the signal) once it has ended, waiting so long."""
        if self.status is not None or self.inherited:
            return self.status
        descriptor = -1
        try:
            descriptor = os.pidfd_open(self.pid)
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            poll.poll(seconds * 1000)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        except (ChildProcessError, ProcessLookupError):
            self.status = 0  # a stranger's waitpid(-1) reaped it
        finally:
            if descriptor >= 0:
                os.close(descriptor)
        return self.status

    def close(self) -> None:
        """Close our descriptors; the process must have been reaped, or is another's
        child."""
        self.control.close()
        os.close(self._wake)


class HostedLine:
    """The link of a machine that is about to be made, and the host's side of it."""

    def __init__(self, pipe_bytes: int = 0) -> None:
        """Raises OSError. Give `descriptors` to the host, then call `given`."""
        self._theirs = Opened()
        with Opened() as ours:
            line = open_line(ours, self._theirs, pipe_bytes)
            link_in, link_out, _ = self.descriptors = line.given
            os.set_blocking(link_in, False)
            os.set_blocking(link_out, False)
            ours.pop_all()
        self.link_in, self.link_out = line.link_in, line.link_out
        self.page = line.page

    def given(self) -> None:
        """The host has its side, or never will: close what is not ours."""
        self._theirs.close()

    def abandon(self) -> None:
        """There will be no machine: close our side."""
        os.close(self.link_in)
        os.close(self.link_out)
        self.page.close()


class HostedPipes(PipedChild):
    """Our side of a hosted machine's link."""

    def discard(self) -> bool:
        """Throw away what came; whether the link has ended."""
        while True:
            try:
                if not os.read(self._link_out, 1 << 16):
                    return True
            except BlockingIOError:
                return False

    def unblock(self) -> None:
        """Reads do not block any more, whatever was asked before."""
        os.set_blocking(self._link_out, False)

    def close_pipes(self) -> None:
        """Close both."""
        os.close(self._link_in)
        os.close(self._link_out)


def end_process(status: int) -> None:
    """Leave without winding the interpreter down."""
    sys.stderr.flush()
    os._exit(status)
