"""The blocking worker: for scripts, notebooks and tests; no event loop, no thread.

A thin shell around WorkerCore that moves bytes with plain system calls: one write,
one poll and one read make a round trip. The async twin is `engo.open_worker`.
Not thread-safe, but for `interrupt` and `kill`.
"""

import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from inspect import iscoroutinefunction
from os import PathLike
from typing import Any, BinaryIO, Self

from engo.powers.clock import Clock, SystemClock
from engo.powers.files import replacing
from engo.powers.random import Random, SystemRandom
from engo.powers.spawn import READABLE
from engo.worker.arguments import check_bytes
from engo.worker.batch import Batch
from engo.worker.commands import NO_HANDLER, CommandHandler, answer_bytes, error_text
from engo.worker.core import Starter, WorkerCore, build_of, start_child, status_of
from engo.worker.deaths import death_of_status
from engo.worker.errors import (
    StuckPromise,
    UsageError,
    WorkerClosed,
    WorkerDied,
)
from engo.worker.events import (
    ChunkReceived,
    CommandReceived,
    ConsoleLine,
    RejectionReported,
    WorkerReady,
    WorkerStatus,
)
from engo.worker.handle import Handle
from engo.worker.lane import NOT_PLAIN, READ_BYTES, Lane
from engo.worker.launch import Kind, Launcher, SnapshotSource
from engo.worker.limits import Limits
from engo.worker.protocol import Event
from engo.worker.request import Request
from engo.worker.snapshotfile import HEADER_BYTES, SnapshotWriter
from engo.worker.texts import from_json, json_bytes
from engo.worker.watchdog import GRACE

PIPE_BYTES = 1 << 18
"""How large the pipes of a blocking worker are, where the system allows it."""
_FLUSH_BYTES = 32_768  # submitted requests are written when so many bytes wait
_LOOK_EVERY = 64  # reads between two looks of the watchdog at a busy worker


class Worker:
    """A confined JavaScript machine in a process of its own. A context manager.

    image: `"bare"` (lockdown, console, Compartment) or `"endo"` (also E, Far,
        makeExo, M, CapTP); None: no bootstrap at all and no lockdown, which is
        for making images only.
    limits: what the worker may use.
    snapshot: open from a snapshot (path, bytes or stream) instead of an image.
    key: 32 bytes that authenticate snapshots; None: this user's key file.
    on_call: answers the guest's `issueCommand` and `postCommand`: gets the bytes,
        returns bytes, str or None; the text of what it raises goes to the guest.
    on_console: is called with each ConsoleLine, besides `console`.
    launcher: `"auto"`, `"executable"`, `"reexec"`, or a Launcher to share images.

    Raises LaunchError, SnapshotError, UsageError, or WorkerDied when the worker
    ends before it is ready.
    """

    def __init__(
        self,
        *,
        image: str | None = "bare",
        limits: Limits | None = None,
        snapshot: SnapshotSource | None = None,
        key: bytes | None = None,
        on_call: CommandHandler | None = None,
        on_console: Callable[[ConsoleLine], object] | None = None,
        on_rejection: Callable[[Exception], object] | None = None,
        launcher: Kind | Starter = "auto",
        clock: Clock | None = None,
        random: Random | None = None,
    ) -> None:
        self._closed = True  # until there is something to close
        if iscoroutinefunction(on_call):
            raise UsageError(
                "expected on_call to be a plain function, got a coroutine function; "
                "use engo.open_worker, or a function that returns bytes"
            )
        if isinstance(launcher, str):
            with Launcher(launcher, pipe_bytes=PIPE_BYTES) as own:
                child = start_child(own, image, snapshot, key)
        else:
            child = start_child(launcher, image, snapshot, key)
        clock = clock or SystemClock()
        build = build_of(launcher, image)
        self._core = WorkerCore(child, limits or Limits(), clock, key, build)
        self._protocol = self._core.protocol
        self._child_read = child.read
        self._lane = Lane(child)
        self._now = clock.milliseconds
        self._on_call = on_call
        self._on_console = on_console
        self._on_rejection = on_rejection
        self._sink: Callable[[bytes], object] | None = None  # takes snapshot chunks
        self._events: deque[Event] = deque()  # received and not handled
        self._fence = -1  # how much was sent when the last fence was
        self._submitted: list[Request] = []  # not collected yet
        self._submitted_bytes = 0  # of them, not written yet
        self._closed = False
        try:
            self._core.start(
                random or SystemRandom(),
                image=image is not None or snapshot is not None,
            )
            flushed = self._core.flush()
            while self._core.identity is None:
                self._step(writing=not flushed)
                flushed = self._core.flush()
        except BaseException:
            self._release(None)
            raise

    # Requests

    def evaluate(self, source: str, name: str = "eval") -> Any:
        """Evaluate a program in the guest's compartment; its value.

        `name` is what errors call the source. A promise is awaited. Objects and
        arrays come by way of JSON; undefined and null are None.
        Raises GuestError, StuckPromise, WorkerDied; LocalProtocolError for a
        source over `Limits.message` bytes.
        """
        if name == "eval" and self._is_alone():
            lone = self._protocol.lone_evaluate(source, self._now())
            if lone is not None:
                return self._exchange(*lone)
        self._check()
        return self._finish(self._protocol.evaluate(source, name, self._now()))

    def deliver(self, data: bytes) -> Any:
        """Call the guest's `handleCommand` with an ArrayBuffer; its answer.

        An ArrayBuffer or Uint8Array comes back as bytes. Raises as `evaluate`.
        """
        if self._is_alone():
            lone = self._protocol.lone_deliver(data, self._now())
            if lone is not None:
                return self._exchange(*lone)
        self._check()
        return self._finish(self._protocol.deliver(data, self._now()))

    def deliver_json(self, value: Any) -> Any:
        """`deliver` the value as UTF-8 JSON; bytes that come back are parsed.

        Raises also UsageError for a value that is no JSON, and JsonTooDeep for
        one nested over 500 deep.
        """
        return from_json(self.deliver(json_bytes(value, self._core.limits.message)))

    def submit_evaluate(self, source: str, name: str = "eval") -> Handle:
        """`evaluate` without waiting; see `collect`."""
        self._check()
        return self._submit(
            self._protocol.evaluate(source, name, self._now()), len(source)
        )

    def submit_deliver(self, data: bytes) -> Handle:
        """`deliver` without waiting; see `collect`.

        Small requests are gathered and written together.
        """
        self._check()
        return self._submit(self._protocol.deliver(data, self._now()), len(data))

    def collect(self) -> list[Any]:
        """The values of everything submitted and not collected, in order.

        Waits until all are answered, then raises the first error if there is one;
        each handle's `result` still tells its own.
        """
        self._check()
        submitted, self._submitted = self._submitted, []
        self._submitted_bytes = 0
        for request in submitted:
            self._settle(request)
        return [request.outcome() for request in submitted]

    def deliver_many(self, messages: Iterable[bytes]) -> list[Any]:
        """`deliver` each, all outstanding at once; the answers in order.

        Raises the first error after all are answered.
        """
        self._check()
        messages = [check_bytes(message) for message in messages]
        if not messages:
            return []
        made = self._protocol.deliver_batch(messages, self._now())
        if made is None:
            requests = [self._protocol.deliver(m, self._now()) for m in messages]
        else:
            requests = self._settle_batch(*made)
        for request in requests:
            if isinstance(request, Request):
                self._settle(request)
        return [
            item.outcome() if isinstance(item, Request) else item for item in requests
        ]

    def _settle_batch(self, batch: Batch, parts: Iterator[bytes]) -> list[Any]:
        core = self._core
        for part in parts:
            core.send(part)
        flushed = core.flush()
        reads = 0
        while batch.left:
            self._step(writing=not flushed)
            if self._events or self._protocol.has_outgoing or not flushed:
                self._drain()
                flushed = core.flush()
            reads += 1
            if not reads % _LOOK_EVERY:
                core.look()
        return batch.values

    def status(self, *, collect: bool = False) -> WorkerStatus:
        """Heap in use and computrons; `collect` collects garbage first."""
        self._check()
        return status_of(self._finish(self._protocol.status(collect)))

    def snapshot(
        self, to: str | PathLike[str] | BinaryIO, *, durable: bool = True
    ) -> int:
        """Write a snapshot; the bytes written.

        To a path: under a temporary name, then renamed, so that a whole snapshot
        is there or none; `durable` also makes it outlast a power failure (fsync,
        which takes longer than all the rest). To a binary stream: at its position.
        Promises, closures and compartments survive; requests that are still
        outstanding do not. Raises GuestError when the machine cannot be written.
        """
        self._check()
        writer = self._core.snapshot_writer()
        if not isinstance(to, (str, PathLike)):
            parts: list[bytes] = []
            self._snapshot(writer, parts.append)
            return sum(map(to.write, [writer.header(), *parts]))
        token = SystemRandom().bytes(8).hex()
        with replacing(str(to), token, durable=durable) as stream:
            stream.write(bytes(HEADER_BYTES))
            self._snapshot(writer, stream.write)
            size = stream.tell()
            stream.seek(0)
            stream.write(writer.header())
        return size

    def _snapshot(
        self, writer: SnapshotWriter, write: Callable[[bytes], object]
    ) -> None:
        def sink(part: bytes) -> None:
            writer.update(part)
            write(part)

        self._sink = sink
        try:
            self._finish(self._protocol.snapshot())
        finally:
            self._sink = None

    # What is known without asking

    @property
    def meter(self) -> int:
        """Computrons of the last crank that has ended."""
        return self._protocol.meter

    @property
    def console(self) -> list[ConsoleLine]:
        """The newest console lines, oldest first; see Limits.console_lines."""
        return self._core.console.lines

    @property
    def console_dropped(self) -> int:
        """How many older console lines were dropped."""
        return self._core.console.dropped

    @property
    def pid(self) -> int:
        """The worker's process."""
        return self._core.child.pid

    @property
    def build(self) -> str:
        """The build the worker is of."""
        assert self._core.identity is not None
        return self._core.identity.build

    @property
    def death(self) -> WorkerDied | None:
        """Why the worker has ended, or None."""
        return self._protocol.death

    # The end

    def interrupt(self) -> None:
        """Stop the running crank; the machine ends as WorkerInterrupted.

        May be called from another thread or a signal handler.
        """
        self._core.interrupt()

    def kill(self) -> None:
        """End the process at once; whoever waits gets WorkerDied.

        May be called from another thread.
        """
        if not self._closed:
            self._core.kill(WorkerDied("killed by its owner"))

    def close(self) -> None:
        """Let the worker end, kill it when it does not, free everything.

        Harmless the second time; every other call then raises WorkerClosed.
        """
        if self._closed:
            return
        graceful = self._protocol.death is None and not self._protocol.running
        if graceful:
            self._protocol.exit()
            graceful = self._core.flush()
        self._release(GRACE if graceful else None)

    def _release(self, patience: float | None) -> None:
        self._closed = self._core.closed = True
        if patience is not None:
            self._core.child.reap(patience)
        self._core.child.close()
        self._core.fail_all(
            WorkerClosed("expected an answer, but the worker was closed before it")
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if self._closed:
            return
        if self._protocol.verdict is None:  # neither closed nor killed
            warnings.warn(
                f"{self!r} was not closed; use it in a with statement",
                ResourceWarning,
                stacklevel=2,
            )
        self._release(None)

    # Moving bytes

    def _check(self) -> None:
        if self._closed:
            self._core.check_open()
        if self._protocol.waits_for_reply:
            raise UsageError(
                "expected no request while on_call answers a synchronous command: "
                "the guest's machine stands still until it returns; use postCommand"
            )

    def _submit(self, request: Request, size: int) -> Handle:
        self._submitted.append(request)
        self._submitted_bytes += size
        if self._submitted_bytes > _FLUSH_BYTES:
            self._submitted_bytes = 0
            while not self._core.flush():
                self._step()
        return Handle(self, request)

    def _settle(self, request: Request) -> None:
        core = self._core
        flushed = core.flush()
        reads = 0
        while not request.done:
            if self._events:
                self._drain()
            if request.cranks and self._is_quiet():
                self._check_stuck()
                flushed = core.flush()
            self._step(writing=not flushed)
            if request.done:
                break
            flushed = core.flush()
            reads += 1
            if not reads % _LOOK_EVERY:
                core.look()

    def _is_alone(self) -> bool:
        return (
            self._protocol.alone
            and not self._events
            and not self._core.unsent_bytes
            and not self._closed
        )

    def _exchange(self, number: int, record: bytes) -> Any:
        """A request on the fast lane, or on the general way from where it stuck."""
        lane = self._lane
        try:
            value = lane.exchange(number, record, self._core.watchdog.interval)
            if value is not NOT_PLAIN:
                self._protocol.meter = lane.meter
                return value
        except OSError:  # full or gone; the general way finds out which
            pass
        except BaseException:
            self._abandon(number, record)
            raise
        request = self._protocol.expect(number)
        if lane.sent < len(record):
            self._core.queue(record[lane.sent :])
        if lane.data:
            self._receive(lane.data)
        return self._finish(request)

    def _abandon(self, number: int, record: bytes) -> None:
        """Ctrl-C on the fast lane: harmless in the wait, else the end."""
        if self._lane.sent == len(record) and not self._lane.reading:
            self._protocol.expect(number)
        else:
            self._core.kill(WorkerDied("its owner was interrupted while bytes moved"))

    def _finish(self, request: Request) -> Any:
        self._settle(request)
        return request.outcome()

    def _is_quiet(self) -> bool:
        return not (self._protocol.running or self._protocol.open_commands)

    def _check_stuck(self) -> None:
        """Ask for the status: once it comes, all that was sent before has been done.

        When nothing was sent since the last one, nothing can settle the promise.
        """
        if self._fence == self._protocol.sent:
            self._fence = -1
            raise StuckPromise(
                "expected the promise to settle, but no request and no command is "
                "outstanding; deliver what settles it with submit_evaluate or "
                "submit_deliver before waiting"
            )
        self._protocol.status(collect=False)
        self._fence = self._protocol.sent

    def _step(self, *, writing: bool = False) -> None:
        """Wait for bytes and take them; or let the watchdog look."""
        core = self._core
        ready = core.child.wait(core.watchdog.interval, writing=writing)
        if not ready:
            core.look()
        if ready & READABLE:
            self._read()

    def _read(self) -> None:
        try:
            data = self._child_read(READ_BYTES)
        except BlockingIOError:
            return
        except BaseException:
            self._core.kill(WorkerDied("its owner was interrupted while reading"))
            raise
        if not data:
            self._end()
            return
        self._receive(data)

    def _receive(self, data: bytes) -> None:
        events = self._protocol.receive(data)
        if len(events) == 1 and type(events[0]) is Request:
            return
        if self._protocol.broken:
            self._core.child.kill()
        self._events.extend(event for event in events if type(event) is not Request)
        self._drain()

    def _drain(self) -> None:
        """Handle events in order; what a raising callable leaves is done later."""
        events = self._events
        while events:
            self._take(events.popleft())

    def _take(self, event: Event) -> None:
        if isinstance(event, ConsoleLine):
            self._core.console.add(event)
            if self._on_console is not None:
                self._on_console(event)
        elif isinstance(event, CommandReceived):
            self._answer(event)
        elif isinstance(event, ChunkReceived):
            if self._sink is not None:
                self._sink(event.data)
        elif isinstance(event, WorkerReady):
            self._core.identify(event)
        elif isinstance(event, RejectionReported) and self._on_rejection is not None:
            self._on_rejection(event.error)

    def _answer(self, command: CommandReceived) -> None:
        try:
            if self._on_call is None:
                raise UsageError(NO_HANDLER)
            answer = answer_bytes(self._on_call(command.data))
            self._protocol.reply(command.id, answer, self._now())
        except (KeyboardInterrupt, SystemExit):
            if self._protocol.death is None:
                self._protocol.reply_error(command.id, "interrupted", self._now())
            raise
        except Exception as error:  # its text goes to the guest, whatever it is
            if self._protocol.death is None:
                text = NO_HANDLER if self._on_call is None else error_text(error)
                self._protocol.reply_error(command.id, text, self._now())

    def _end(self) -> None:
        """The link has ended: the process does, or is made to."""
        child = self._core.child
        status = child.reap(GRACE)
        if status is None:
            child.kill()
            status = child.reap(10.0)
        self._protocol.died(death_of_status(status))
        if self._core.identity is None:
            assert self._protocol.death is not None
            raise self._protocol.death.again()
