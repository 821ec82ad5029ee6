"""One worker process of the daemon, from its start to its end; on anyio."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel

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

MESSAGES_IN_A_ROW = 64
"""Messages of one worker that are handled before others get a turn."""


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


class WorkerRun:
    """One process, from the wish for it to its end."""

    def __init__(self, shell: "Shell", hooks: WorkerHooks, started: Resolver) -> None:
        self._shell = shell
        self._hooks = hooks
        self._started = started
        self._process: Process | None = None  # None: it is not running yet
        self._received = 0  # messages
        self._told = False  # that it has ended, or was not started

    async def run(self, launcher: Starter, starting: anyio.Semaphore) -> None:
        """Start a worker, hand out its Process, and see it off."""
        await starting.acquire()
        try:
            await self._run(launcher, starting)
        except (EngoError, OSError) as error:
            self._end(error.reason if isinstance(error, WorkerDied) else str(error))
        except Exception as error:  # a defect; it ends this worker only
            self._shell.log_defect(error)
            self._end(f"by a defect: {error}")
        finally:
            if self._process is None:
                starting.release()

    async def _run(self, launcher: Starter, starting: anyio.Semaphore) -> None:
        async with open_worker(
            image="endo",
            limits=LIMITS,
            launcher=launcher,
            on_captp=self._captp,
            on_console=self._console,
            on_trace=self._hooks.trace,
            on_rejection=self._hooks.rejection,
            on_death=self._death,
        ) as worker:
            self._process = Process(worker, self._shell.choked)
            starting.release()
            self._shell.enter(self._started.resolve, self._process)
            await self._process.closing.wait()

    def _captp(self, message: bytes) -> Awaitable[None] | None:
        self._shell.enter(self._hooks.captp, message)
        self._received += 1
        if self._received % MESSAGES_IN_A_ROW:
            return None
        return anyio.lowlevel.checkpoint()

    def _console(self, line: ConsoleLine) -> None:
        self._hooks.console(*line)

    def _death(self, death: WorkerDied) -> None:
        if self._process is not None:
            self._process.closing.set()
            self._end(death.reason)

    def _end(self, reason: str) -> None:
        """Tell the daemon, once."""
        if self._told:
            return
        self._told = True
        if self._process is None:
            self._shell.enter(self._started.reject, JSError(reason))
        else:
            self._shell.enter(self._hooks.death, reason)
