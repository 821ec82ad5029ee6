"""The blocking worker: for scripts, notebooks and tests; no event loop.

A thin shell around WorkerCore: requests ride the fast lane when nothing else goes
on, else the pump. A thread watches, the owner's thread does everything else. The
async twin is `engo.open_worker`. Not thread-safe, but for `interrupt` and `kill`.
"""

import warnings
from collections.abc import Callable, Iterable
from inspect import iscoroutinefunction
from os import PathLike
from typing import Any, BinaryIO, Self

from engo.powers.clock import Clock, SystemClock
from engo.powers.files import replacing
from engo.powers.random import Random, SystemRandom
from engo.worker.arguments import check_bytes, check_opening, check_sink
from engo.worker.commands import CommandHandler
from engo.worker.core import Starter, WorkerCore, build_of, open_child, status_of
from engo.worker.engines import Engine, Launching
from engo.worker.errors import (
    UsageError,
    WorkerClosed,
    WorkerDied,
)
from engo.worker.events import (
    ConsoleLine,
    WorkerStatus,
)
from engo.worker.facts import WorkerFacts
from engo.worker.handle import Handle
from engo.worker.lane import NOT_PLAIN, NOT_TAKEN, Lane
from engo.worker.launch import Kind, SnapshotSource
from engo.worker.limits import Limits
from engo.worker.pump import Pump
from engo.worker.request import Request
from engo.worker.snapshotfile import HEADER_BYTES, SnapshotWriter
from engo.worker.texts import from_json, json_bytes
from engo.worker.watchdog import GRACE
from engo.worker.watcher import Watcher

PIPE_BYTES = 1 << 18
"""How large the pipes of a blocking worker are, where the system allows it."""
_FLUSH_BYTES = 32_768  # submitted requests are written when so many bytes wait


class Worker(WorkerFacts):
    """A confined JavaScript machine. A context manager.

    image: `"bare"` (lockdown, console, Compartment), `"endo"` (also E, Far,
        makeExo, M, CapTP) or `"endo-intl"` (also Intl); None: no bootstrap
        at all and no lockdown, which is for making images only.
    limits: what the worker may use.
    snapshot: open from a snapshot (path, bytes or stream) instead of an image.
    key: 32 bytes that authenticate snapshots; None: this user's key file.
    on_call: answers the guest's `issueCommand` and `postCommand`: gets the bytes,
        returns bytes, str or None; the text of what it raises goes to the guest.
    on_console: is called with each ConsoleLine, besides `console`.
    on_rejection: is called with each promise's rejection that nobody handled.
    engine: `"native"` (a process), `"wasm"` (WebAssembly in this process) or
        `"wasm-child"` (WebAssembly in a confined process).
    launcher: `"auto"`, `"executable"`, `"reexec"`, or a Launcher, WasmLauncher or
        WasmChildLauncher, which decides the engine and is shared by many workers.
    resume: what `suspend` gave, instead of an image or a snapshot.
    clock, random: where time and the machine's seed come from; None: the system's.

    Raises LaunchError, SnapshotError, UsageError, or WorkerDied when the worker
    ends before it is ready.
    """

    _closed = True  # until there is something to close

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
        engine: Engine = "native",
        launcher: Kind | Starter = "auto",
        resume: bytes | None = None,
        clock: Clock | None = None,
        random: Random | None = None,
    ) -> None:
        check_opening(
            limits,
            key,
            on_call=on_call,
            on_console=on_console,
            on_rejection=on_rejection,
        )
        if iscoroutinefunction(on_call):
            raise UsageError(
                "expected on_call to be a plain function, got a coroutine function; "
                "use engo.open_worker, or a function that returns bytes"
            )
        limits = limits or Limits()
        clock = clock or SystemClock()
        self._launching = Launching(engine, launcher, pipe_bytes=PIPE_BYTES)
        try:
            child, identity = open_child(
                self._launching.starter, image, snapshot, resume, key, limits
            )
        except BaseException:
            self._launching.close()
            raise
        self._launching.started()
        build = None if image is None else build_of(self._launching.starter)
        self._core = WorkerCore(child, limits, clock, key, build)
        self._protocol = self._core.protocol
        self._pump = Pump(self._core, on_call, on_console, on_rejection)
        self._watcher = Watcher(self._core)
        self._lane = Lane(self._core, on_call, self._watcher)
        self._now = clock.milliseconds
        self._submitted: list[Request] = []  # not collected yet
        self._submitted_bytes = 0  # of them, not written yet
        self._closed = False
        try:
            if identity is None:
                self._core.start(
                    random or SystemRandom(),
                    image=image is not None or snapshot is not None,
                )
                self._pump.wait_ready()
            else:
                self._core.resumed(identity)
        except BaseException:
            self._release(None)
            raise

    # Requests

    def evaluate(self, source: str, name: str = "eval") -> Any:
        """Evaluate a program in the guest's compartment; its value.

        `name` is what errors call the source. A promise is awaited. Objects and
        arrays come by way of JSON; undefined and null are None.
        Raises GuestError, StuckPromise, WorkerDied, WorkerClosed, UsageError for
        what is no str; LocalProtocolError for a source over `Limits.message` bytes.
        """
        if name == "eval":
            value = self._lane.evaluate(source)
            if value is NOT_PLAIN:
                return self._pump.finish_lane(self._lane)
            if value is not NOT_TAKEN:
                return value
        self._check()
        return self._pump.finish(self._protocol.evaluate(source, name, self._now()))

    def deliver(self, data: bytes) -> Any:
        """Call the guest's `handleCommand` with an ArrayBuffer; its answer.

        An ArrayBuffer or Uint8Array comes back as bytes. Raises as `evaluate`.
        """
        value = self._lane.deliver(data)
        if value is NOT_PLAIN:
            return self._pump.finish_lane(self._lane)
        if value is not NOT_TAKEN:
            return value
        self._check()
        return self._pump.finish(self._protocol.deliver(data, self._now()))

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
            self._pump.settle(request)
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
            requests = self._pump.settle_batch(*made)
        for request in requests:
            if isinstance(request, Request):
                self._pump.settle(request)
        return [
            item.outcome() if isinstance(item, Request) else item for item in requests
        ]

    def status(self, *, collect: bool = False) -> WorkerStatus:
        """Heap in use and computrons; `collect` collects garbage first."""
        self._check()
        return status_of(self._pump.finish(self._protocol.status(collect)))

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
        check_sink(to)
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

        self._pump.sink = sink
        try:
            self._pump.finish(self._protocol.snapshot())
        finally:
            self._pump.sink = None

    def suspend(self) -> bytes:
        """The machine's whole state, for `resume`; the worker is closed then.

        Only between requests, and only of a WebAssembly engine; what it takes is the
        pages that differ from its image. Raises UsageError.
        """
        self._check()
        state = self._core.suspend()
        self._release(None)
        return state

    # The end

    def interrupt(self) -> None:
        """Stop the running crank, or the next; the machine ends as WorkerInterrupted.

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
        graceful = (
            self._protocol.death is None
            and not self._protocol.running
            and not self._core.child.inherited
        )
        if graceful:
            self._protocol.exit()
            graceful = self._core.flush()
        self._release(GRACE if graceful else None)

    def _release(self, patience: float | None) -> None:
        self._closed = self._core.closed = True
        self._lane.close()
        if not self._core.child.inherited:  # a forked process has no such thread
            self._watcher.close()
        if patience is not None:
            self._core.child.reap(patience)
        self._core.child.close()
        self._launching.close()
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
        self._lane.check_thread()
        self._pump.check_thread()
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
                self._pump.step()
        return Handle(self, request)
