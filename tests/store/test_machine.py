"""The database against a model: whatever is done, exactly what is reachable is kept."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from engo.formula.graph import reachable
from engo.formula.ids import FormulaId, FormulaNumber, NodeNumber, make_id, split_id
from engo.formula.types import references
from engo.store.database import Database

NODE = NodeNumber("ee" * 64)
ROOT = FormulaNumber("0" * 128)
names = st.sampled_from("abcd")


class Names(RuleBasedStateMachine):
    """Names in directories that may hold one another, values that hold values."""

    formulas = Bundle("formulas")  # ids of marshal formulas and directories
    stores = Bundle("stores")  # numbers of pet stores

    @initialize(target=stores)
    def open(self) -> FormulaNumber:
        self.folder = tempfile.mkdtemp()
        self.database = self.opened()
        self.count = 0
        self.formulas_of: dict[FormulaNumber, dict[str, Any]] = {}
        self.bound: dict[FormulaNumber, dict[str, FormulaId]] = {ROOT: {}}
        self.add({ROOT: {"type": "pet-store"}})
        return ROOT

    def opened(self) -> Database:
        database = Database(str(Path(self.folder) / "engo.sqlite"))
        database.attach(NODE)
        return database

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            shutil.rmtree(self.folder)

    def add(self, formulas: dict[FormulaNumber, dict[str, Any]]) -> None:
        self.database.apply_one(lambda state: state.add_formulas(formulas))
        self.formulas_of.update(formulas)

    def fresh(self) -> FormulaNumber:
        self.count += 1
        return FormulaNumber(f"{self.count:0128x}")

    def bind(
        self, store: FormulaNumber, name: str, formulas: Any, bound: FormulaId
    ) -> None:
        """Bind as the daemon does: keep, bind, collect what was bound before."""

        def operation(state: Any) -> Any:
            state.add_formulas(formulas)
            before = state.id_of(store, name)
            state.bind(store, name, bound)
            if before in (None, bound):
                return {}
            return state.collect([before], [make_id(ROOT, NODE)])

        gone = self.database.apply_one(operation)
        self.formulas_of.update(formulas)
        self.bound[store][name] = bound
        self.forget(gone)

    def forget(self, gone: Any) -> None:
        for number in gone:
            del self.formulas_of[number]
            self.bound.pop(number, None)

    def alive(self, formula: FormulaId) -> bool:
        return split_id(formula)[0] in self.formulas_of

    @rule(
        target=formulas, store=stores, name=names, held=st.lists(formulas, max_size=2)
    )
    def store_value(
        self, store: FormulaNumber, name: str, held: list[FormulaId]
    ) -> FormulaId:
        number = self.fresh()
        slots = [formula for formula in held if self.alive(formula)]
        if store in self.formulas_of:
            formula = {"type": "marshal", "body": "#1", "slots": slots}
            self.bind(store, name, {number: formula}, make_id(number, NODE))
        return make_id(number, NODE)

    @rule(target=stores, store=stores, name=names)
    def make_directory(self, store: FormulaNumber, name: str) -> FormulaNumber:
        inner, directory = self.fresh(), self.fresh()
        if store in self.formulas_of:
            self.bound[inner] = {}
            made = {
                inner: {"type": "pet-store"},
                directory: {"type": "directory", "petStore": make_id(inner, NODE)},
            }
            self.bind(store, name, made, make_id(directory, NODE))
        return inner

    @rule(store=stores, other=stores, name=names)
    def bind_a_directory_again(
        self, store: FormulaNumber, other: FormulaNumber, name: str
    ) -> None:
        """So that directories hold one another, or themselves."""
        if store not in self.formulas_of:
            return
        for number, formula in self.formulas_of.items():
            if formula.get("petStore") == make_id(other, NODE):
                self.bind(store, name, {}, make_id(number, NODE))
                return

    @rule(store=stores, name=names, bound=formulas)
    def copy(self, store: FormulaNumber, name: str, bound: FormulaId) -> None:
        if store in self.formulas_of and self.alive(bound):
            self.bind(store, name, {}, bound)

    @rule(store=stores, name=names)
    def remove(self, store: FormulaNumber, name: str) -> None:
        before = self.bound.get(store, {}).pop(name, None)
        if before is None or store not in self.formulas_of:
            return

        def operation(state: Any) -> Any:
            state.unbind(store, name)
            return state.collect([before], [make_id(ROOT, NODE)])

        self.forget(self.database.apply_one(operation))

    @rule()
    def restart(self) -> None:
        self.database.close()
        self.database = self.opened()
        root = [make_id(ROOT, NODE)]
        assert self.database.apply_one(lambda state: state.collect_all(root)) == {}

    @invariant()
    def what_is_reachable_is_there_and_nothing_else(self) -> None:
        if not hasattr(self, "database"):
            return

        def leads(number: FormulaNumber) -> list[FormulaNumber]:
            ids = [
                *references(self.formulas_of[number]),
                *self.bound.get(number, {}).values(),
            ]
            return [split_id(formula)[0] for formula in ids]

        kept: set[FormulaNumber] = reachable([ROOT], leads)
        assert set(self.formulas_of) == kept
        assert self.database.count() == len(kept)
        for number in kept:
            assert self.database.formula(number) == self.formulas_of[number]
            if number in self.bound:
                expected = sorted(self.bound[number].items())
                assert self.database.entries(number) == expected


Names.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None
)
TestNames = Names.TestCase
