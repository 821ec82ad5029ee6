"""One worker process of the daemon, from its start to its end; on anyio."""

from typing import TYPE_CHECKING

import anyio

from engo.captp import JSError, Resolver
from engo.daemon.outside import WorkerHooks
from engo.worker.core import Starter
from engo.worker.errors import EngoError, WorkerDied
from engo.worker.events import ConsoleLine
from engo.worker.limits import Limits
from engo.worker.opening import open_worker
from engo.worker.waiting import AsyncWorker

if TYPE_CHECKING:
    from engo.daemon.shell import Shell

LIMITS = Limits(console_lines=0, console_bytes=0)  # the daemon's log has them

CHOKED_BYTES = 1 << 20
"""Bytes that a worker may leave untaken before whoever sends more has to wait."""


class Process:
    """A running worker (`engo.daemon.outside.Body`)."""

    def __init__(self, worker: AsyncWorker, choked: "set[Process]") -> None:
        self._worker = worker
        self._choked = choked  # those that have much to take yet
        self.closing = anyio.Event()  # it is to end

    def send_captp(self, messages: list[bytes]) -> None:
        self._worker.send_captp(*messages)
        if self._worker.unsent_bytes > CHOKED_BYTES:
            self._choked.add(self)

    async def drain(self) -> None:
        """Until it has taken all that was sent, or has ended."""
        await self._worker.drain()

    def interrupt(self) -> None:
        if self._worker.death is None:
            self._worker.interrupt()

    def close(self) -> None:
        self.closing.set()

    @property
    def cranks(self) -> tuple[bool, int]:
        return self._worker.cranks

    @property
    def pid(self) -> int:
        return self._worker.pid


async def run_worker(
    shell: "Shell",
    launcher: Starter,
    starting: anyio.Semaphore,
    hooks: WorkerHooks,
    started: Resolver,
) -> None:
    """Start a worker, hand out its Process, and see it off."""
    death: WorkerDied | None = None

    def on_captp(message: bytes) -> None:
        shell.enter(hooks.captp, message)

    def on_console(line: ConsoleLine) -> None:
        hooks.console(*line)

    def on_death(ended: WorkerDied) -> None:
        nonlocal death
        death = ended
        if process is not None:
            process.closing.set()

    def failed(reason: str) -> None:
        if process is None:
            starting.release()
            shell.enter(started.reject, JSError(reason))
        elif death is None:
            shell.enter(hooks.death, reason)

    process: Process | None = None
    await starting.acquire()
    try:
        async with open_worker(
            image="endo",
            limits=LIMITS,
            launcher=launcher,
            on_captp=on_captp,
            on_console=on_console,
            on_trace=hooks.trace,
            on_rejection=hooks.rejection,
            on_death=on_death,
        ) as worker:
            process = Process(worker, shell.choked)
            starting.release()
            shell.enter(started.resolve, process)
            await process.closing.wait()
    except (EngoError, OSError) as error:
        failed(error.reason if isinstance(error, WorkerDied) else str(error))
    except Exception as error:  # a defect; it ends this worker only
        shell.log_defect(error)
        failed(f"by a defect: {error}")
    if death is not None:
        shell.enter(hooks.death, death.reason)
