"""One end of a CapTP session with objects: values, promises and calls.

    bytes ──receive──► calls on our objects, answers to our calls
    calls on presences and promises, our answers ──take_outgoing──► bytes

No I/O: a shell moves the bytes and runs the turns. The wire and the tables are the
connection's, values in bodies are the crossing's, delivery to objects is promise's.
"""

from __future__ import annotations

from .connection import Connection
from .crossing import Crossing
from .errors import (
    Disconnected,
    LocalProtocolError,
    MalformedMessage,
    OutgoingTooLarge,
    RemoteProtocolError,
    TableFull,
    TooManyQuestions,
    UnknownSlot,
)
from .jstext import quote
from .limits import DEFAULT_LIMITS, Limits
from .messages import (
    BootstrapReceived,
    CallReceived,
    DisconnectReceived,
    DropReceived,
    SettleReceived,
    reverse,
)
from .promise import Promise, Resolver, Turns, eventual
from .remotable import Remotable
from .values import Thrown, Undefined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Session:
    """One end of a CapTP session.

    `name` is ours: it appears in error ids and default interface names.
    `bootstrap` is what the peer gets first: a remotable or other value, a promise,
    or a callable that is given the BootstrapReceived event.
    `gc_imports` sends CTP_DROP for what is no longer used here. Off by default: a
    stock @endo/captp 4.5 loses an object that it sends again after a drop.
    `drop_answers` sends it for answers alone, so that an Engo peer need not keep them;
    a stock peer takes no notice.
    `on_error_sent(error_id, exception)` sees every error before it goes out.
    `on_problem(exception)` sees what the peer did wrong and the session survived.
    `on_outgoing()` is called when there is something to send where nothing was.
    """

    __slots__ = (
        "_bootstrap",
        "_connection",
        "_crossing",
        "_disconnect",
        "_ended",
        "_tables",
        "name",
        "on_disconnect",
        "on_problem",
        "turns",
    )

    def __init__(
        self,
        name: str,
        bootstrap: object = Undefined,
        *,
        turns: Turns,
        gc_imports: bool = False,
        drop_answers: bool = False,
        epoch: int = 0,
        limits: Limits = DEFAULT_LIMITS,
        on_error_sent: Callable[[str, BaseException], object] | None = None,
        on_problem: Callable[[RemoteProtocolError], object] | None = None,
        on_outgoing: Callable[[], object] | None = None,
    ) -> None:
        self.name = name
        self.turns = turns
        self.on_problem = on_problem
        self._bootstrap = bootstrap
        self._connection = Connection(
            limits=limits,
            gc_imports=gc_imports,
            drop_answers=drop_answers,
            epoch=epoch,
            on_outgoing=on_outgoing,
        )
        self._tables = self._connection.tables
        self._crossing = Crossing(
            self,
            self._connection,
            turns=turns,
            name=name,
            on_error_sent=on_error_sent,
        )
        self._ended: BaseException | None = None  # why, once the session is over
        # Fulfilled with the exception that ended the session.
        self.on_disconnect: Promise = Promise(turns)
        self._disconnect = Resolver(self.on_disconnect)

    # ---- what the shell calls

    def receive(self, message: bytes) -> None:
        """Take one message (JSON in UTF-8, no frame). Calls run in later turns.

        Raises RemoteProtocolError when it is no message at all (no JSON, too large,
        too deep); the session has then ended and said so. Lesser faults go to
        `on_problem`. After the end, messages are ignored.
        """
        if self._ended is not None:
            return
        try:
            members = self._connection.receive(message)
        except RemoteProtocolError as error:
            self._abort(error, f"{type(error).__name__}: {error}")
            raise
        try:
            event = self._connection.event_of(members)
            _HANDLERS[type(event)](self, event)
        except RemoteProtocolError as error:
            self._survive(error)

    def take_outgoing(self) -> list[bytes]:
        """Messages to send now, in order."""
        return self._connection.take_outgoing()

    @property
    def has_outgoing(self) -> bool:
        """Whether there is something to send, drops included."""
        return self._connection.has_outgoing

    @property
    def has_messages(self) -> bool:
        """Whether there is something to send besides drops."""
        return self._connection.has_messages

    @property
    def connected(self) -> bool:
        return self._ended is None

    def table_sizes(self) -> dict[str, int]:
        """How many entries each table has, for tests and status pages."""
        return self._tables.sizes()

    def abort(self, reason: object = Undefined) -> None:
        """End the session and tell the peer.

        `reason` is JSON data for the peer, an exception (which JavaScript writes as
        `{}`), or Undefined for none. Everything that was pending is rejected.
        """
        if isinstance(reason, BaseException):
            self._abort(reason, {})
        elif reason is Undefined:
            self._abort(self._closed(None), Undefined)
        else:
            self._abort(self._closed(reason), reason)

    def connection_lost(self, error: BaseException | None = None) -> None:
        """The stream has ended without a good-bye: nothing more is sent."""
        if self._ended is None:
            self._end(self._closed(None) if error is None else error)

    # ---- what users of objects call

    def bootstrap(self) -> Promise:
        """The peer's bootstrap object.

        Calls on the promise wait for the answer, since a stock peer loses those that
        arrive before its bootstrap is ready.
        """
        try:
            question_id, promise = self._question(pipelining=False)
        except LocalProtocolError as error:
            return self.turns.rejected(error)
        if self._ended is None:
            self._connection.ask_bootstrap(question_id)
        return promise

    def call(self, target: str, prop: object, args: list[object] | None) -> Promise:
        """Send a call to a slot or question of the peer; used by presences."""
        if self._ended is not None:
            return self.turns.rejected(self._ended)
        try:
            question_id, promise = self._question(pipelining=True)
            try:
                body, slots = self._crossing.encode(
                    [prop] if args is None else [prop, args]
                )
                self._connection.ask(question_id, target, body, slots)
            except BaseException:
                self._forget_question(question_id)
                raise
        except LocalProtocolError as error:
            return self.turns.rejected(error)
        return promise

    # ---- the end

    def _closed(self, reason: object) -> Disconnected:
        text = f"{quote(self.name)} connection closed"
        if isinstance(reason, str):
            text = f"{text}: {reason}"
        return Disconnected(text, reason)

    def _abort(self, error: BaseException, reason: object) -> None:
        if self._ended is not None:
            return
        message: dict[str, object] = {
            "type": "CTP_DISCONNECT",
            "epoch": self._connection.epoch,
        }
        if reason is not Undefined:
            message["reason"] = reason
        self._connection.disconnect(message)
        self._end(error)

    def _end(self, error: BaseException) -> None:
        self._ended = error
        tables = self._tables
        waiting = [*tables.questions.values(), *tables.resolvers.values()]
        tables.clear()
        self._bootstrap = Undefined
        for resolver in waiting:
            resolver.reject(error)
        self._disconnect.resolve(error)

    def _survive(self, error: RemoteProtocolError) -> None:
        """Tell whoever waits because of a broken message, then the shell."""
        error.__traceback__ = None  # its frames would keep what was decoded
        answers, question_id = self._tables.answers, error.question_id
        if question_id is not None and question_id not in answers:
            if len(answers) < self._tables.limits.answers:
                answers[question_id] = self.turns.rejected(error)  # for pipelining
            self._reject(question_id, error)
        if error.promise_id is not None:
            resolver = self._waiting(error.promise_id)
            if resolver is not None:
                resolver.reject(error)
        if self.on_problem is not None:
            self.on_problem(error)

    # ---- questions of ours

    def _question(self, pipelining: bool) -> tuple[str, Promise]:
        tables = self._tables
        if len(tables.questions) >= tables.limits.questions:
            raise TooManyQuestions(
                f"expected at most {tables.limits.questions} calls without an answer"
            )
        question_id = tables.question()
        promise = Promise(self.turns, (self, question_id) if pipelining else None)
        if self._ended is not None:
            Resolver(promise).reject(self._ended)
            return question_id, promise
        tables.questions[question_id] = Resolver(promise)
        if tables.dropping:
            tables.keep_import(question_id, promise)
        return question_id, promise

    def _forget_question(self, question_id: str) -> None:
        """A question that was never sent."""
        self._tables.questions.pop(question_id, None)
        self._tables.imports.pop(question_id, None)

    def _waiting(self, promise_id: str) -> Resolver | None:
        """The resolver of a question or imported promise, which is then forgotten."""
        tables = self._tables
        table = tables.questions if promise_id[0] == "q" else tables.resolvers
        return table.pop(promise_id, None)

    def _on_settle(self, event: SettleReceived) -> None:
        resolver = self._waiting(event.promise_id)
        if resolver is None:
            raise UnknownSlot(
                f"expected the settling of something pending, came {event.promise_id}"
            )
        if self._tables.dropping and event.promise_id[0] == "q":
            self._tables.count(event.promise_id)
        try:
            value = self._crossing.decode(event.body, event.slots)
        except RemoteProtocolError as error:
            resolver.reject(error)
            raise
        if not event.rejected:
            resolver.resolve(value)
        elif isinstance(value, BaseException):
            resolver.reject(value)
        else:
            resolver.reject(Thrown(value))

    # ---- questions of the peer

    def _on_bootstrap(self, event: BootstrapReceived) -> None:
        bootstrap = self._bootstrap
        if callable(bootstrap) and not isinstance(bootstrap, Remotable):
            made = self.turns.resolved(event).then(bootstrap)
        else:
            made = self.turns.resolved(bootstrap)
        self._answer(event.question_id, made)

    def _on_call(self, event: CallReceived) -> None:
        try:
            prop, args = self._operation(event)
            target = self._target(event.target)
        except RemoteProtocolError as error:
            error.question_id = event.question_id
            raise
        self._answer(event.question_id, eventual(self.turns, target, prop, args))

    def _operation(self, event: CallReceived) -> tuple[object, list[object] | None]:
        operation = self._crossing.decode(event.body, event.slots)
        if isinstance(operation, list):
            if len(operation) == 1:
                return operation[0], None
            if len(operation) == 2 and isinstance(operation[1], list):
                return operation[0], operation[1]
        raise MalformedMessage("expected a method as [name] or [name, arguments]")

    def _target(self, target: str) -> object:
        answer = self._tables.answers.get(target)
        if answer is not None:
            return answer
        if target[0] == "q":
            raise UnknownSlot(f"Unknown answer {quote(target)}")
        return self._crossing.value_for(target, None)

    def _answer(self, question_id: str, answer: Promise) -> None:
        """Keep an answer for pipelining, and send it once it is settled."""
        tables = self._tables
        problem: RemoteProtocolError | None = None
        if question_id in tables.answers:
            problem = MalformedMessage(f"expected a new question, came {question_id}")
        elif len(tables.answers) >= tables.limits.answers:
            problem = TableFull(f"expected at most {tables.limits.answers} answers")
            problem.question_id = question_id
        if problem is not None:
            raise problem
        tables.answers[question_id] = answer
        self._send_answer(question_id, answer)

    def _send_answer(self, question_id: str, answer: Promise) -> None:
        self._tables.unanswered.add(question_id)
        answer.when(
            lambda value: self._fulfil(question_id, value),
            lambda error: self._reject(question_id, error),
        )

    def _fulfil(self, question_id: str, value: object) -> None:
        if self._ended is not None:
            return
        self._tables.unanswered.discard(question_id)
        try:
            self._connection.answer(question_id, False, *self._crossing.encode(value))
        except LocalProtocolError as error:
            self._reject(question_id, error)

    def _reject(self, question_id: str, error: BaseException) -> None:
        if self._ended is not None:
            return
        self._tables.unanswered.discard(question_id)
        try:
            self._connection.answer(
                question_id, True, *self._crossing.encode_error(error)
            )
        except OutgoingTooLarge as instead:
            self._connection.answer(
                question_id, True, *self._crossing.encode_error(instead)
            )

    # ---- the rest

    def _on_drop(self, event: DropReceived) -> None:
        if event.slot[0] == "q":
            # Under the id it was received with; @endo/captp reverses it and leaks.
            self._tables.answers.pop(event.slot, None)
        else:
            self._tables.release(reverse(event.slot), event.references)

    def _on_disconnect(self, event: DisconnectReceived) -> None:
        reason, message = event.reason, event.message
        try:
            self._connection.disconnect(message)
        except OutgoingTooLarge:  # numbers can be longer in our writing
            self._connection.disconnect({"type": message["type"]})
        self._end(self._closed(reason))


_HANDLERS: dict[type, Callable[[Session, Any], None]] = {
    CallReceived: Session._on_call,
    SettleReceived: Session._on_settle,
    BootstrapReceived: Session._on_bootstrap,
    DropReceived: Session._on_drop,
    DisconnectReceived: Session._on_disconnect,
}
