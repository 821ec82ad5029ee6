"""The spawn power: worker processes, their pipes, their page, their end.

The only caller of posix_spawn, kill and wait. It moves bytes and knows nothing of
messages. The supervisor is never forked. Descriptors are those of docs/frames.md.
The fake is `engo.testing.fake_child.FakeChild`.
"""

import contextlib
import fcntl
import mmap
import os
import select
import signal
import socket
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple, Protocol

from engo.powers.clock import Clock
from engo.powers.memory import reopen
from engo.powers.page import PAGE_BYTES, SharedPage

LINK_IN: Final = 3
LINK_OUT: Final = 4
DEBUG: Final = 5
PAGE: Final = 6
SNAPSHOT: Final = 7
_FIRST_FREE: Final = 16  # above every descriptor that the child is given

READABLE: Final = 1
WRITABLE: Final = 2

KILLED_WITHIN: Final = 10.0
"""Seconds a killed process is waited for: only one stuck in the kernel needs more."""


class Child(Protocol):
    """A running worker as bytes; what the shells need of it."""

    page: SharedPage

    @property
    def pid(self) -> int | None:
        """Its process; None: it has none of its own."""
        ...

    def cpu_seconds(self, clock: Clock) -> float:
        """CPU time that grows while a crank runs; differences within one count."""
        ...

    @property
    def inherited(self) -> bool:
        """This process was forked from the one that started it: it may only close."""
        ...

    def read(self, size: int, /) -> bytes:
        """Bytes of the link; b"" at its end; raises BlockingIOError."""
        ...

    @property
    def looks(self) -> bool:
        """Whether its blocking reader looks after the machine while it waits."""
        ...

    def blocking_reader(
        self, look: Callable[[], object]
    ) -> Callable[[list[bytearray]], int] | None:
        """Reads into buffers, blocking, from now on; None where that cannot be.

        `wait` must then come before each `read`. `look` is called a few times a
        second while it waits, by those that can.
        """
        ...

    def write(self, data: bytes | memoryview, /) -> int:
        """How many were taken; raises BlockingIOError, BrokenPipeError."""
        ...

    def wait(self, seconds: float, *, writing: bool) -> int:
        """Block until READABLE, or WRITABLE when `writing`; 0 when time is up."""
        ...

    async def wait_readable(self) -> None: ...

    async def wait_writable(self) -> None: ...

    async def wait_exited(self) -> None:
        """Until the process has ended; it is not reaped yet."""
        ...

    def kill(self) -> None:
        """End the process at once; harmless when it has ended."""
        ...

    def reap(self, seconds: float) -> int | None:
        """The exit status (minus the signal) once it has ended, waiting so long.

        After the status has been had once, it is had again.
        """
        ...

    def close(self) -> None:
        """Kill, reap and close all descriptors; harmless the second time."""
        ...


class PipedChild:
    """The link of a child that is two pipes and a page; how it ends is another's."""

    def __init__(self, link_in: int, link_out: int, page: SharedPage) -> None:
        self.page = page
        self._link_in = link_in  # we write here
        self._link_out = link_out  # we read here
        self._status: int | None = None
        self._closed = False
        self._parent = os.getpid()
        # As partials of the system calls these are the hot path.
        self.read = partial(os.read, link_out)
        self.write = partial(os.write, link_in)
        self._reading = select.poll()
        self._reading.register(link_out, select.POLLIN)
        self._both: select.poll | None = None

    @property
    def inherited(self) -> bool:
        return os.getpid() != self._parent

    looks = False

    def blocking_reader(
        self, look: Callable[[], object]
    ) -> Callable[[list[bytearray]], int] | None:
        os.set_blocking(self._link_out, True)
        return partial(os.readv, self._link_out)

    def wait(self, seconds: float, *, writing: bool) -> int:
        if not writing:
            return READABLE if self._reading.poll(seconds * 1000) else 0
        if self._both is None:
            self._both = select.poll()
            self._both.register(self._link_out, select.POLLIN)
            self._both.register(self._link_in, select.POLLOUT)
        ready = 0
        for descriptor, _ in self._both.poll(seconds * 1000):
            ready |= READABLE if descriptor == self._link_out else WRITABLE
        return ready

    async def wait_readable(self) -> None:
        from anyio import wait_readable  # the blocking worker must not pay for it

        await wait_readable(self._link_out)

    async def wait_writable(self) -> None:
        from anyio import wait_writable

        await wait_writable(self._link_in)


class NativeChild(PipedChild):
    """A worker process of this computer."""

    def __init__(
        self, pid: int, link_in: int, link_out: int, debug: int, page: SharedPage
    ) -> None:
        super().__init__(link_in, link_out, page)
        self.pid = pid
        self._debug = debug  # our end of the debug socket pair

    def cpu_seconds(self, clock: Clock) -> float:
        return clock.cpu_seconds(self.pid) or 0.0

    async def wait_exited(self) -> None:
        from anyio import wait_readable

        if self._status is not None:
            return
        descriptor = os.pidfd_open(self.pid)
        try:
            await wait_readable(descriptor)
        finally:
            os.close(descriptor)

    def kill(self) -> None:
        # Not reaped, so the number is still its own.
        if self._status is None and not self.inherited:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def reap(self, seconds: float) -> int | None:
        if self._status is not None:
            return self._status
        if self._collect() is None and seconds > 0:
            descriptor = os.pidfd_open(self.pid)
            try:
                poll = select.poll()
                poll.register(descriptor, select.POLLIN)
                poll.poll(seconds * 1000)
            finally:
                os.close(descriptor)
            self._collect()
        return self._status

    def _collect(self) -> int | None:
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:  # someone else reaped it: a stranger's waitpid(-1)
            self._status = 0
            return self._status
        if pid:
            self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self.kill()
        os.close(self._link_in)
        os.close(self._link_out)
        os.close(self._debug)
        if self.inherited:
            self.page.close()
            return
        while self.reap(KILLED_WITHIN) is None:
            self.kill()
        self.page.close()


def _widen(descriptor: int, size: int) -> None:
    """A larger pipe, where the user's share of pipe memory allows one."""
    with contextlib.suppress(OSError):
        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, size)


class Opened(contextlib.ExitStack):
    """Descriptors that are closed unless they are kept."""

    def own(self, descriptor: int) -> int:
        self.callback(os.close, descriptor)
        return descriptor


class Line(NamedTuple):
    """Two pipes and a page that a child has one side of."""

    link_in: int  # ours
    link_out: int  # ours
    page: SharedPage  # ours
    given: tuple[int, int, int]  # theirs: link in, link out, the page's file


def open_line(ours: Opened, theirs: Opened, pipe_bytes: int) -> Line:
    """The pipes and the page of one link. Raises OSError."""
    link_in_read, link_in = os.pipe()
    theirs.own(link_in_read), ours.own(link_in)
    link_out, link_out_write = os.pipe()
    ours.own(link_out), theirs.own(link_out_write)
    page = os.memfd_create("engo-page", os.MFD_CLOEXEC)
    theirs.own(page)
    os.ftruncate(page, PAGE_BYTES)
    shared = SharedPage(mmap.mmap(page, PAGE_BYTES))
    ours.callback(shared.close)
    os.set_blocking(link_in, False)
    os.set_blocking(link_out, False)
    if pipe_bytes:
        _widen(link_in, pipe_bytes)
        _widen(link_out, pipe_bytes)
    return Line(link_in, link_out, shared, (link_in_read, link_out_write, page))


def spawn_worker(
    arguments: list[str],
    environment: Mapping[str, str],
    *,
    snapshot: int | None = None,
    pipe_bytes: int = 0,
) -> NativeChild:
    """Start a worker process.

    `snapshot` is a descriptor of a snapshot's body; it is opened anew for the
    child, so that its offset is the child's own, and stays the caller's.
    `pipe_bytes` is a wish for the pipes' size; 0 leaves it.
    The child's descriptor 2 is ours. It is in a process group of its own, so that
    a terminal's Ctrl-C reaches the supervisor alone.
    Raises OSError.
    """
    with Opened() as ours, Opened() as theirs:
        line = open_line(ours, theirs, pipe_bytes)
        debug, debug_theirs = _socket_pair()
        ours.own(debug), theirs.own(debug_theirs)
        link_in, link_out, page = line.given
        given = [
            (link_in, LINK_IN),
            (link_out, LINK_OUT),
            (debug_theirs, DEBUG),
            (page, PAGE),
        ]
        if snapshot is not None:
            given.append((theirs.own(reopen(snapshot)), SNAPSHOT))
        pid = spawn_with(arguments, environment, given, theirs)
        ours.pop_all()
    return NativeChild(pid, line.link_in, line.link_out, debug, line.page)


def spawn_with(
    arguments: list[str],
    environment: Mapping[str, str],
    given: list[tuple[int, int]],
    opened: Opened,
) -> int:
    """Start a process that has these descriptors (ours, theirs); its pid."""
    actions: list[tuple[int, int, str, int, int] | tuple[int, int, int]] = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
    ]
    for source, target in given:
        if source < _FIRST_FREE:
            source = opened.own(fcntl.fcntl(source, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE))
        actions.append((os.POSIX_SPAWN_DUP2, source, target))
    return os.posix_spawn(
        arguments[0],
        arguments,
        environment,
        file_actions=actions,
        setpgroup=0,
        setsigmask=(),
        setsigdef=(signal.SIGPIPE, signal.SIGINT, signal.SIGTERM),
    )


def _socket_pair() -> tuple[int, int]:
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    one.setblocking(False)
    return one.detach(), other.detach()
