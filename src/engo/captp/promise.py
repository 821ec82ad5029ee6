"""Promises and the queue of turns that their reactions run in.

Deterministic: a reaction never runs inside the call that settles its promise, and
`Turns.run` runs everything in order until nothing is left. No event loop, no clock;
a shell bridges to its own (`Turns.on_ready` says when there is something to run).

    pending ──resolve(value)──► fulfilled
       │ └────resolve(promise)─► pending, following that promise
       └──────reject(error)────► rejected

Rejection reasons are exceptions; one that is no error on the wire is `Thrown`.
"""

from __future__ import annotations

from .remotable import Presence, invoke
from .values import JSTypeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from .remotable import Peer

    OnFulfilled = Callable[[Any], object]
    OnRejected = Callable[[BaseException], object]
    Reaction = tuple[OnFulfilled | None, OnRejected | None, "Resolver | None"]

PENDING, FULFILLED, REJECTED = 0, 1, 2


class Turns:
    """A queue of callbacks; every session that shares values shares one.

    `on_ready` is called when the queue becomes non-empty outside of `run`.
    `start_coroutine` makes a promise of the coroutine that an `async def` method
    returned; without it such methods fail with a TypeError.
    """

    __slots__ = ("_queue", "_running", "on_ready", "start_coroutine")

    def __init__(
        self,
        on_ready: Callable[[], object] | None = None,
        start_coroutine: Callable[[Coroutine[Any, Any, Any]], Promise] | None = None,
    ) -> None:
        self._queue: list[tuple[Callable[..., object], tuple[Any, ...]]] = []
        self._running = False
        self.on_ready = on_ready
        self.start_coroutine = start_coroutine

    def push(self, callback: Callable[..., object], *args: object) -> None:
        """Call it in a turn of its own, after all that were pushed before."""
        queue = self._queue
        queue.append((callback, args))
        if len(queue) == 1 and not self._running and self.on_ready is not None:
            self.on_ready()

    def run(self) -> None:
        """Run turns until none is left; called inside a turn, it does nothing.

        What a pushed callback raises comes out; the turns after it stay queued.
        """
        if self._running:
            return
        self._running = True
        batch: list[tuple[Callable[..., object], tuple[Any, ...]]] = []
        done = 0
        try:
            while self._queue:
                batch, self._queue, done = self._queue, [], 0
                for callback, args in batch:
                    done += 1
                    callback(*args)
        finally:
            self._queue[:0] = batch[done:]
            # An error raised in a turn keeps this frame, which should keep nothing.
            batch, callback, args = [], _nothing, ()
            self._running = False

    @property
    def waiting(self) -> int:
        """How many turns wait."""
        return len(self._queue)

    def resolved(self, value: object) -> Promise:
        """A promise resolved with a value, or following a promise."""
        promise = Promise(self)
        promise._resolve(value)
        return promise

    def rejected(self, error: BaseException) -> Promise:
        """A rejected promise."""
        promise = Promise(self)
        promise._settle(REJECTED, error)
        return promise

    def send(self, target: object, method: object, *args: object) -> Promise:
        """`E(target).method(...args)`: in a later turn, wherever the target lives."""
        return eventual(self, target, method, list(args))

    def send_only(self, target: object, method: object, *args: object) -> None:
        """As `send`, for a caller that does not want the answer."""
        eventual(self, target, method, list(args))

    def apply(self, target: object, *args: object) -> Promise:
        """`E(target)(...args)`."""
        return eventual(self, target, None, list(args))

    def get(self, target: object, prop: object) -> Promise:
        """`E.get(target)[prop]`."""
        return eventual(self, target, prop, None)


def _nothing() -> None: ...


class Promise:
    """A promise; make one with `make_promise`, or `Turns.resolved` and `rejected`."""

    __slots__ = (
        "__weakref__",
        "_follows",
        "_pipe",
        "_reactions",
        "_state",
        "_turns",
        "_value",
    )

    def __init__(self, turns: Turns, pipe: tuple[Peer, str] | None = None) -> None:
        self._turns = turns
        self._state = PENDING
        self._value: Any = None  # the value or the exception, once settled
        self._reactions: list[Reaction] | None = None  # None: none yet
        self._follows: Promise | None = None  # the promise it was resolved with
        # The session and slot of a peer's promise, where calls go while it is
        # pending; kept afterwards, since it is also its name on that session.
        self._pipe = pipe

    @property
    def state(self) -> str:
        """`pending`, `fulfilled` or `rejected`."""
        return ("pending", "fulfilled", "rejected")[self._state]

    @property
    def turns(self) -> Turns:
        return self._turns

    @property
    def value(self) -> Any:
        """What it was fulfilled with; raises the reason when rejected.

        Raises JSTypeError while pending.
        """
        if self._state == PENDING:
            raise JSTypeError("expected a settled promise, came a pending one")
        if self._state == REJECTED:
            raise self._value
        return self._value

    @property
    def reason(self) -> BaseException | None:
        """The exception it was rejected with, else None."""
        return self._value if self._state == REJECTED else None

    def __repr__(self) -> str:
        return f"<Promise {self.state}>"

    def then(
        self,
        on_fulfilled: OnFulfilled | None = None,
        on_rejected: OnRejected | None = None,
    ) -> Promise:
        """A promise for what the callback returns or raises."""
        derived = Promise(self._turns)
        self._react((on_fulfilled, on_rejected, Resolver(derived)))
        return derived

    def when(self, on_fulfilled: OnFulfilled, on_rejected: OnRejected) -> None:
        """As `then` without a promise; what a callback raises leaves `Turns.run`."""
        self._react((on_fulfilled, on_rejected, None))

    def _react(self, reaction: Reaction) -> None:
        if self._state == PENDING:
            if self._reactions is None:
                self._reactions = [reaction]
            else:
                self._reactions.append(reaction)
        else:
            self._turns.push(_run_reaction, self._state, self._value, reaction)

    def _settle(self, state: int, value: object) -> None:
        self._state = state
        self._value = value
        self._follows = None
        reactions, self._reactions = self._reactions, None
        if reactions is not None:
            push = self._turns.push
            for reaction in reactions:
                push(_run_reaction, state, value, reaction)

    def _resolve(self, value: object) -> None:
        if not isinstance(value, Promise):
            self._settle(FULFILLED, value)
            return
        target = value.shortened()
        if target is self:
            self._settle(REJECTED, JSTypeError("Promise resolved with itself"))
        elif target._state != PENDING:
            self._settle(target._state, target._value)
        else:
            self._follows = target
            target.when(self._fulfil_followed, self._reject_followed)

    def _fulfil_followed(self, value: object) -> None:
        self._settle(FULFILLED, value)

    def _reject_followed(self, error: BaseException) -> None:
        self._settle(REJECTED, error)

    def shortened(self) -> Promise:
        """The promise at the end of the chain that this one follows."""
        last = self
        while last._follows is not None:
            last = last._follows
        return last


def _run_reaction(state: int, value: Any, reaction: Reaction) -> None:
    callback = reaction[0] if state == FULFILLED else reaction[1]
    resolver = reaction[2]
    if callback is None:  # only in what `then` made, which has a resolver
        assert resolver is not None
        if state == FULFILLED:
            resolver.resolve(value)
        else:
            resolver.reject(value)
        return
    if resolver is None:
        callback(value)
        return
    try:
        result = callback(value)
    except Exception as error:
        resolver.reject(error)
    else:
        resolver.resolve(result)


class Resolver:
    """The power to settle one promise, once; later attempts do nothing."""

    __slots__ = ("_promise",)

    def __init__(self, promise: Promise) -> None:
        self._promise: Promise | None = promise  # None once used

    @property
    def promise(self) -> Promise | None:
        """The promise, None once this has been used."""
        return self._promise

    def resolve(self, value: object = None) -> None:
        """Fulfil it, or make it follow when the value is a promise."""
        promise, self._promise = self._promise, None
        if promise is not None:
            promise._resolve(value)

    def reject(self, error: BaseException) -> None:
        promise, self._promise = self._promise, None
        if promise is not None:
            promise._settle(REJECTED, error)


def make_promise(turns: Turns) -> tuple[Promise, Resolver]:
    """A pending promise and the power to settle it."""
    promise = Promise(turns)
    return promise, Resolver(promise)


def eventual(
    turns: Turns, target: object, prop: object, args: list[object] | None
) -> Promise:
    """Deliver one operation: `args` None reads a property, `prop` None applies."""
    if isinstance(target, Promise):
        return _to_promise(target, prop, args)
    if isinstance(target, Presence):
        return target.session.call(target.slot, prop, args)
    promise = Promise(turns)
    turns.push(_invoke, Resolver(promise), target, prop, args)
    return promise


def _to_promise(target: Promise, prop: object, args: list[object] | None) -> Promise:
    last = target.shortened()
    turns = last._turns
    if last._state == PENDING and last._pipe is not None:
        session, slot = last._pipe
        return session.call(slot, prop, args)
    if last._state == REJECTED:
        return turns.rejected(last._value)
    # Behind the reactions that wait, so that calls arrive in the order of sending.
    return last.then(lambda value: eventual(turns, value, prop, args))


def _invoke(
    resolver: Resolver, target: object, prop: object, args: list[object] | None
) -> None:
    turns = resolver._promise._turns  # type: ignore[union-attr]  # not used yet
    try:
        result = invoke(target, prop, args, turns)
    except Exception as error:
        resolver.reject(error)
    else:
        resolver.resolve(result)
