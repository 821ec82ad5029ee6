"""Two sessions under random use: tables agree, nothing hangs, nothing is left."""

from __future__ import annotations

import gc
import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
)

from engo.captp import (
    Far,
    Presence,
    Promise,
    Resolver,
    Session,
    Turns,
    make_promise,
)
from engo.captp.carried import Carried, import_tables, leave
from engo.captp.carrying import export_tables
from engo.testing.captp import ConnectionPair

SIDES = ("alice", "bob")


class Store(Far):
    """A bootstrap object: keeps what it is given, gives what it keeps."""

    def __init__(self) -> None:
        self.kept: list[object] = []
        super().__init__("Store", keep=self.keep, take=self.take, echo=lambda x: x)

    def keep(self, value: object) -> int:
        self.kept.append(value)
        return len(self.kept)

    def take(self) -> object:
        return self.kept.pop() if self.kept else None


class TwoSessions(RuleBasedStateMachine):
    values = Bundle("values")
    pending = Bundle("pending")

    def __init__(self) -> None:
        super().__init__()
        self.turns = Turns()
        self.stores = {side: Store() for side in SIDES}
        options = {"gc_imports": True}
        self.pair = ConnectionPair(
            self.stores["alice"],
            self.stores["bob"],
            turns=self.turns,
            alice_options=options,
            bob_options=options,
        )
        self.remote = {
            "alice": self.pair.wait(self.pair.alice.bootstrap()),
            "bob": self.pair.wait(self.pair.bob.bootstrap()),
        }
        self.sessions = (self.pair.alice, self.pair.bob)
        # Answers asked for, and values held, by whom: sides share no value directly.
        self.asked: list[Promise] = []
        self.held: dict[int, tuple[str, Any]] = {}
        self.resolvers: dict[int, tuple[str, Resolver]] = {}
        self.made_pending: set[int] = set()
        self.count = 0

    def hold(self, side: str, value: object) -> int:
        self.count += 1
        self.held[self.count] = (side, value)
        return self.count

    @rule(target=values, side=st.sampled_from(SIDES))
    def make_object(self, side: str) -> int:
        return self.hold(side, Far("Made", echo=lambda x: x, name=lambda: "made"))

    @rule(target=pending, side=st.sampled_from(SIDES))
    def make_pending(self, side: str) -> int:
        promise, resolver = make_promise(self.turns)
        number = self.hold(side, promise)
        self.resolvers[number] = (side, resolver)
        self.made_pending.add(number)
        return number

    @rule(target=values, number=pending)
    def use_pending(self, number: int) -> int:
        return number

    @rule(number=values, method=st.sampled_from(["keep", "echo"]))
    def send(self, number: int, method: str) -> None:
        if number in self.held:
            side, value = self.held[number]
            answer = self.turns.send(self.remote[side], method, [value])
            self.asked.append(answer)

    @rule(target=values, number=values)
    def echo(self, number: int) -> Any:
        if number not in self.held:
            return multiple()
        side, value = self.held[number]
        return self.hold(side, self.turns.send(self.remote[side], "echo", value))

    @rule(target=values, side=st.sampled_from(SIDES))
    def take(self, side: str) -> int:
        return self.hold(side, self.turns.send(self.remote[side], "take"))

    @rule(number=values)
    def call(self, number: int) -> None:
        if number in self.held:
            self.asked.append(self.turns.send(self.held[number][1], "name"))

    @rule(number=consumes(values))
    def let_go(self, number: int) -> None:
        self.held.pop(number, None)

    @rule(number=consumes(pending), other=values, good=st.booleans())
    def settle(self, number: int, other: int, good: bool) -> None:
        side, resolver = self.resolvers.pop(number)
        self.made_pending.discard(number)
        if not good:
            resolver.reject(ValueError("no"))
        elif self.may_lead_to(side, number, other):
            resolver.resolve(self.held[other][1])
        else:
            resolver.resolve(5)

    def may_lead_to(self, side: str, number: int, other: int) -> bool:
        """Not to an answer that may wait for this very promise: nobody could help."""
        holder, value = self.held.get(other, ("", None))
        older = other in self.made_pending and other < number
        settled = not isinstance(value, Promise) or value.state != "pending"
        return holder == side and (older or settled)

    @rule(side=st.sampled_from(SIDES))
    def deliver(self, side: str) -> None:
        self.pair.step(side)

    @rule(side=st.sampled_from(SIDES))
    def carry(self, side: str) -> None:
        """One side goes on in another session, with nothing of the old one."""
        self.turns.run()
        old = getattr(self.pair, side)
        new = Session(side, self.stores[side], turns=self.turns, gc_imports=True)
        named: list[object] = []

        def name_of(value: object) -> str:
            named.append(value)
            return str(len(named) - 1)

        data = json.loads(json.dumps(export_tables(old, name_of)))
        carried = import_tables(new, data, lambda name: named[int(name)])
        setattr(self.pair, side, new)
        self.sessions = (self.pair.alice, self.pair.bob)
        for slot, promise in (*carried.questions.items(), *carried.imports.items()):
            waiting = old._tables.questions.get(slot) or old._tables.resolvers.get(slot)
            if waiting is not None and isinstance(promise, Promise):
                promise.when(waiting.resolve, waiting.reject)
        self.hold_instead(side, old, carried)
        leave(old)
        self.turns.run()

    def hold_instead(self, side: str, old: Session, carried: Carried) -> None:
        """Whoever held something of the old session holds the new one's."""

        def moved(value: Any) -> Any:
            if isinstance(value, list):
                return [moved(item) for item in value]
            if isinstance(value, Presence) and value.session is old:
                return carried.imports[value.slot]
            if isinstance(value, Promise):
                last = value.shortened()
                if last._pipe is not None and last._pipe[0] is old:
                    slot = last._pipe[1]
                    known: Any = carried.imports.get(slot, carried.questions.get(slot))
                    if known is not None:
                        return known
                if last.state == "fulfilled":
                    return self.turns.resolved(moved(last.value))
            return value

        self.remote[side] = moved(self.remote[side])
        self.stores[side].kept[:] = map(moved, self.stores[side].kept)
        for number, (holder, value) in self.held.items():
            if holder == side:
                self.held[number] = (side, moved(value))

    @rule()
    def run_turns(self) -> None:
        self.turns.run()

    @rule()
    def settle_down(self) -> None:
        self.pair.run()
        self.compare_tables()

    @invariant()
    def nobody_complained(self) -> None:
        assert self.pair.alice.connected
        assert self.pair.bob.connected

    def compare_tables(self) -> None:
        """With nothing on its way, what one side imports the other exports."""
        for here, there in (
            (self.pair.alice, self.pair.bob),
            (self.pair.bob, self.pair.alice),
        ):
            exports = set(here._tables.exports)
            imports = {slot for slot in there._tables.imports if slot[0] != "q"}
            assert {slot.replace("-", "+") for slot in imports} == exports
            answers = set(here._tables.answers)
            asked = {slot for slot in there._tables.imports if slot[0] == "q"}
            assert answers == asked
            assert counts(here, exports) == counts(there, imports)

    def teardown(self) -> None:
        for _, resolver in self.resolvers.values():
            resolver.resolve(None)
        self.pair.run()
        assert all(answer.state != "pending" for answer in self.asked)
        self.asked.clear()
        self.held.clear()
        for store in self.stores.values():
            store.kept.clear()
        # Errors and promises that name each other are found by the collector.
        for _ in range(4):
            if any(sum(end.table_sizes().values()) > 4 for end in self.sessions):
                gc.collect()
            self.pair.run()
        self.compare_tables()
        for session in self.sessions:
            assert session.table_sizes() == {
                **{"exports": 1, "imports": 1, "questions": 0},
                **{"resolvers": 0, "answers": 0, "references": 2},
            }


def counts(session: Session, slots: set[str]) -> dict[str, int]:
    """References by number, whichever side's sign."""
    return {slot[0] + slot[2:]: session._tables.references[slot] for slot in slots}


TwoSessions.TestCase.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None
)
TestTwoSessions = TwoSessions.TestCase
