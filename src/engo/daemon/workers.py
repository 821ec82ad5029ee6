"""Workers as formulas: their incarnations, what they print, the errors they report.

A worker's formula lives as long as it is kept. Its machine is started when it is
first needed, and a new one when that one has ended.
"""

from typing import TYPE_CHECKING

from engo.captp import Exo, Far, JSError, Promise, RemoteProtocolError, Session
from engo.daemon.outside import Body
from engo.formula.ids import FormulaId, split_id
from engo.worker.errors import EngoError, GuestError

if TYPE_CHECKING:
    from engo.daemon.node import Daemon


class EndoWorker(Exo):
    """A worker as peers see it: it has no methods."""


class WorkerEnded(JSError):
    """What waits on a worker when its machine ends."""


class Incarnation:
    """One machine of a worker, from its start to its end."""

    def __init__(self, daemon: "Daemon", worker: FormulaId) -> None:
        self._daemon = daemon
        self.worker = worker
        self.number = split_id(worker)[0]
        self._body: Body | None = None  # None: not started, starting, or ended
        self._facet: Promise | None = None  # None: not started
        self._ended: BaseException | None = None
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
            on_outgoing=lambda: daemon.outside.flush_later(self),
        )

    def facet(self) -> Promise:
        """The object that evaluates; starts the machine when it has none."""
        if self._facet is None:
            self._facet = self._session.bootstrap()
            started = self._daemon.outside.start_worker(self)
            started.when(self._started, self._not_started)
        return self._facet

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return None if self._body is None else self._body.pid

    def end(self, reason: BaseException) -> None:
        """End it; what waits on it is rejected with the reason."""
        if self._ended is not None:
            return
        self._ended = reason
        self._daemon.workers.ended(self)
        self._session.connection_lost(reason)
        if self._body is not None:
            self._body.close()
            self._body = None

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

    # ---- the process

    def _started(self, body: Body) -> None:
        if self._ended is not None:
            body.close()
            return
        self._body = body
        self._sent = body.cranks[1]
        self.flush()

    def _not_started(self, error: BaseException) -> None:
        self._fall(f"could not be started: {error}", "")

    def flush(self) -> None:
        if self._body is None:
            return  # `_started` flushes
        messages = self._session.take_outgoing()
        for message in messages:
            self._sent += 1
            if self._expected:
                self._note_crank(message)
        try:
            self._body.send_captp(messages)
        except EngoError as error:
            self._fall(f"has ended: {error}")

    def captp(self, message: bytes) -> None:
        if self._ended is not None:
            return
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
        if self._ended is None:
            self._daemon.outside.log(f"worker {self.number[:16]} {what}")
            error = WorkerEnded(f"the worker {what}{hint}")
            self._daemon.live.cancel(self.worker, error)
            self.end(error)

    def _problem(self, error: RemoteProtocolError) -> None:
        self._daemon.outside.log(f"worker {self.number[:16]}: {error}")


class Workers:
    """The incarnations of a daemon's workers."""

    def __init__(self, daemon: "Daemon") -> None:
        self._daemon = daemon
        self._incarnations: dict[FormulaId, Incarnation] = {}

    def incarnation(self, worker: FormulaId) -> Incarnation:
        """The present incarnation, a new one when there is none."""
        found = self._incarnations.get(worker)
        if found is None:
            found = self._incarnations[worker] = Incarnation(self._daemon, worker)
        return found

    def end(self, worker: FormulaId, reason: BaseException) -> None:
        found = self._incarnations.get(worker)
        if found is not None:
            found.end(reason)

    def ended(self, incarnation: Incarnation) -> None:
        if self._incarnations.get(incarnation.worker) is incarnation:
            del self._incarnations[incarnation.worker]

    def end_all(self, reason: BaseException) -> None:
        for incarnation in list(self._incarnations.values()):
            incarnation.end(reason)

    def running(self) -> list[dict[str, object]]:
        """A record of each machine."""
        return [
            {"id": worker, "number": incarnation.number, "pid": incarnation.pid}
            for worker, incarnation in self._incarnations.items()
            if incarnation.pid is not None
        ]
