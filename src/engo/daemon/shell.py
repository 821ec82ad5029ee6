"""The daemon's outside on anyio: threads, timers, the group commit, workers.

Whatever comes in ends with `wake`: the turns run, then what they produced is written.
"""

from collections.abc import Awaitable, Callable
from traceback import format_exception
from typing import Any, Protocol

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup

from engo.captp import Promise, Resolver, Turns, make_promise
from engo.daemon.engines import Engines
from engo.daemon.outside import Flushable, WorkerHooks
from engo.daemon.processes import Process, WorkerRun
from engo.daemon.suspendedfiles import SuspendedFiles
from engo.daemon.workerlog import WorkerLogs
from engo.store.database import Database, Done, Failed, Operation, Outcome

MAX_GROUP = 256
"""Operations committed together."""
MAX_STARTING = 8
"""Workers that start at the same time; more would only slow each other down."""

MAX_SUSPENDING = 4
"""States taken at the same time: each is a thread's work and some copies."""


class Random(Protocol):
    def bytes(self, size: int, /) -> bytes: ...


class Log(Protocol):
    def write(self, text: str, /) -> None: ...


class Shell:
    """Runs a daemon's turns; its body to the world (`engo.daemon.outside.Outside`)."""

    def __init__(
        self,
        tasks: TaskGroup,
        database: Database,
        engines: Engines,
        random: Random,
        log: Log,
        logs: WorkerLogs,
        suspended: SuspendedFiles,
        key: bytes,
    ) -> None:
        self.turns = Turns(on_ready=self._schedule)
        self.stopping = anyio.Event()  # somebody wants the daemon to end
        self.tasks = tasks
        self._database = database
        self.engines = engines
        self.key = key  # that suspended machines are checked with
        self._random = random
        self._log = log
        self._logs = logs
        self._suspended = suspended
        self._forgotten: list[str] = []  # files to be removed, in turn
        self.choked: set[Process] = set()  # to which the last to enter sent too much
        self._starting = anyio.Semaphore(MAX_STARTING)
        self.suspending = anyio.Semaphore(MAX_SUSPENDING)
        self._flushable: dict[Flushable, None] = {}  # in the order in which they came
        self._scheduled = False  # a task will wake
        self._inside = False  # the turns are being run, or will be right away
        # To be committed; None: only wants to know when those before it are.
        self._queue: list[tuple[Operation | None, Resolver]] = []
        self._committing = False  # a task empties the queue
        self._applying = False  # a group is on its way to the disk

    # ---- turns

    def enter(self, callback: Callable[..., object], *args: object) -> None:
        """Call in from outside, then run what that has caused.

        What the callback raises comes out after that.
        """
        self._inside = True
        try:
            callback(*args)
        finally:
            self.wake()

    def wake(self) -> None:
        """Run the turns and write what they produced, until both are done."""
        self._inside = True
        while True:
            self.contain(self.turns.run)
            if self.turns.waiting:
                continue  # one has failed, those behind it go on
            if not self._flushable:
                break
            flushable, self._flushable = self._flushable, {}
            for each in flushable:
                self.contain(each.flush)
        self._inside = False

    def contain(self, callback: Callable[[], object]) -> None:
        """Call it; a defect of ours is logged and ends nothing else."""
        try:
            callback()
        except Exception as error:  # any that comes here is a defect
            self.log_defect(error)

    def log_defect(self, error: BaseException) -> None:
        self._log.write(f"defect: {''.join(format_exception(error))}")

    def _schedule(self) -> None:
        """Somebody has something to do, and nobody runs the turns."""
        if not self._inside and not self._scheduled:
            self._scheduled = True
            self.tasks.start_soon(self._wake_soon)

    async def _wake_soon(self) -> None:
        self._scheduled = False
        self.wake()

    def flush_later(self, flushable: Flushable) -> None:
        self._flushable[flushable] = None
        self._schedule()

    # ---- time and threads

    def now(self) -> float:
        return anyio.current_time()

    def later(
        self, seconds: float, callback: Callable[[], object]
    ) -> Callable[[], None]:
        scope = anyio.CancelScope()

        async def wait() -> None:
            with scope:
                await anyio.sleep(seconds)
                self.enter(callback)

        self.tasks.start_soon(wait)
        return scope.cancel

    def run(self, function: Callable[..., Any], /, *args: Any) -> Promise:
        return self.promise(anyio.to_thread.run_sync, function, *args)

    def promise(self, wait: Callable[..., Awaitable[Any]], /, *args: Any) -> Promise:
        """What a coroutine function returns, run in a task of its own."""
        promise, resolver = make_promise(self.turns)

        async def work() -> None:
            try:
                value = await wait(*args)
            except Exception as error:  # it becomes the answer
                self.enter(resolver.reject, error)
            else:
                self.enter(resolver.resolve, value)

        self.tasks.start_soon(work)
        return promise

    # ---- the group commit

    @property
    def writes_pending(self) -> bool:
        return self._applying or bool(self._queue)

    def writes_settled(self) -> Promise:
        return self._enqueue(None)

    def commit(self, operation: Operation) -> Promise:
        return self._enqueue(operation)

    def _enqueue(self, operation: Operation | None) -> Promise:
        promise, resolver = make_promise(self.turns)
        self._queue.append((operation, resolver))
        if not self._committing:
            self._committing = True
            self.tasks.start_soon(self._commit)
        return promise

    async def _commit(self) -> None:
        """Commit group after group until none is left."""
        with anyio.CancelScope(shield=True):
            while self._queue:
                group = self._next_group()
                operations = [operation for operation, _ in group if operation]
                self.enter(_settle, group, await self._apply(operations))
            self._committing = False

    def _next_group(self) -> list[tuple[Operation | None, Resolver]]:
        """Operations, and those who wait for them; what these read is not changed
        by operations after them."""
        size = 0
        waited = False
        for operation, _ in self._queue[:MAX_GROUP]:
            if operation is not None and waited:
                break
            waited = operation is None
            size += 1
        group, self._queue = self._queue[:size], self._queue[size:]
        return group

    async def _apply(self, operations: list[Operation]) -> list[Outcome]:
        if not operations:
            return []
        self._applying = True
        try:
            return await anyio.to_thread.run_sync(self._database.apply, operations)
        finally:
            self._applying = False

    # ---- workers

    def start_worker(
        self, hooks: WorkerHooks, engine: str, image: str, state: bytes | None
    ) -> Promise:
        promise, resolver = make_promise(self.turns)
        run = WorkerRun(self, hooks, resolver, image, state)
        self.tasks.start_soon(run.run, engine, self._starting)
        return promise

    def keep_suspended(self, name: str, state: bytes, tables: bytes) -> Promise:
        return self.run(self._suspended.keep, name, state, tables)

    def take_suspended(self, name: str) -> Promise:
        return self.run(self._suspended.take, name)

    def forget_suspended(self, name: str) -> None:
        self._forgotten.append(name)
        if len(self._forgotten) == 1:
            self.tasks.start_soon(self._remove_forgotten)

    async def _remove_forgotten(self) -> None:
        while self._forgotten:
            some = self._forgotten[:MAX_GROUP]
            await anyio.to_thread.run_sync(self._suspended.forget, *some)
            del self._forgotten[: len(some)]

    async def sweep(self) -> None:
        """Remove by and by what an earlier daemon has left."""
        while await anyio.to_thread.run_sync(self._suspended.sweep):
            pass

    def append(self, log: str, data: bytes) -> None:
        self._logs.append(log, data)
        self.flush_later(self._logs)

    def forget_worker(self, number: str) -> None:
        self._logs.forget(number)

    # ---- the rest

    def random(self, size: int) -> bytes:
        return self._random.bytes(size)

    def log(self, text: str) -> None:
        self._log.write(text)

    def stop(self) -> None:
        self.stopping.set()


def _settle(
    group: list[tuple[Operation | None, Resolver]], outcomes: list[Outcome]
) -> None:
    """Tell everyone of a group what has become of it, in order."""
    coming = iter(outcomes)
    for operation, resolver in group:
        outcome = Done(None) if operation is None else next(coming)
        if isinstance(outcome, Failed):
            resolver.reject(outcome.error)
        else:
            resolver.resolve(outcome.value)
