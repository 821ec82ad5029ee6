"""One incarnation of a worker: its machine, its session, and its rests between.

absent ──first use──► starting ──► running ──idle, or asked──► suspending
                          ▲           ▲ └─────── failed ───────────┘ │
                          │           └───────── resumed             ▼
                          └──────────────── a message ────────── suspended
any ──cancelled, died, removed──► ended (the worker's next use makes another one)

The session lives through all of it, so that nobody who holds a value of the worker
notices a rest; its tables are written beside the machine all the same.
"""

from typing import TYPE_CHECKING

from engo.captp import (
    Far,
    JSError,
    Promise,
    RemoteProtocolError,
    Resolver,
    Session,
    make_promise,
)
from engo.captp.carrying import tables_text
from engo.daemon.outside import Body, Suspension, Usage
from engo.formula.engines import NATIVE
from engo.formula.ids import FormulaId, split_id
from engo.worker.errors import EngoError, GuestError

if TYPE_CHECKING:
    from engo.daemon.node import Daemon

ABSENT, STARTING, RUNNING = "absent", "starting", "running"
SUSPENDING, SUSPENDED, ENDED = "suspending", "suspended", "ended"
IDLE = "idle"
"""What a worker that runs is called while no crank does."""


class WorkerEnded(JSError):
    """What waits on a worker when its machine ends."""


class Incarnation:
    """A worker's machines, one after another, with one session."""

    def __init__(self, daemon: "Daemon", worker: FormulaId) -> None:
        self._daemon = daemon
        self.worker = worker
        self.number = split_id(worker)[0]
        self.engine = daemon.engine_of(worker)
        self.image = daemon.image_of(worker)
        self.phase = ABSENT
        self.usage: Usage | None = None  # as it was last told
        self.active_at = daemon.outside.now()  # when it last did something
        self._body: Body | None = None  # while running or suspending
        self._facet: Promise | None = None  # None: not started
        self._rests = 0
        self._file: str | None = None  # what its suspended state is kept under
        self._suspending: tuple[Promise, Resolver] | None = None  # for who asked
        self._resuming: tuple[Promise, Resolver] | None = None
        self._asking: Promise | None = None  # the usage that was asked for
        self._sent = 0  # messages given to the machine: each becomes a crank
        self._expected: dict[bytes, FormulaId] = {}  # evaluations not sent yet
        self._cranks: dict[FormulaId, int] = {}  # the cranks of those that were
        self._session = Session(
            f"Worker {self.number}",
            Far("EndoDaemonFacetForWorker"),
            turns=daemon.turns,
            gc_imports=True,
            on_error_sent=daemon.traces.sent_to_worker,
            on_problem=self._problem,
            on_outgoing=self._on_outgoing,
        )

    def facet(self) -> Promise:
        """The object that evaluates; starts the machine when there is none."""
        if self._facet is None:
            self._facet = self._session.bootstrap()
            self._start(None)
        return self._facet

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return None if self._body is None else self._body.pid

    @property
    def state(self) -> str:
        """The phase for people: a worker that runs may be idle."""
        if self.phase == SUSPENDING or (self.phase == RUNNING and not self.busy):
            return IDLE
        return self.phase

    @property
    def busy(self) -> bool:
        """Whether it runs and has something to do, to take or to be told."""
        body = self._body
        return body is not None and (body.busy or self._session.has_messages)

    def ask_usage(self) -> Promise:
        """The usage, asked of the machine when it runs and is not busy."""
        if self.phase == RUNNING and not self.busy and self._asking is None:
            assert self._body is not None
            self._asking = self._body.usage()
            self._asking.when(self._told_usage, self._told_nothing)
        if self._asking is None:
            return self._daemon.turns.resolved(self.usage)
        return self._asking.then(None, lambda _: self.usage)

    def _told_usage(self, usage: Usage) -> None:
        self._asking = None
        self.usage = usage

    def _told_nothing(self, _: BaseException) -> None:
        self._asking = None

    def end(self, reason: BaseException) -> None:
        """End it; what waits on it is rejected with the reason."""
        if self.phase == ENDED:
            return
        self.phase = ENDED
        self._daemon.workers.ended(self)
        self._session.connection_lost(reason)
        self._drop_body()
        self._forget_file()
        self._not_suspended(reason)
        if self._resuming is not None:
            self._resuming[1].reject(reason)

    def _drop_body(self) -> None:
        body, self._body = self._body, None
        if body is not None:
            body.close()

    def _forget_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            self._daemon.outside.forget_suspended(file)

    # ---- cranks: each message is one

    def watch(self, evaluation: FormulaId) -> None:
        """Take note of the crank in which this evaluation begins."""
        self._expected[evaluation.encode()] = evaluation

    def unwatch(self, evaluation: FormulaId) -> None:
        """It has been answered, or is of no interest any more."""
        self._expected.pop(evaluation.encode(), None)
        self._cranks.pop(evaluation, None)

    def _note_crank(self, message: bytes) -> None:
        for text, evaluation in self._expected.items():
            if text in message:
                del self._expected[text]
                self._cranks[evaluation] = self._sent
                return

    def interrupt_crank(self, evaluation: FormulaId) -> None:
        """End the machine when it is still in the crank of this evaluation."""
        crank = self._cranks.get(evaluation)
        self.unwatch(evaluation)
        if self._body is None or crank is None:
            return
        running, cranks = self._body.cranks
        if running and cranks == crank:
            self._daemon.outside.log(
                f"worker {self.number[:16]} is interrupted: the evaluation it is "
                "stuck in was cancelled"
            )
            self._body.interrupt()

    # ---- the machine

    def _start(self, state: bytes | None) -> None:
        self.phase = STARTING
        started = self._daemon.outside.start_worker(
            self, self.engine, self.image, state
        )
        what = "resumed" if state is not None else "started"
        started.when(
            self._started,
            lambda error: self._fall(f"could not be {what}: {error}", ""),
        )

    def _started(self, body: Body) -> None:
        if self.phase == ENDED:
            body.close()
            return
        self.phase = RUNNING
        self._body = body
        self._cranks.clear()  # those that a rest came between have ended
        self._sent = body.cranks[1]
        self.active_at = self._daemon.outside.now()
        self._daemon.workers.runs(self)
        self.flush()
        self._resumed()
        if self._suspending is not None:  # somebody asked meanwhile
            self._begin_to_suspend()

    def _resumed(self) -> None:
        waiting, self._resuming = self._resuming, None
        if waiting is not None:
            waiting[1].resolve(None)

    def _on_outgoing(self) -> None:
        self._daemon.outside.flush_later(self)

    def flush(self) -> None:
        if self.phase == SUSPENDED and self._session.has_messages:
            self._take()
        if self.phase != RUNNING:
            return  # `_started` or `_rested` flush
        messages = self._session.take_outgoing()
        for message in messages:
            self._sent += 1
            if self._expected:
                self._note_crank(message)
        self._send(messages)

    def _send(self, messages: list[bytes]) -> None:
        assert self._body is not None
        self.active_at = self._daemon.outside.now()
        try:
            self._body.send_captp(messages)
        except EngoError as error:
            self._fall(f"has ended: {error}")

    # ---- rests

    def suspend(self) -> Promise:
        """Fulfilled once it is suspended; rejected when it goes on, with why."""
        turns = self._daemon.turns
        if self.phase == SUSPENDED:
            return turns.resolved(None)
        if self._suspending is not None:
            return self._suspending[0]
        if self.engine == NATIVE:
            return turns.rejected(cannot_be_suspended(self.engine))
        if self.phase == ABSENT:
            return turns.rejected(absent())
        self._suspending = make_promise(turns)
        promise = self._suspending[0]
        if self.phase == RUNNING:
            self._begin_to_suspend()
        return promise

    def _begin_to_suspend(self) -> None:
        self.flush()  # drops, which would not wake it
        if self._body is not None:  # it could be told
            self.phase = SUSPENDING
            self._body.suspend().when(self._rested, self._goes_on)

    def _goes_on(self, error: BaseException) -> None:
        """It was not suspended."""
        if self.phase == ENDED:
            return
        self.phase = RUNNING
        self.active_at = self._daemon.outside.now()
        self._not_suspended(error)
        self._resumed()
        self.flush()

    def _rested(self, suspension: Suspension) -> None:
        """The machine is in our hands, and nowhere else yet."""
        if self.phase == ENDED:
            return
        self._body = None
        self._daemon.workers.rests(self)
        self.usage = suspension.usage
        state = suspension.state
        if self._session.has_messages or self._resuming is not None:
            self._suspended()
            self._start(state)
            return
        self._rests += 1
        self._file = f"{self.number}.{self._rests}"
        tables = tables_text(self._session, self._name_of)
        kept = self._daemon.outside.keep_suspended(self._file, state, tables)
        kept.when(
            lambda _: self._kept(),
            lambda error: self._not_kept(error, state),
        )

    def _kept(self) -> None:
        if self.phase == ENDED:  # and forgotten, perhaps before it was written
            self._daemon.outside.forget_suspended(f"{self.number}.{self._rests}")
            return
        self.phase = SUSPENDED
        self._suspended()
        if self._resuming is not None:
            self._take()
        self.flush()

    def _not_kept(self, error: BaseException, state: bytes) -> None:
        if self.phase == ENDED:
            return
        text = f"could not be suspended: {error}"
        self._daemon.outside.log(f"worker {self.number[:16]} {text}")
        self._file = None
        self._not_suspended(JSError(f"the worker {text}"))
        self._start(state)

    def resume(self) -> Promise:
        """Fulfilled once it runs; rejected when it cannot."""
        turns = self._daemon.turns
        if self._resuming is not None:
            return self._resuming[0]
        if self.engine == NATIVE:
            return turns.rejected(cannot_be_suspended(self.engine))
        if self.phase == ABSENT:
            return turns.rejected(absent())
        if self.phase == RUNNING:
            return turns.resolved(None)
        self._resuming = make_promise(turns)
        promise = self._resuming[0]
        if self.phase == SUSPENDED:
            self._take()
        return promise

    def _take(self) -> None:
        """Start from the file."""
        self.phase = STARTING
        assert self._file is not None
        taken = self._daemon.outside.take_suspended(self._file)
        self._file = None
        taken.when(
            self._taken, lambda error: self._fall(f"could not be resumed: {error}", "")
        )

    def _taken(self, state: bytes) -> None:
        if self.phase != ENDED:
            self._start(state)

    def _suspended(self) -> None:
        waiting, self._suspending = self._suspending, None
        if waiting is not None:
            waiting[1].resolve(None)

    def _not_suspended(self, error: BaseException) -> None:
        waiting, self._suspending = self._suspending, None
        if waiting is not None:
            waiting[1].reject(error)

    def _name_of(self, value: object) -> str | None:
        ids = self._daemon.live.ids_of(value)
        return ids[0] if ids else None

    # ---- what it says

    def captp(self, message: bytes) -> None:
        if self.phase == ENDED:
            return
        self.active_at = self._daemon.outside.now()
        try:
            self._session.receive(message)
        except RemoteProtocolError as error:
            self._fall(f"has ended: it broke the protocol: {error}")

    def console(self, level: str, tag: str, text: str) -> None:
        self._daemon.outside.append(self.number, f"{text}\n".encode("utf-8", "replace"))
        caller = self._daemon.tags.find(self.number, tag)
        if caller is not None:
            caller.print(level, text)

    def trace(self, error_id: str, error: GuestError) -> None:
        self._daemon.traces.reported(error_id, error)

    def rejection(self, error: GuestError) -> None:
        text = f"unhandled rejection: {error}\n"
        self._daemon.outside.append(self.number, text.encode("utf-8", "replace"))

    def death(self, reason: str) -> None:
        self._fall(f"has ended: {reason}")

    def _fall(self, what: str, hint: str = "; its next use starts a new one") -> None:
        if self.phase == ENDED:
            return
        self._daemon.outside.log(f"worker {self.number[:16]} {what}")
        error = WorkerEnded(f"the worker {what}{hint}")
        self._daemon.live.cancel(self.worker, error)
        self.end(error)

    def _problem(self, error: RemoteProtocolError) -> None:
        self._daemon.outside.log(f"worker {self.number[:16]}: {error}")


def cannot_be_suspended(engine: str) -> JSError:
    return JSError(
        f"a worker of engine {engine} cannot be suspended; make one with "
        "--engine wasm or wasm-child"
    )


def absent() -> JSError:
    return JSError("the worker has not been started: its next use starts it")
