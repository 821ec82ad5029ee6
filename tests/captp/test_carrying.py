"""Tables as data: a session goes on in another object, from JSON and names alone."""

from __future__ import annotations

import gc
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engo.captp import (
    Disconnected,
    Far,
    Presence,
    Promise,
    RemoteError,
    Session,
    Thrown,
    Turns,
    make_promise,
)
from engo.captp.carried import Carried, WrongTables, import_tables, leave
from engo.captp.carrying import CannotBeCarried, export_tables, tables_text
from engo.testing.captp import ConnectionPair

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[2] / "docs" / "captp.md"
COLLECTING = {"gc_imports": True}


class Names:
    """Names given out, and what they stand for."""

    def __init__(self, *values: object) -> None:
        self.values = list(values)

    def name_of(self, value: object) -> str | None:
        for index, known in enumerate(self.values):
            if known is value:
                return f"value {index}"
        return None

    def value_of(self, name: str) -> object:
        return self.values[int(name.removeprefix("value "))]


def joined(alice: object = None, bob: object = None) -> ConnectionPair:
    turns = Turns()
    return ConnectionPair(
        alice, bob, turns=turns, alice_options=COLLECTING, bob_options=COLLECTING
    )


def carry(pair: ConnectionPair, names: Names) -> Carried:
    """Alice goes on in another session."""
    old = pair.alice
    data = json.loads(json.dumps(export_tables(old, names.name_of)))
    pair.alice = Session("alice", turns=pair.alice_turns, gc_imports=True)
    carried = import_tables(pair.alice, data, names.value_of)
    leave(old)
    return carried


def test_an_outstanding_call_is_answered() -> None:
    later, resolver = make_promise(turns := Turns())
    pair = ConnectionPair(
        None,
        Far("Bob", wait=lambda: later),
        turns=turns,
        alice_options=COLLECTING,
        bob_options=COLLECTING,
    )
    bob = pair.wait(pair.alice.bootstrap())
    lost = turns.send(bob, "wait")
    pair.run()
    carried = carry(pair, Names())
    assert list(carried.questions) == ["q-2"]
    resolver.resolve(Far("Found", name=lambda: "found"))
    pair.run()
    assert lost.state == "pending"  # it was the old session's
    found = carried.questions["q-2"].value
    assert isinstance(found, Presence)
    assert found.session is pair.alice
    assert pair.wait(turns.send(found, "name")) == "found"
    again = carried.imports["o-1"]
    assert pair.wait(turns.send(again, "wait")).iface == "Alleged: Found"


def test_an_outstanding_call_of_the_peer_is_answered() -> None:
    turns = Turns()
    later, resolver = make_promise(turns)
    alice = Far("Alice", wait=lambda: later)
    pair = ConnectionPair(
        alice, turns=turns, alice_options=COLLECTING, bob_options=COLLECTING
    )
    remote = pair.wait(pair.bob.bootstrap())
    waiting = turns.send(remote, "wait")
    piped = turns.send(waiting, "name")
    pair.step("bob")  # the calls are there, neither has been looked at
    turns.run()
    with pytest.raises(CannotBeCarried, match="came none for q-3") as caught:
        export_tables(pair.alice, Names(alice, later).name_of)
    assert caught.value.slots == ["q-3"]  # waits inside us, for another answer
    resolver.resolve(Far("Found", name=lambda: "found"))
    pair.run()
    assert piped.value == "found"
    waiting = turns.send(remote, "wait")
    pair.step("bob")
    turns.run()  # it is answered, and the answer is not taken yet
    names = Names(alice, later.value)
    carry(pair, names)
    pair.run()
    assert pair.wait(turns.send(waiting, "name")) == "found"
    assert pair.wait(turns.send(remote, "wait")) is waiting.value


def test_pending_promises_of_both_sides_are_settled() -> None:
    turns = Turns()
    mine, settle_mine = make_promise(turns)
    theirs, settle_theirs = make_promise(turns)
    kept: list[Promise] = []

    def swap(promise: Promise) -> list[Promise]:
        kept.append(promise)
        return [theirs]

    bob = Far("Bob", swap=swap)
    pair = ConnectionPair(
        None, bob, turns=turns, alice_options=COLLECTING, bob_options=COLLECTING
    )
    remote = pair.wait(pair.alice.bootstrap())
    pair.wait(turns.send(remote, "swap", mine))
    carried = carry(pair, Names(mine))
    settle_mine.resolve(5)
    settle_theirs.reject(Thrown("no"))
    pair.run()
    assert kept[0].value == 5
    promise = carried.imports["p-1"]
    assert isinstance(promise, Promise)
    assert isinstance(promise.reason, Thrown)


def test_what_is_settled_and_known_is_carried_as_data() -> None:
    turns = Turns()
    counter = Far("Counter", read=lambda: 7)

    def fail() -> None:
        raise Thrown([counter])

    alice = Far("Alice", give=lambda: {"c": counter, "n": 1}, fail=fail)
    pair = ConnectionPair(alice, turns=turns, alice_options=COLLECTING)
    remote = pair.wait(pair.bob.bootstrap())
    given, failed = turns.send(remote, "give"), turns.send(remote, "fail")
    pair.run()
    data = export_tables(pair.alice, Names(alice, counter).name_of)
    assert data["answers"]["q-2"]["rejected"] is False
    assert data["answers"]["q-3"]["rejected"] is True
    # Bob keeps its answers, and calls one by its question.
    carry(pair, Names(alice, counter))
    call = (
        b'{"type":"CTP_CALL","epoch":0,"questionID":"q-9","target":"q-2","method":'
        b'{"body":"[\\"c\\"]","slots":[]}}'
    )
    pair.alice.receive(call)
    pair.run()
    assert pair.sent_by("alice")[-1].endswith(b'"slots":["o+2"]}}')
    assert isinstance(failed.reason, Thrown)
    assert given.value["n"] == 1


def test_what_nobody_takes_is_dropped_with_its_count() -> None:
    pair = joined(None, Far("Bob", give=lambda: Far("Thing")))
    turns = pair.alice_turns
    bob = pair.wait(pair.alice.bootstrap())
    things = [pair.wait(turns.send(bob, "give")) for _ in range(3)]
    twice = pair.wait(turns.send(bob, "give"))
    gone = things.pop()
    del gone
    pair.run()
    carried = carry(pair, Names())
    assert sorted(carried.imports) == ["o-1", "o-2", "o-3", "o-5"]
    kept = carried.imports["o-2"]
    del carried, things, twice, bob
    gc.collect()
    pair.run()
    assert set(pair.bob._tables.exports) == {"o+2"}
    assert pair.bob.table_sizes()["answers"] == 0
    del kept
    gc.collect()
    pair.run()
    assert pair.bob.table_sizes()["exports"] == 0
    assert sum(pair.alice.table_sizes().values()) == 0


def test_drops_that_were_not_sent_are_sent_by_the_next() -> None:
    pair = joined(None, Far("Bob", give=lambda: Far("Thing")))
    bob = pair.wait(pair.alice.bootstrap())
    thing = pair.wait(pair.alice_turns.send(bob, "give"))
    pair.run()
    del thing
    gc.collect()
    assert pair.alice._tables.has_dropped
    data = export_tables(pair.alice, Names().name_of)
    assert ["o-2", 1] in data["gone"]
    held = carry(pair, Names())
    assert not pair.alice.has_messages
    assert pair.alice.has_outgoing
    pair.run()
    assert set(pair.bob._tables.exports) == {"o+1"}
    assert list(held.imports) == ["o-1"]


def test_messages_that_were_not_taken_are_sent_by_the_next() -> None:
    pair = joined(None, Far("Bob", echo=lambda value: value))
    told: list[str] = []
    bob = pair.wait(pair.alice.bootstrap())
    pair.alice_turns.send_only(bob, "echo", 5)
    data = json.loads(json.dumps(export_tables(pair.alice, Names().name_of)))
    leave(pair.alice)
    pair.alice = Session(
        "alice",
        turns=pair.alice_turns,
        gc_imports=True,
        on_outgoing=lambda: told.append("told"),
    )
    carried = import_tables(pair.alice, data, Names().value_of)
    assert told == ["told"]
    pair.run()
    assert carried.questions["q-2"].value == 5


def test_ids_go_on_where_they_were() -> None:
    def fail() -> None:
        raise ValueError("no")

    turns = Turns()
    alice = Far("Alice", fail=fail, make=lambda: Far("Made"))
    pair = ConnectionPair(
        alice, Far("Bob", ping=lambda: 1), turns=turns, bob_options=COLLECTING
    )
    pair.alice = Session("alice", alice, turns=turns, gc_imports=True)
    remote = pair.wait(pair.bob.bootstrap())
    held: object = pair.wait(pair.alice.bootstrap())
    errors = []
    for _ in range(2):
        failed = turns.send(remote, "fail")
        made = pair.wait(turns.send(remote, "make"))
        slot = made.slot
        assert isinstance(failed.reason, RemoteError)
        errors.append((failed.reason.error_id, slot))
        del made, failed
        gc.collect()
        pair.run()
        names = Names(alice)
        held = carry(pair, names).imports["o-1"]
        assert pair.wait(turns.send(held, "ping")) == 1
    assert errors == [
        ("error:captp:alice#20001", "o-2"),
        ("error:captp:alice#20002", "o-3"),
    ]


def test_a_session_that_was_left_says_nothing_more() -> None:
    pair = joined(None, Far("Bob", ping=lambda: 1))
    bob = pair.wait(pair.alice.bootstrap())
    pending = pair.alice_turns.send(bob, "ping")
    leave(pair.alice)
    pair.run()
    assert not pair.alice.connected
    assert pending.state == "pending"
    assert isinstance(pair.alice_turns.send(bob, "ping").reason, Disconnected)
    assert pair.alice.take_outgoing() == []


def test_all_that_has_no_name_is_listed() -> None:
    kept: list[object] = []
    pair = joined(None, Far("Bob", keep=kept.append))
    bob = pair.wait(pair.alice.bootstrap())
    objects = [Far("Mine") for _ in range(7)]
    pending, _ = make_promise(pair.alice_turns)
    pair.wait(pair.alice_turns.send(bob, "keep", [*objects, pending]))
    with pytest.raises(CannotBeCarried) as caught:
        export_tables(pair.alice, Names().name_of)
    assert str(caught.value) == (
        "expected a name for everything that the peer holds, came none for "
        "o+1, o+2, o+3, o+4, o+5 and 3 more"
    )
    shown = json.loads(tables_text(pair.alice, Names(objects[0]).name_of))
    assert shown["exports"]["o+1"] == {"name": "value 0"}
    assert shown["exports"]["o+2"] == {"name": None}
    with pytest.raises(WrongTables, match="expected exports of slots"):
        import_tables(fresh(), shown, Names().value_of)


# ---- data that is none


def fresh(**options: Any) -> Session:
    return Session("alice", turns=Turns(), **{**COLLECTING, **options})


def good() -> dict[str, Any]:
    data: dict[str, Any] = export_tables(fresh(), Names().name_of)
    return data


def change(key: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda data: data.update({key: value})


SETTLED = {"rejected": False, "body": "1", "slots": []}


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (change("version", 2), "version 1, came 2"),
        (change("name", "bob"), "name 'alice', came 'bob'"),
        (change("gcImports", False), "gcImports True"),
        (change("dropAnswers", None), "dropAnswers True"),
        (change("lastObject", -1), "lastObject in the tables as a count"),
        (change("lastError", "x"), "lastError in the tables as a count"),
        (change("outgoing", [1]), "outgoing in the tables as a list of texts"),
        (change("references", []), "references in the tables as an object"),
        (change("references", {"o+1": True}), "expected references"),
        (change("exports", {"q-1": {"name": "a"}}), "expected exports"),
        (change("exports", {"o+1": {}}), "expected exports"),
        (change("exports", {"p+1": {**SETTLED, "slots": [1]}}), "expected exports"),
        (change("exports", {"p+1": {**SETTLED, "told": 1}}), "expected exports"),
        (change("imports", {"o-1": {"iface": 5}}), "expected imports"),
        (change("imports", {"o-1": None}), "expected imports"),
        (change("questions", {"q-1": 1}), "expected questions"),
        (change("answers", {"o-1": SETTLED}), "expected answers"),
        (change("answers", {"q-1": {**SETTLED, "rejected": 0}}), "expected answers"),
        (change("gone", [["o-1"]]), "gone in the tables"),
        (change("gone", [["x", 1]]), "gone in the tables"),
        (change("answers", {"q-1": {"follows": "p-7"}}), "Unknown slot 'p-7'"),
        (change("answers", {"q-1": {**SETTLED, "body": "{"}}), "values of the tables"),
    ],
)
def test_wrong_tables_are_refused(
    spoil: Callable[[dict[str, Any]], object], complaint: str
) -> None:
    data = good()
    spoil(data)
    with pytest.raises(WrongTables, match=re.escape(complaint)):
        import_tables(fresh(), data, Names().value_of)


@pytest.mark.parametrize("data", [None, [], "tables"])
def test_tables_that_are_no_object(data: object) -> None:
    with pytest.raises(WrongTables, match="expected tables as an object"):
        import_tables(fresh(), data, Names().value_of)


def test_a_session_that_was_used_takes_no_tables() -> None:
    session = fresh()
    session.bootstrap()
    with pytest.raises(WrongTables, match="not used yet"):
        import_tables(session, good(), Names().value_of)


def test_the_page_has_every_member() -> None:
    table = PAGE.read_text().partition("## Tables as data")[2]
    heads = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", table, re.MULTILINE)
    assert set(re.findall(r"\w+", " ".join(heads))) == set(good())
