"""Guest programs: made live, answered, named when they succeed, cancelled.

`evaluate` and `runModule` differ only in the formula and in what the worker is asked.
An evaluation without a name is not kept: its formula goes when its value does.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engo.captp import JSError, Presence, Promise, Remotable, Tagged
from engo.daemon.callers import Caller, hung_up
from engo.daemon.coroutines import until, until_all
from engo.daemon.live import Context
from engo.daemon.names import NameStore
from engo.formula.ids import FormulaId, FormulaNumber, split_id
from engo.formula.types import Formula, references

if TYPE_CHECKING:
    from engo.daemon.node import Daemon

STUCK_SECONDS = 0.3
"""How long a cancelled evaluation may keep its worker in one crank."""


class Evaluation:
    """One program that a caller waits for."""

    def __init__(
        self,
        daemon: "Daemon",
        formula: Formula,
        extra: Mapping[FormulaNumber, Formula],
        caller: Caller | None,
    ) -> None:
        self._daemon = daemon
        self._formula = formula
        self._extra = extra  # lookups among its endowments; kept with it
        self._caller = caller
        self.number = daemon.new_number()
        self.id: FormulaId = daemon.id_here(self.number)

    async def run(self, target: tuple[NameStore, str] | None) -> object:
        """Its value, once the name is bound if there is to be one."""
        daemon, keeping = self._daemon, self._daemon.keeping
        release = keeping.pin(references(self._formula))
        for number, formula in self._extra.items():
            keeping.begin(number, formula)
        keeping.begin(self.number, self._formula, self._extra)
        if self._caller is not None:
            self._caller.evaluations.add(self)
            worker, _ = split_id(self._formula["worker"])
            daemon.tags.add(worker, self.id, self._caller)
        value: object = None
        try:
            value = await until(daemon.provide(self.id))
            if target is not None:
                formulas = {**self._extra, self.number: self._formula}
                await keeping.bind(*target, self.id, formulas)
        finally:
            self._finish(value)
            release()
        return value

    def _finish(self, value: object) -> None:
        daemon, keeping = self._daemon, self._daemon.keeping
        if self._caller is not None:
            self._caller.evaluations.discard(self)
            self._caller.tell_left_out()  # before the answer
        if self.number in keeping.transients:  # it was not named, or has failed
            newest = daemon.live.ids_of(value)[:1]
            context = daemon.live.detach(self.id)
            if context is None:  # it has failed, or was cancelled
                del keeping.transients[self.number]
            elif isinstance(value, (Remotable, Presence)) and newest == [self.id]:
                keeping.hold(self.number, context, value)
            else:
                context.let_go()
                del keeping.transients[self.number]
        for number, formula in self._extra.items():
            if keeping.transients.pop(number, None) is not None:
                daemon.live.let_go(daemon.id_here(number))
                if formula["type"] == "worker":
                    self._finish_worker(daemon.id_here(number), value)

    def _finish_worker(self, worker: FormulaId, value: object) -> None:
        """A worker made for this program ends with it, or with what it gave out."""
        if not _gives_out(value):
            self._daemon.workers.end(worker, JSError("its program has ended"))
        elif self._caller is not None:
            self._caller.workers.append(worker)

    def hung_up(self) -> None:
        """The client has gone: end it, and its worker's crank if it is stuck."""
        assert self._caller is not None
        daemon = self._daemon
        daemon.live.cancel(self.id, hung_up(self._caller))


async def make_evaluation(
    daemon: "Daemon", formula: Formula, context: Context
) -> object:
    """The value of an eval or run-module formula."""
    worker = formula["worker"]
    await until(daemon.provide(worker))
    values = await until_all([daemon.provide(value) for value in _endowments(formula)])
    if context.reason is not None:
        raise context.reason
    incarnation = daemon.workers.incarnation(worker)
    incarnation.watch(context.id)
    facet = incarnation.facet()
    answer = _ask(daemon, facet, formula, values, context.id)
    answered = False  # the hook below must not hold the answer: it would never go

    def cancelled(reason: BaseException) -> None:
        # The worker makes `$cancelled` itself, when the program looks at it.
        daemon.turns.send_only(facet, "cancel", context.id, reason)
        if not answered:
            daemon.outside.later(
                STUCK_SECONDS, lambda: incarnation.interrupt_crank(context.id)
            )

    context.on_cancel(cancelled)
    try:
        return await until(answer)
    finally:
        answered = True
        if context.reason is None:
            incarnation.unwatch(context.id)


def _endowments(formula: Formula) -> list[FormulaId]:
    return [formula["powers"]] if "powers" in formula else formula["values"]


def _ask(
    daemon: "Daemon",
    facet: object,
    formula: Formula,
    values: list[object],
    own: FormulaId,
) -> Promise:
    send = daemon.turns.send
    if formula["type"] == "eval":
        return send(
            facet,
            "evaluate",
            formula["source"],
            list(formula["names"]),
            values,
            own,
        )
    return send(
        facet,
        "importModule",
        formula["source"],
        formula["fileName"],
        values[0],
        list(formula["arguments"]),
        own,
    )


def non_worker() -> JSError:
    return JSError("Cannot evaluate using non-worker")


def _gives_out(value: object) -> bool:
    """Whether a value holds a capability; CapTP bounds how deep it is."""
    if isinstance(value, dict):
        return any(_gives_out(item) for item in value.values())
    if isinstance(value, list):
        return any(_gives_out(item) for item in value)
    if isinstance(value, Tagged):
        return _gives_out(value.payload)
    return isinstance(value, (Remotable, Presence, Promise))
