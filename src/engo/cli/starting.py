"""Starting the daemon as a process of its own, and ending it.

    engo ── posix_spawn, own session ──► python -m engo daemon --ready-fd N
         ◄── "ready\n" or "error: why\n" over a pipe ──

Its output goes to the log. Nothing here speaks CapTP but the wish to end.
"""

from __future__ import annotations

import os
import select
import sys

from .errors import CannotConnect, Failure, StateTaken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..powers.paths import Paths
    from .client import Client

START_SECONDS = 30.0  # a daemon that revives a large state may take its time
REAP_SECONDS = 5.0  # for a daemon that has said it cannot run
STOP_SECONDS = 15.0  # it gives its workers a moment to end
TICK_SECONDS = 0.02  # between looks at what cannot be waited for
READY = "ready"
REFUSED = "error: "
TAKEN = "another Engo daemon"  # how it begins when another one has the state
READY_FD = 3
LINE_BYTES = 4096  # of what it says when it is ready


def start(paths: Paths) -> None:
    """Start the daemon and wait until it answers; raises Failure."""
    _ = paths.socket  # a path that is too long is said here, not in the log
    log = _open_log(paths)
    ours, theirs = os.pipe()
    try:
        process = _spawn(log, theirs)
    finally:
        os.close(log)
        os.close(theirs)
    try:
        said = _first_line(ours)
    finally:
        os.close(ours)
    if said == READY:
        return
    status = _reap(process) if said is not None else ""
    if said is None:
        raise Failure(
            f"the daemon (process {process}) was not ready within "
            f"{START_SECONDS:.0f} s; see {paths.log}"
        )
    if said.startswith(REFUSED):
        why = said.removeprefix(REFUSED)
        raise StateTaken(why) if why.startswith(TAKEN) else Failure(why)
    raise Failure(f"the daemon ended before it was ready{status}; see {paths.log}")


def start_and_connect(paths: Paths) -> Client:
    """A connection to a new daemon, or to one that another command just started.

    Raises Failure.
    """
    from time import monotonic, sleep

    from .client import Client

    try:
        start(paths)
        return Client(paths.socket)
    except StateTaken as taken:
        end = monotonic() + START_SECONDS
        while monotonic() < end:
            try:
                return Client(paths.socket)
            except CannotConnect:
                sleep(TICK_SECONDS)
        raise taken


def _open_log(paths: Paths) -> int:
    from ..powers.files import FILE_MODE, ensure_folder

    try:
        ensure_folder(paths.state)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        return os.open(paths.log, flags, FILE_MODE)
    except OSError as error:
        raise Failure(
            f"cannot write the daemon's log {paths.log}: {error.strerror or error}"
        ) from error


def _spawn(log: int, ready: int) -> int:
    """The process id of a daemon with nothing of ours but its log and the pipe."""
    nothing = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    command = [sys.executable, "-m", "engo", "daemon", "--ready-fd", str(READY_FD)]
    # The pipe goes last: a descriptor that we were given may have its number.
    high = os.dup(ready) if ready == READY_FD else ready
    try:
        return os.posix_spawn(
            sys.executable,
            command,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, nothing, 0),
                (os.POSIX_SPAWN_DUP2, log, 1),
                (os.POSIX_SPAWN_DUP2, log, 2),
                (os.POSIX_SPAWN_DUP2, high, READY_FD),
            ],
            setsid=True,
        )
    except OSError as error:
        raise Failure(f"cannot start {sys.executable}: {error.strerror}") from error
    finally:
        os.close(nothing)
        if high != ready:
            os.close(high)


def _first_line(pipe: int) -> str | None:
    """What the daemon says, "" when it ends without a word, None after the limit."""
    said = b""
    while b"\n" not in said and len(said) < LINE_BYTES:
        if not select.select([pipe], [], [], START_SECONDS)[0]:
            return None
        more = os.read(pipe, LINE_BYTES)
        if not more:
            break
        said += more
    return said.split(b"\n")[0].decode("utf-8", "replace")


def _reap(process: int) -> str:
    """How a daemon that failed has ended, for the message."""
    handle = _open_process(process)
    if handle is not None:
        ended = select.select([handle], [], [], REAP_SECONDS)[0]
        os.close(handle)
        if not ended:
            return f" (process {process} still runs)"
    _, status = os.waitpid(process, 0)
    code = os.waitstatus_to_exitcode(status)
    return f" (signal {-code})" if code < 0 else f" (exit status {code})"


def stop(paths: Paths) -> bool:
    """End the daemon and wait until it is gone; False when none ran."""
    from .client import Client

    try:
        client = Client(paths.socket, "harbinger")
    except CannotConnect:
        return False
    with client:
        client.limit(STOP_SECONDS)
        client.send(client.endo, "terminate")
        process = client.peer_process
        # Its handle is taken while it certainly lives: a number can be used again.
        handle = _open_process(process)
        client.wait_end()
    try:
        _wait_gone(handle, paths)
    finally:
        if handle is not None:
            os.close(handle)
    return True


def _open_process(process: int | None) -> int | None:
    """A descriptor that is readable once the process has ended; None without one."""
    if process is None or not hasattr(os, "pidfd_open"):
        return None
    try:
        return os.pidfd_open(process)
    except OSError:
        return None


def _wait_gone(handle: int | None, paths: Paths) -> None:
    if handle is not None:
        if not select.select([handle], [], [], STOP_SECONDS)[0]:
            raise Failure(f"the daemon still runs after {STOP_SECONDS:.0f} s")
        return
    from time import monotonic, sleep

    end = monotonic() + STOP_SECONDS
    while os.path.exists(paths.socket):
        if monotonic() > end:
            raise Failure(f"{paths.socket} is still there: the daemon does not end")
        sleep(TICK_SECONDS)
