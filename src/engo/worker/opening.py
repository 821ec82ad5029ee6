"""Opening an async worker, and seeing that it is closed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio

from engo.powers.clock import Clock, SystemClock
from engo.powers.random import Random, SystemRandom
from engo.powers.spawn import Child
from engo.worker.arguments import check_opening
from engo.worker.commands import CommandHandler
from engo.worker.core import Starter, WorkerCore, build_of, open_child
from engo.worker.engines import NATIVE, Engine, Launching
from engo.worker.errors import GuestError, WorkerDied
from engo.worker.events import ConsoleLine, WorkerReady
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
    engine: Engine = "native",
    launcher: Kind | Starter = "auto",
    resume: bytes | None = None,
    clock: Clock | None = None,
    random: Random | None = None,
) -> AsyncIterator[AsyncWorker]:
    """Open a worker; `async with engo.open_worker() as worker`. asyncio or trio.

    image, limits, snapshot, key, on_console, engine, launcher, resume: as
        `engo.Worker`.
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
    limits = limits or Limits()
    seeds = random or SystemRandom()
    hooks = Hooks(on_call, on_console, on_captp, on_trace, on_rejection, on_death)
    launching = await _launching(engine, launcher)
    try:
        child, identity = await _open_child(
            launching.starter, image, snapshot, resume, key, limits
        )
        launching.started()
        build = None if image is None else build_of(launching.starter)
        core = WorkerCore(child, limits, clock or SystemClock(), key, build)
        started = image is not None or snapshot is not None
        async with _running(core, hooks, seeds, identity, started) as worker:
            yield worker
    finally:
        launching.close()


async def _launching(engine: Engine, launcher: Kind | Starter) -> Launching:
    """In a thread where code may have to be compiled."""
    if engine == NATIVE or not isinstance(launcher, str):
        return Launching(engine, launcher)
    return await anyio.to_thread.run_sync(Launching, engine, launcher)


async def _open_child(
    starter: Starter,
    image: str | None,
    snapshot: SnapshotSource | None,
    resume: bytes | None,
    key: bytes | None,
    limits: Limits,
) -> tuple[Child, WorkerReady | None]:
    """In a thread where files are read or code may have to be compiled."""
    has = getattr(starter, "has", None)
    at_hand = has is None or (image is not None and has(image))
    if snapshot is None and at_hand:
        return open_child(starter, image, None, resume, key, limits)
    return await anyio.to_thread.run_sync(
        open_child, starter, image, snapshot, resume, key, limits
    )


@asynccontextmanager
async def _running(
    core: WorkerCore,
    hooks: Hooks,
    random: Random,
    identity: WorkerReady | None,
    image: bool,
) -> AsyncIterator[AsyncWorker]:
    """A worker that is ready; its tasks, process and descriptors end with it."""
    failure: BaseException | None = None
    try:
        async with anyio.create_task_group() as tasks:
            worker = AsyncWorker(core, hooks, tasks)
            tasks.start_soon(worker._read)
            try:
                if identity is None:
                    core.start(random, image=image)
                    worker._flush()
                    await worker._started.wait()
                else:
                    core.resumed(identity)
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
