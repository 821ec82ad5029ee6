"""Opening an async worker, and seeing that it is closed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio

from engo.powers.clock import Clock, SystemClock
from engo.powers.random import Random, SystemRandom
from engo.worker.arguments import check_opening
from engo.worker.commands import CommandHandler
from engo.worker.core import Starter, WorkerCore, build_of, start_child
from engo.worker.errors import GuestError, WorkerDied
from engo.worker.events import ConsoleLine
from engo.worker.hooks import Hooks
from engo.worker.launch import Kind, SnapshotSource
from engo.worker.limits import Limits
from engo.worker.waiting import AsyncWorker


@asynccontextmanager
async def open_worker(
    *,
    image: str | None = "bare",
    limits: Limits | None = None,
    snapshot: SnapshotSource | None = None,
    key: bytes | None = None,
    on_call: CommandHandler | None = None,
    on_console: Callable[[ConsoleLine], object] | None = None,
    on_captp: Callable[[bytes], Awaitable[None] | None] | None = None,
    on_trace: Callable[[str, GuestError], object] | None = None,
    on_rejection: Callable[[GuestError], object] | None = None,
    on_death: Callable[[WorkerDied], object] | None = None,
    launcher: Kind | Starter = "auto",
    clock: Clock | None = None,
    random: Random | None = None,
) -> AsyncIterator[AsyncWorker]:
    """Open a worker; `async with engo.open_worker() as worker`. asyncio or trio.

    image, limits, snapshot, key, on_console, launcher: as `engo.Worker`.
    on_call: may be a coroutine function; answers to postCommand then overlap.
    on_captp: takes each captp0 message of the guest; when it is a coroutine
        function no more is read until it returns.
    on_trace: takes the CapTP error id and the error behind it.
    on_rejection: takes promises' rejections that nobody handled.
    on_death: is called once when the worker has ended, however it did.

    The hooks run in the worker's own task and must not block; one that raises
    ends the worker. Leaving the block closes the worker, also when cancelled.
    Raises LaunchError, SnapshotError, UsageError, or WorkerDied when the worker
    ends before it is ready.
    """
    check_opening(
        limits,
        key,
        on_call=on_call,
        on_console=on_console,
        on_captp=on_captp,
        on_trace=on_trace,
        on_rejection=on_rejection,
        on_death=on_death,
    )
    if snapshot is None:
        child = start_child(launcher, image, None, key)
    else:
        child = await anyio.to_thread.run_sync(
            start_child, launcher, image, snapshot, key
        )
    build = build_of(launcher, image)
    core = WorkerCore(child, limits or Limits(), clock or SystemClock(), key, build)
    hooks = Hooks(on_call, on_console, on_captp, on_trace, on_rejection, on_death)
    seeds = random or SystemRandom()
    async with _running(
        core, hooks, seeds, image is not None or snapshot is not None
    ) as worker:
        yield worker


@asynccontextmanager
async def _running(
    core: WorkerCore, hooks: Hooks, random: Random, image: bool
) -> AsyncIterator[AsyncWorker]:
    """A worker that is ready; its tasks, process and descriptors end with it."""
    failure: BaseException | None = None
    try:
        async with anyio.create_task_group() as tasks:
            worker = AsyncWorker(core, hooks, tasks)
            tasks.start_soon(worker._read)
            try:
                core.start(random, image=image)
                worker._flush()
                await worker._started.wait()
                if worker.death is not None:
                    raise worker.death.again()
                yield worker
            except anyio.get_cancelled_exc_class():
                raise
            except BaseException as error:
                failure = error  # kept out of the task group, which would wrap it
            finally:
                with anyio.CancelScope(shield=True):
                    await worker.close()
                tasks.cancel_scope.cancel()
    finally:
        core.child.close()
    if failure is not None:
        raise failure
