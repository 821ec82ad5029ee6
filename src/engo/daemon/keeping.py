"""Keeping formulas: binding names, promoting what was transient, collecting.

A formula is kept while a kept name or formula leads to it. One that is being used
right now is pinned: it survives the loss of its last name until it is let go.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from engo.captp import JSError, Presence, Remotable
from engo.daemon.coroutines import until
from engo.daemon.live import Context
from engo.daemon.names import NameStore, missing
from engo.formula.graph import reachable
from engo.formula.ids import FormulaId, FormulaNumber, make_id, split_id
from engo.formula.types import Formula, references
from engo.store.content import ContentWriter
from engo.store.transaction import Transaction

if TYPE_CHECKING:
    import weakref

    from engo.daemon.node import Daemon

Formulas = Mapping[FormulaNumber, Formula]
Gone = dict[FormulaNumber, Formula]


class Transient(NamedTuple):
    """A formula that no name leads to, while its value is in use."""

    formula: Formula
    extra: Formulas  # what it refers to and is not kept either
    held: "Held | None"  # None: its value is being made


class Held(NamedTuple):
    """A value that somebody holds, though no name leads to it."""

    value: "weakref.ref[Remotable | Presence]"
    context: Context
    release: Callable[[], None]  # unpins what its formula refers to


class Keeping:
    """What a daemon keeps, and what it has let go of."""

    def __init__(self, daemon: "Daemon", roots: Iterable[FormulaId]) -> None:
        self._daemon = daemon
        self._roots = frozenset(roots)
        self._pins: Counter[FormulaId] = Counter()
        # Lost their last name while something was pinned.
        self._suspects: set[FormulaId] = set()
        self.transients: dict[FormulaNumber, Transient] = {}

    # ---- names

    async def bind(
        self,
        store: NameStore,
        name: str,
        bound: FormulaId,
        formulas: Formulas,
        content: ContentWriter | None = None,
    ) -> None:
        """Keep the formulas and bind the name, in one step that lasts."""
        added = self._not_kept([bound], formulas)

        def operation(state: Transaction) -> tuple[FormulaId | None, Gone]:
            if content is not None:
                content.finish()
            state.add_formulas(added)
            before = state.id_of(store.number, name)
            state.bind(store.number, name, bound)
            return before, self._collect_if(state, before, bound)

        before, gone = await until(self._daemon.outside.commit(operation))
        self._kept(added)
        self._lost(before, gone)
        store.changed(name, before, bound)

    async def unbind(self, store: NameStore, name: str) -> None:
        def operation(state: Transaction) -> tuple[FormulaId, Gone]:
            before = state.id_of(store.number, name)
            if before is None:
                raise missing(name)
            state.unbind(store.number, name)
            return before, self._collect_if(state, before, None)

        before, gone = await until(self._daemon.outside.commit(operation))
        self._lost(before, gone)
        store.changed(name, before, None)

    async def rename(self, store: NameStore, old: str, new: str) -> None:
        def operation(
            state: Transaction,
        ) -> tuple[FormulaId, FormulaId | None, Gone]:
            bound = state.id_of(store.number, old)
            if bound is None:
                raise missing(old)
            before = state.id_of(store.number, new)
            if old == new:
                return bound, before, {}
            state.unbind(store.number, old)
            state.bind(store.number, new, bound)
            return bound, before, self._collect_if(state, before, bound)

        bound, before, gone = await until(self._daemon.outside.commit(operation))
        self._lost(before, gone)
        if old != new:
            store.changed(old, bound, None)
            store.changed(new, before, bound)

    async def add(self, formulas: Formulas) -> None:
        """Keep formulas that kept ones lead to already, or that are pinned."""
        await until(
            self._daemon.outside.commit(lambda state: state.add_formulas(formulas))
        )

    # ---- what is in use

    def pin(self, formulas: Iterable[FormulaId]) -> Callable[[], None]:
        """Keep them until the answer is called, names or not."""
        pinned = list(formulas)
        self._pins.update(pinned)

        def release() -> None:
            nonlocal pinned
            released, pinned = pinned, []
            self._release(released)

        return release

    def _release(self, formulas: list[FormulaId]) -> None:
        pins = self._pins
        for formula in formulas:
            pins[formula] -= 1
            if pins[formula] <= 0:
                del pins[formula]
        if self._suspects and formulas:
            suspects, self._suspects = self._suspects, set()
            collected = self._daemon.outside.commit(
                lambda state: state.collect(suspects, self._all_roots())
            )
            collected.when(
                lambda gone: self._lost_again(suspects, gone),
                lambda error: self._daemon.outside.log(f"not collected: {error}"),
            )

    # ---- transients

    def begin(
        self, number: FormulaNumber, formula: Formula, extra: Formulas | None = None
    ) -> None:
        """A formula whose value is about to be made."""
        self.transients[number] = Transient(formula, extra or {}, None)

    def hold(
        self, number: FormulaNumber, context: Context, value: "Remotable | Presence"
    ) -> None:
        """Know the formula as long as its value is in use."""
        import weakref

        known = self.transients[number]
        release = self.pin(references(known.formula))

        def let_go(_: object) -> None:
            self.transients.pop(number, None)
            context.let_go()
            release()

        held = Held(weakref.ref(value, let_go), context, release)
        self.transients[number] = known._replace(held=held)

    def _not_kept(
        self, ids: Iterable[FormulaId], formulas: Formulas
    ) -> dict[FormulaNumber, Formula]:
        """The formulas given, and those that they or the ids need as well."""
        found = dict(formulas)

        def lead(number: FormulaNumber) -> list[FormulaNumber]:
            known = self.transients.get(number)
            if known is not None:
                found.update(known.extra)
                found[number] = known.formula
            formula = found.get(number)
            if formula is None:
                return []
            return [split_id(reference)[0] for reference in references(formula)]

        reachable([*formulas, *[split_id(formula)[0] for formula in ids]], lead)
        return found

    def _kept(self, formulas: Formulas) -> None:
        """They are on the disk: their values are live like any other."""
        for number in formulas:
            known = self.transients.pop(number, None)
            if known is None or known.held is None:
                continue
            value = known.held.value()
            if value is not None:
                self._daemon.live.adopt(
                    known.held.context, references(known.formula), value
                )
            known.held.release()

    # ---- collecting

    def _all_roots(self) -> list[FormulaId]:
        return [*self._roots, *list(self._pins)]

    def _collect_if(
        self, state: Transaction, before: FormulaId | None, after: FormulaId | None
    ) -> Gone:
        if before is None or before == after:
            return {}
        return state.collect([before], self._all_roots())

    def _lost(self, before: FormulaId | None, gone: Gone) -> None:
        if before is not None:
            self._lost_again({before}, gone)

    def _lost_again(self, suspects: set[FormulaId], gone: Gone) -> None:
        if self._pins:
            self._suspects.update(
                suspect for suspect in suspects if split_id(suspect)[0] not in gone
            )
        self.forget(gone)

    def forget(self, gone: Gone) -> None:
        """What these formulas had besides themselves goes too."""
        daemon = self._daemon
        for number, formula in gone.items():
            removed = JSError("the formula is not kept any more: its name was removed")
            daemon.live.cancel(make_id(number, daemon.node), removed)
            daemon.forget_formula(number)
            if formula["type"] == "worker":
                daemon.outside.forget_worker(number)
            elif formula["type"] == "readable-blob":
                self._forget_content(formula["content"])

    def _forget_content(self, sha512: str) -> None:
        content = self._daemon.content

        def operation(state: Transaction) -> None:
            if not state.has_content(sha512):
                content.remove(sha512)

        self._daemon.outside.commit(operation).when(
            lambda _: None,
            lambda error: self._daemon.outside.log(f"content not removed: {error}"),
        )
