"""The async worker: for the daemon and for async programs, on asyncio and trio.

A thin shell around WorkerCore. One task reads; writing is done by whoever sends,
and by a task of its own only while the pipe is full; a task watches only while
the machine is busy. An idle worker costs one waiting task.
"""

from collections.abc import Awaitable
from contextvars import ContextVar
from inspect import isawaitable, iscoroutinefunction
from os import PathLike
from threading import get_ident
from typing import Any, BinaryIO

import anyio
from anyio.abc import TaskGroup

from engo.frames.json_guard import check_json
from engo.powers.files import replacing
from engo.powers.random import SystemRandom
from engo.worker.arguments import check_bytes, check_sink, check_str
from engo.worker.commands import NO_HANDLER, CommandHandler, answer_bytes, error_text
from engo.worker.core import WorkerCore, status_of
from engo.worker.deaths import death_of_child
from engo.worker.errors import OTHER_LOOP, UsageError, WorkerClosed, WorkerDied
from engo.worker.events import (
    CapTPReceived,
    ChunkReceived,
    CommandReceived,
    ConsoleLine,
    ErrorTraced,
    RejectionReported,
    WorkerReady,
    WorkerStatus,
)
from engo.worker.facts import WorkerFacts
from engo.worker.hooks import Hooks
from engo.worker.protocol import Event
from engo.worker.request import Request
from engo.worker.texts import from_json, json_bytes
from engo.worker.watchdog import GRACE, Verdict

READ_BYTES = 65_536
"""How much is read at a time, at most."""
_READ_LEAST = 4_096  # bytes; handling 64 KiB of short lines takes a tenth of a second
_READ_FIRST = 16_384
_TURN = 0.01  # seconds of reading in a row before other tasks get a turn
_CLOCK_STEP = 1.0  # milliseconds that pass before a captp message sets the clock


class AsyncWorker(WorkerFacts):
    """A confined JavaScript machine in a process of its own; see `open_worker`.

    Any number of tasks may have requests outstanding; the machine runs them in
    the order they were made. A cancelled request goes on in the machine, its
    answer is dropped.
    """

    def __init__(self, core: WorkerCore, hooks: Hooks, tasks: TaskGroup) -> None:
        self._core = core
        self._protocol = core.protocol
        self._hooks = hooks
        self._tasks = tasks
        self._thread = get_ident()  # the one whose event loop runs the tasks
        self._call_waits = iscoroutinefunction(hooks.call)
        self._now = core.clock.milliseconds
        self._sinks: dict[int, list[bytes]] = {}  # chunks by snapshot request
        self._ended = anyio.Event()  # the process is reaped, everyone told
        self._started = anyio.Event()  # `ready` came, or the process ended
        self._suspending = False  # its state is being taken
        self._watching = False  # a watching task exists
        self._writing = False  # a writing task exists
        self._drained = anyio.Event()  # set when nothing is unsent any more
        self._clock_sent = 0.0  # the machine's clock as last set over captp
        self._answering: ContextVar[bool] = ContextVar("answering", default=False)

    # Requests

    async def evaluate(self, source: str, name: str = "eval") -> Any:
        """Evaluate a program in the guest's compartment; its value.

        `name` is what errors call the source. A promise is awaited, if need be
        for ever. Objects and arrays come by way of JSON; undefined is None.
        Raises GuestError, WorkerDied, WorkerClosed; LocalProtocolError for a
        source over `Limits.message` bytes, UsageError when the backlog is full.
        """
        check_str(source, "source")
        self._check(len(source))
        return await self._finish(self._protocol.evaluate(source, name, self._now()))

    async def deliver(self, data: bytes) -> Any:
        """Call the guest's `handleCommand` with an ArrayBuffer; its answer.

        An ArrayBuffer or Uint8Array comes back as bytes. Raises as `evaluate`.
        """
        data = check_bytes(data)
        self._check(len(data))
        return await self._finish(self._protocol.deliver(data, self._now()))

    async def deliver_json(self, value: Any) -> Any:
        """`deliver` the value as UTF-8 JSON; bytes that come back are parsed.

        Raises also UsageError for a value that is no JSON, and JsonTooDeep for
        one nested over 500 deep.
        """
        data = json_bytes(value, self._core.limits.message)
        return from_json(await self.deliver(data))

    def send_captp(self, *messages: bytes) -> None:
        """Send captp0 messages (UTF-8 JSON, no netstring); does not wait.

        Raises JsonTooDeep or JsonTooLong, UsageError when `Limits.backlog` bytes
        wait already (`await drain()` first), WorkerDied, WorkerClosed; those
        before the one that cannot be sent are sent.
        """
        now = self._now()
        try:
            for message in messages:
                self._check(len(message))
                check_json(message, limit=self._core.limits.message)
                if now - self._clock_sent >= _CLOCK_STEP:
                    self._clock_sent = now
                    self._protocol.clock(now)
                self._protocol.captp(message)
        finally:
            if self._protocol.has_outgoing:
                self._flush()

    async def drain(self) -> None:
        """Wait until the worker has taken all that was sent, or has ended."""
        while self._core.unsent_bytes and not self._ended.is_set():
            await self._drained.wait()

    async def status(self, *, collect: bool = False) -> WorkerStatus:
        """Heap in use and computrons; `collect` collects garbage first."""
        self._check(0)
        return status_of(await self._finish(self._protocol.status(collect)))

    async def snapshot(
        self, to: str | PathLike[str] | BinaryIO, *, durable: bool = True
    ) -> int:
        """Write a snapshot; the bytes written. As `engo.Worker.snapshot`.

        Writing happens in a thread. Raises GuestError when the machine cannot be
        written.
        """
        check_sink(to)
        self._check(0)
        writer = self._core.snapshot_writer()
        request = self._protocol.snapshot()
        parts = self._sinks[request.id] = []
        try:
            await self._finish(request)
        finally:
            self._sinks.pop(request.id, None)

        def write() -> int:
            for part in parts:
                writer.update(part)
            header = writer.header()
            if not isinstance(to, (str, PathLike)):
                return sum(map(to.write, [header, *parts]))
            token = SystemRandom().bytes(8).hex()
            with replacing(str(to), token, durable=durable) as stream:
                return sum(map(stream.write, [header, *parts]))

        return await anyio.to_thread.run_sync(write)

    async def suspend(self) -> bytes:
        """The machine's whole state, for `open_worker(resume=...)`; it is closed then.

        Only while no request is outstanding, and only of a WebAssembly engine. CapTP
        messages that came are handed out before; sending meanwhile raises
        UsageError. `on_death` is not called. When this raises, the worker goes on.
        """
        self._check(0)
        self._core.check_suspendable()
        self._suspending = True
        try:
            state = await anyio.to_thread.run_sync(self._core.suspend)
            self._core.closed = True
        finally:
            self._suspending = False
        self._core.child.kill()
        await self._ended.wait()
        return state

    # What is known without asking

    @property
    def cranks(self) -> tuple[bool, int]:
        """Whether a crank is running, and how many have begun; (False, 0) after
        the end. Costs no message."""
        return (False, 0) if self._ended.is_set() else self._core.cranks

    @property
    def unsent_bytes(self) -> int:
        """Bytes that the worker has not taken yet."""
        return self._core.unsent_bytes

    # The end

    def interrupt(self) -> None:
        """Stop the running crank, or the next; the machine ends with it."""
        self._core.interrupt()

    def kill(self, reason: str = "killed by its owner") -> None:
        """End the process at once; whoever waits gets WorkerDied(reason)."""
        if not self._core.closed:
            self._core.kill(WorkerDied(reason))

    async def close(self) -> None:
        """Let the worker end, kill it when it does not within 300 ms.

        Harmless the second time; every other call then raises WorkerClosed.
        """
        core = self._core
        if not core.closed:
            core.closed = True
            if self._protocol.death is None and not self._protocol.running:
                self._protocol.exit()
                if core.flush():
                    with anyio.move_on_after(GRACE):
                        await self._ended.wait()
            core.child.kill()
        await self._ended.wait()

    async def wait_ended(self) -> WorkerDied:
        """Wait until the worker has ended; why it did."""
        await self._ended.wait()
        assert self._protocol.death is not None
        return self._protocol.death

    # Inside: sending

    def _check(self, size: int) -> None:
        self._core.check_open()
        if self._suspending:
            raise UsageError("expected no request while the worker is being suspended")
        if self._thread != get_ident():
            raise UsageError(OTHER_LOOP)
        self._core.check_backlog(size)
        if self._answering.get():
            raise UsageError(
                "expected no request while on_call answers a synchronous command: "
                "the guest's machine stands still until it returns; use postCommand"
            )

    async def _finish(self, request: Request) -> Any:
        self._flush()
        if not request.done:
            settled = anyio.Event()
            request.on_done = settled.set
            await settled.wait()
        return request.outcome()

    def _flush(self) -> None:
        """Write; what the pipe does not take is written by a task."""
        if not self._core.flush() and not self._writing:
            self._writing = True
            self._drained = anyio.Event()
            self._tasks.start_soon(self._write)
        if not self._watching:
            self._watching = True
            self._tasks.start_soon(self._watch)

    async def _write(self) -> None:
        try:
            while not self._ended.is_set() and not self._core.flush():
                await self._core.child.wait_writable()
        except (OSError, anyio.ClosedResourceError):
            pass  # the worker has ended; the reader tells everyone
        finally:
            self._writing = False
            self._drained.set()

    async def _watch(self) -> None:
        core = self._core
        try:
            while not self._ended.is_set():
                await core.clock.sleep(core.watchdog.interval)
                if self._ended.is_set():
                    return
                idle = core.look() is Verdict.REST
                if idle and not core.unsent_bytes and not self._protocol.running:
                    return
        finally:
            self._watching = False

    # Inside: receiving

    async def _read(self) -> None:
        """Read until the link ends, then see to the process."""
        child, monotonic = self._core.child, self._core.clock.monotonic
        begun = then = monotonic()
        size = _READ_FIRST
        try:
            while True:
                try:
                    data = child.read(size)
                except BlockingIOError:
                    await child.wait_readable()
                    begun = then = monotonic()
                    continue
                if not data or not await self._receive(data):
                    break
                now = monotonic()
                size = _next_size(size, len(data), now - then)
                then = now
                if now - begun >= _TURN:
                    await anyio.lowlevel.checkpoint()
                    begun = then = monotonic()
        finally:
            with anyio.CancelScope(shield=True):
                await self._end()

    async def _receive(self, data: bytes) -> bool:
        """Handle what came; False when the worker must end."""
        events = iter(self._protocol.receive(data))
        for event in events:
            if type(event) is Request:
                event.tell()
                continue
            try:
                waiting = self._take(event)
                if waiting is not None:
                    await waiting
            except Exception as error:  # a bug of the owner's; it ends this worker
                death = WorkerDied(f"its owner's callable raised {error_text(error)}")
                death.__cause__ = error
                self._core.kill(death)
                for answered in events:  # those that came with it
                    if type(answered) is Request:
                        answered.tell()
                return False
        if self._protocol.broken:
            return False
        self._flush_replies()
        return True

    def _flush_replies(self) -> None:
        if self._protocol.has_outgoing:
            self._flush()

    def _take(self, event: Event) -> Awaitable[Any] | None:
        hooks = self._hooks
        if isinstance(event, CapTPReceived):
            if hooks.captp is not None:
                waiting = hooks.captp(event.data)
                return waiting if isawaitable(waiting) else None
        elif isinstance(event, ConsoleLine):
            self._core.console.add(event)
            if hooks.console is not None:
                hooks.console(event)
        elif isinstance(event, CommandReceived):
            self._answer(event)
        elif isinstance(event, ChunkReceived):
            parts = self._sinks.get(event.id)
            if parts is not None:
                parts.append(event.data)
        elif isinstance(event, WorkerReady):
            self._core.identify(event)
            if self._core.identity is not None:
                self._started.set()
        elif isinstance(event, ErrorTraced):
            if hooks.trace is not None:
                hooks.trace(event.error_id, event.error)
        elif isinstance(event, RejectionReported) and hooks.rejection is not None:
            hooks.rejection(event.error)
        return None

    def _answer(self, command: CommandReceived) -> None:
        try:
            if self._hooks.call is None:
                raise UsageError(NO_HANDLER)
            if self._call_waits:
                self._tasks.start_soon(self._answer_later, command, self._hooks.call)
                return
            self._reply(command, self._hooks.call(command.data))
        except Exception as error:  # its text goes to the guest, whatever it is
            self._reply_error(command, error)

    async def _answer_later(
        self, command: CommandReceived, call: CommandHandler
    ) -> None:
        self._answering.set(command.sync)
        try:
            answer = call(command.data)
            self._reply(command, await answer if isawaitable(answer) else answer)
        except Exception as error:  # its text goes to the guest, whatever it is
            self._reply_error(command, error)
        if self._protocol.death is None:
            self._flush()

    def _reply(self, command: CommandReceived, answer: object) -> None:
        if self._protocol.death is None:
            self._protocol.reply(command.id, answer_bytes(answer), self._now())

    def _reply_error(self, command: CommandReceived, error: Exception) -> None:
        if self._protocol.death is None:
            text = NO_HANDLER if self._hooks.call is None else error_text(error)
            self._protocol.reply_error(command.id, text, self._now())

    async def _end(self) -> None:
        """See the process off, then tell everyone."""
        child = self._core.child
        if self._protocol.broken:
            child.kill()
        with anyio.move_on_after(GRACE) as waiting:
            await child.wait_exited()
        if waiting.cancelled_caught:
            child.kill()
            await child.wait_exited()
        death = death_of_child(child, child.reap(0))
        if self._core.closed:
            failed = self._core.fail_all(
                WorkerClosed("expected an answer, but the worker was closed before it")
            )
        else:
            failed = self._protocol.died(death)
        child.close()
        self._ended.set()
        self._started.set()
        self._drained.set()
        for request in failed:
            request.tell()
        if self._hooks.death is not None and self._protocol.death is not None:
            self._hooks.death(self._protocol.death)


def _next_size(size: int, taken: int, seconds: float) -> int:
    """How much to read next, so that handling it leaves others their turns."""
    if seconds > _TURN:
        return max(_READ_LEAST, size // 2)
    if taken == size and seconds < _TURN / 4:
        return min(READ_BYTES, size * 2)
    return size
