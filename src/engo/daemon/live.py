"""Live values by formula id: made on demand, kept, ended with what they came from.

absent ──provide──► making ──► live ──cancel, or a dependency ends──► absent
                      └──fails──► absent (the next use tries again)
"""

import weakref
from collections.abc import Callable, Iterable

from engo.captp import (
    JSError,
    Promise,
    Remotable,
    Resolver,
    Turns,
    Undefined,
    make_promise,
)
from engo.captp.remotable import Presence
from engo.formula.ids import FormulaId
from engo.formula.liveness import Liveness

Maker = Callable[["Context"], object]
"""Makes a value, or a promise of it."""


class Context:
    """The life of one value: when it ends, and what to do then."""

    __slots__ = ("_hooks", "_resolver", "cancelled", "id", "reason")

    def __init__(self, turns: Turns, formula: FormulaId) -> None:
        self.id = formula
        # Rejected when the value ends before its time, fulfilled when it is let go.
        self.cancelled, self._resolver = make_promise(turns)
        self.reason: BaseException | None = None  # why it has ended
        self._hooks: list[Callable[[BaseException], object]] = []

    def on_cancel(self, hook: Callable[[BaseException], object]) -> None:
        """Call it when the value ends; at once when it has ended."""
        if self.reason is not None:
            hook(self.reason)
        else:
            self._hooks.append(hook)

    def let_go(self) -> None:
        """Nobody will cancel it any more; workers may forget the promise."""
        self._hooks.clear()
        self._resolver.resolve(Undefined)

    def cancel(self, reason: BaseException) -> None:
        if self.reason is None:
            self.reason = reason
            self._resolver.reject(reason)
            hooks, self._hooks = self._hooks, []
            for hook in reversed(hooks):
                hook(reason)


class _Controller:
    __slots__ = ("context", "value")

    def __init__(self, context: Context, value: Promise) -> None:
        self.context = context
        self.value = value


class LiveValues:
    """The live values of a daemon and which formulas they are of."""

    def __init__(self, turns: Turns, log: Callable[[str], object]) -> None:
        self._turns = turns
        self._log = log
        self._liveness = Liveness()
        self._controllers: dict[FormulaId, _Controller] = {}
        self._ids: dict[int, _Known] = {}  # by identity of the value

    def __len__(self) -> int:
        return len(self._controllers)

    def value(self, formula: FormulaId) -> Promise | None:
        """The value when it is live or being made."""
        found = self._controllers.get(formula)
        return None if found is None else found.value

    def make(
        self, formula: FormulaId, depends: Iterable[FormulaId], maker: Maker
    ) -> Context:
        """Make a value that is not live; it is from now on."""
        context = Context(self._turns, formula)
        value, resolver = make_promise(self._turns)
        controller = _Controller(context, value)
        self._controllers[formula] = controller
        self._liveness.enter(formula, depends)
        context.on_cancel(resolver.reject)
        made = self._turns.resolved(None).then(lambda _: maker(context))
        made.when(
            lambda result: self._made(formula, resolver, result),
            lambda error: self._not_made(controller, error),
        )
        return context

    def _made(self, formula: FormulaId, resolver: Resolver, result: object) -> None:
        if formula in self._controllers:
            self.remember(result, formula)
        resolver.resolve(result)

    def _not_made(self, controller: _Controller, error: BaseException) -> None:
        formula = controller.context.id
        if self._controllers.get(formula) is controller:
            self.cancel(formula, error)

    def adopt(
        self, context: Context, depends: Iterable[FormulaId], value: object
    ) -> None:
        """A value that was detached is live again."""
        formula = context.id
        if formula not in self._controllers and context.reason is None:
            self._controllers[formula] = _Controller(
                context, self._turns.resolved(value)
            )
            self._liveness.enter(formula, depends)

    def detach(self, formula: FormulaId) -> Context | None:
        """The value is live no more, yet has not ended; its context."""
        controller = self._controllers.pop(formula, None)
        if controller is None:
            return None
        self._liveness.leave(formula)
        return controller.context

    def cancel(self, formula: FormulaId, reason: BaseException) -> list[FormulaId]:
        """End a value and those made from it; those that ended."""
        ended: list[FormulaId] = []
        for fallen, depth in self._liveness.fall(formula):
            controller = self._controllers.pop(fallen)
            if depth:
                self._log(f"{' ' * depth}* {fallen[:16]} ends with what it came from")
            ended.append(fallen)
            controller.context.cancel(reason)
        return ended

    def let_go(self, formula: FormulaId) -> None:
        """Forget a value that nobody else depends on, without ending it."""
        context = self.detach(formula)
        if context is not None:
            context.let_go()

    # ---- which formula a value is of

    def remember(self, value: object, formula: FormulaId) -> None:
        """This value is the formula's, for `ids_of`."""
        if not isinstance(value, (Remotable, Presence)):
            return
        key = id(value)
        known = self._ids.get(key)
        if known is None:
            ids = self._ids
            known = _Known(weakref.ref(value, lambda _: ids.pop(key, None)))
            ids[key] = known
        known.formulas[formula] = None

    def ids_of(self, value: object) -> list[FormulaId]:
        """The formulas that a value came from, newest first."""
        known = self._ids.get(id(value))
        if known is None or known.reference() is not value:
            return []
        return list(reversed(known.formulas))

    def id_of(self, value: object) -> FormulaId:
        """The formula of a value; raises JSError when it came from none."""
        found = self.ids_of(value)
        if not found:
            raise JSError("No corresponding formula for (an object)")
        return found[0]

    def forget(self, value: object, formula: FormulaId) -> None:
        """The value is no longer the formula's."""
        known = self._ids.get(id(value))
        if known is not None:
            known.formulas.pop(formula, None)


class _Known:
    __slots__ = ("formulas", "reference")

    def __init__(self, reference: "weakref.ref[Remotable | Presence]") -> None:
        self.reference = reference
        self.formulas: dict[FormulaId, None] = {}  # in the order in which they came
