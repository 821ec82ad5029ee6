"""One running machine of a worker, from its start or resumption to its end; on anyio.

A process for the native engine, a thread of ours or of a shared process for others.
"""

from collections.abc import Awaitable
from typing import TYPE_CHECKING

import anyio
import anyio.lowlevel

from engo.captp import JSError, Promise, Resolver
from engo.daemon.outside import Suspension, Usage, WorkerHooks
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

    def __init__(self, worker: AsyncWorker, run: "WorkerRun", shell: "Shell") -> None:
        self._worker = worker
        self._run = run
        self._shell = shell
        self._choked = shell.choked  # those that have much to take yet
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
    def busy(self) -> bool:
        return self._worker.cranks[0] or self._worker.unsent_bytes > 0

    @property
    def pid(self) -> int | None:
        return self._worker.pid

    def usage(self) -> Promise:
        return self._shell.promise(self._usage)

    async def _usage(self) -> Usage:
        status = await self._worker.status()
        return Usage(status.heap, status.meter)

    def suspend(self) -> Promise:
        return self._shell.promise(self._suspend)

    async def _suspend(self) -> Suspension:
        usage = await self._usage()  # after the cranks that are under way
        self._run.told = True  # its end is not news to anybody
        try:
            async with self._shell.suspending:
                state = await self._worker.suspend()
        except BaseException:
            self._run.told = False
            death = self._worker.death
            if death is not None:
                self._run.end(death.reason)
            raise
        self.closing.set()
        return Suspension(state, usage)


class WorkerRun:
    """One process, from the wish for it to its end."""

    def __init__(
        self,
        shell: "Shell",
        hooks: WorkerHooks,
        started: Resolver,
        image: str,
        state: bytes | None,
    ) -> None:
        self._shell = shell
        self._hooks = hooks
        self._started = started
        self._image = image
        self._state = state  # of a suspended machine; None: a new one
        self._process: Process | None = None  # None: it is not running yet
        self._received = 0  # messages
        self.told = False  # that it has ended, or was not started

    async def run(self, engine: str, starting: anyio.Semaphore) -> None:
        """Start a worker, hand out its Process, and see it off."""
        await starting.acquire()
        try:
            await self._run(await self._shell.engines.launcher(engine), starting)
        except (EngoError, OSError) as error:
            self.end(error.reason if isinstance(error, WorkerDied) else str(error))
        except Exception as error:  # a defect; it ends this worker only
            self._shell.log_defect(error)
            self.end(f"by a defect: {error}")
        finally:
            if self._process is None:
                starting.release()

    async def _run(self, launcher: Starter, starting: anyio.Semaphore) -> None:
        async with open_worker(
            image=self._image,
            limits=LIMITS,
            key=self._shell.key,
            launcher=launcher,
            resume=self._state,
            on_captp=self._captp,
            on_console=self._console,
            on_trace=self._hooks.trace,
            on_rejection=self._hooks.rejection,
            on_death=self._death,
        ) as worker:
            self._state = None
            self._process = Process(worker, self, self._shell)
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
            self.end(death.reason)

    def end(self, reason: str) -> None:
        """Tell the daemon, once."""
        if self.told:
            return
        self.told = True
        if self._process is None:
            self._shell.enter(self._started.reject, JSError(reason))
        else:
            self._shell.enter(self._hooks.death, reason)
