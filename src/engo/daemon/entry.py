"""The daemon's process, from start to end: the only file of the room with powers.

    lock ─► state ─► socket ─► "ready" ─► clients … ─► good-bye ─► workers ended

Whatever keeps it from starting is one line on the pipe of whoever started it, and
leaves no process behind.
"""

import contextlib
import os
import resource
import signal
import sys
from typing import NamedTuple

import anyio

from engo import __version__
from engo.captp import JSError
from engo.daemon.engines import Engines
from engo.daemon.engines import Launcher as Launchable
from engo.daemon.genesis import NONCE, Roots, open_roots
from engo.daemon.node import Daemon
from engo.daemon.server import Server, settled
from engo.daemon.settings import Settings, read_settings
from engo.daemon.shell import Shell
from engo.daemon.suspendedfiles import SuspendedFiles
from engo.daemon.workerlog import WorkerLogs
from engo.formula.engines import NATIVE
from engo.formula.ids import (
    NUMBER_BYTES,
    NodeNumber,
    node_of_public_key,
    number_of_bytes,
)
from engo.powers.clock import SystemClock
from engo.powers.disk import SystemDisk
from engo.powers.files import ensure_folder, read_or_make_key
from engo.powers.identity import public_key
from engo.powers.lock import FileLock, Locked
from engo.powers.logfile import LogFile
from engo.powers.paths import Paths
from engo.powers.random import SystemRandom
from engo.powers.sockets import SocketInUse, UnixListener
from engo.store.content import ContentStore
from engo.store.database import Database
from engo.store.errors import StoreError
from engo.worker.errors import EngoError
from engo.worker.launch import Launcher
from engo.worker.snapshotfile import KEY_BYTES

CANNOT_START = 1
TIDY_SECONDS = 2.0
"""What removing suspended workers may take in the end."""
_PRIVATE = 0o077  # what others are not granted, whatever is made


class CannotStart(Exception):
    """One line that says why."""


def main(ready: int | None = None) -> int:
    """Be the daemon; the exit status. `ready` is the pipe of who started it."""
    os.umask(_PRIVATE)
    try:
        with contextlib.ExitStack() as stack:
            _run(stack, ready)
    except CannotStart as error:
        _say(ready, f"error: {error}")
        sys.stderr.write(f"error: {error}\n")
        return CANNOT_START
    return 0


def _say(ready: int | None, line: str) -> None:
    """Tell who started us, who may have gone."""
    if ready is not None:
        with contextlib.suppress(OSError):
            os.write(ready, f"{line}\n".encode())


def _run(stack: contextlib.ExitStack, ready: int | None) -> None:
    try:
        paths = Paths()
        socket_path = paths.socket
        settings = read_settings(os.environ)
    except ValueError as error:
        raise CannotStart(str(error)) from error
    log = _open_state(stack, paths)
    _allow_many_descriptors()
    try:
        parts = _open_parts(stack, paths, settings, log)
    except (JSError, StoreError, EngoError, OSError, ValueError) as error:
        raise CannotStart(f"cannot open the state in {paths.state}: {error}") from error
    listener = _listen(stack, socket_path)
    anyio.run(_serve, paths, parts, log, listener, ready)
    with contextlib.suppress(OSError):
        os.unlink(paths.pid_file)


class _Parts(NamedTuple):
    """What a daemon is made of."""

    database: Database
    content: ContentStore
    engines: Engines
    key: bytes
    node: NodeNumber
    roots: Roots
    settings: Settings
    suspended: SuspendedFiles


def _open_parts(
    stack: contextlib.ExitStack, paths: Paths, settings: Settings, log: LogFile
) -> _Parts:
    random = SystemRandom()
    database = stack.enter_context(contextlib.closing(Database(paths.database)))
    content = ContentStore(paths.store, SystemDisk())
    content.open()
    if database.meta(NONCE) is None and not content.empty():
        # To begin anew would remove all contents: no formula leads to them.
        raise ValueError(
            f"expected the formulas of the contents in {paths.store}, got an empty "
            f"database; put {paths.database} back, or move the state folder away"
        )
    node = node_of_public_key(public_key(paths.node_key, random))
    database.attach(node)
    roots = open_roots(
        database, node, lambda: number_of_bytes(random.bytes(NUMBER_BYTES))
    )
    key = read_or_make_key(paths.snapshot_key, random.bytes(KEY_BYTES))
    engines = stack.enter_context(contextlib.closing(_engines(log)))
    token = random.bytes(8).hex()
    suspended = SuspendedFiles(SystemDisk(), paths.suspended, log.write, token)
    suspended.open()
    return _Parts(database, content, engines, key, node, roots, settings, suspended)


def _engines(log: LogFile) -> Engines:
    # Nobody should pay for loading what is not used.
    def wasm() -> Launchable:
        from engo.worker.wasm_inprocess import WasmLauncher

        return WasmLauncher(say=log.write)

    def wasm_child() -> Launchable:
        from engo.worker.wasm_child import WasmChildLauncher

        return WasmChildLauncher()

    return Engines({NATIVE: Launcher, "wasm": wasm, "wasm-child": wasm_child}, "endo")


async def _serve(
    paths: Paths,
    parts: _Parts,
    log: LogFile,
    listener: UnixListener,
    ready: int | None,
) -> None:
    database, content, engines, key, node, roots, settings, suspended = parts
    try:
        await engines.launcher(settings.engine)  # what is wrong with it is said now
    except (EngoError, OSError) as error:
        raise CannotStart(f"cannot run {settings.engine} workers: {error}") from error
    logs = WorkerLogs(SystemDisk(), paths.worker_folder, paths.worker_log, log.write)
    async with anyio.create_task_group() as tasks:
        shell = Shell(
            tasks, database, engines, SystemRandom(), log, logs, suspended, key
        )
        daemon = Daemon(
            shell.turns, shell, database, content, node, roots, __version__, settings
        )
        tasks.start_soon(shell.sweep)
        await settled(shell, daemon.start(daemon.open()))
        tasks.start_soon(_end_on_signals, shell)
        _write_pid(paths)
        log.write(f"Engo {__version__} is ready (process {os.getpid()})")
        _say(ready, "ready")
        if ready is not None:
            os.close(ready)
        await Server(daemon, shell, listener, os.geteuid()).serve()
        tasks.cancel_scope.cancel()
    clock = SystemClock()
    end = clock.monotonic() + TIDY_SECONDS
    suspended.close(lambda: clock.monotonic() > end)
    log.write("Engo has ended")


def _open_state(stack: contextlib.ExitStack, paths: Paths) -> LogFile:
    """Lock the state folder and open its log; raises CannotStart."""
    try:
        ensure_folder(paths.state)
        lock = FileLock(paths.lock, os.getpid())
    except Locked as error:
        holder = f" (process {error.pid})" if error.pid else ""
        raise CannotStart(
            f"another Engo daemon{holder} uses the state in {paths.state}; "
            "'engo stop' ends it"
        ) from error
    except OSError as error:
        raise CannotStart(
            f"cannot write the state folder {paths.state}: {error.strerror}"
        ) from error
    stack.callback(lock.close)
    try:
        log = LogFile(paths.log, SystemClock())
    except OSError as error:
        raise CannotStart(
            f"cannot write the log {paths.log}: {error.strerror}"
        ) from error
    stack.callback(log.close)
    return log


def _listen(stack: contextlib.ExitStack, path: str) -> UnixListener:
    try:
        listener = UnixListener(path)
    except SocketInUse as error:
        raise CannotStart(
            f"something else listens on {path}; end it, or set ENGO_SOCK"
        ) from error
    except OSError as error:
        raise CannotStart(
            f"cannot listen on {path}: {error.strerror or error}"
        ) from error
    stack.callback(listener.close)
    return listener


def _allow_many_descriptors() -> None:
    """A worker takes four: as many as the system lets us have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _write_pid(paths: Paths) -> None:
    with contextlib.suppress(OSError):
        ensure_folder(paths.run)
        with open(paths.pid_file, "w", encoding="ascii") as stream:
            stream.write(f"{os.getpid()}\n")


async def _end_on_signals(shell: Shell) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for number in signals:
            shell.log(f"ended by {signal.Signals(number).name}")
            shell.stop()
