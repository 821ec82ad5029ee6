"""Two sessions joined in memory: calls, identity, promises, errors, three parties."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from engo.captp import (
    BigInt,
    Far,
    JSTypeError,
    NotPassable,
    Presence,
    RemoteError,
    Session,
    Thrown,
    Turns,
    make_promise,
)
from engo.testing.captp import ConnectionPair
from tests.captp.peers import Bob, Counter

COLLECTING = {"gc_imports": True}


def pair(**options: Any) -> tuple[ConnectionPair, Presence]:
    turns = Turns()
    joined = ConnectionPair(None, Bob(turns), turns=turns, **options)
    bob = joined.wait(joined.alice.bootstrap())
    assert isinstance(bob, Presence)
    return joined, bob


def test_call() -> None:
    joined, bob = pair()
    assert joined.wait(joined.alice_turns.send(bob, "add", 2, 3)) == 5
    assert repr(bob) == "<Presence o-1 Alleged: Bob>"


def test_send_only_is_answered_all_the_same() -> None:
    joined, bob = pair()
    joined.alice_turns.send_only(bob, "ping")
    joined.run()
    assert joined.sent_by("bob")[-1].endswith(b'{"body":"\\"pong\\"","slots":[]}}')


def test_identity_of_both_sides_objects() -> None:
    joined, bob = pair()
    mine = Far("Mine")
    echoed = joined.wait(joined.alice_turns.send(bob, "echo", [mine, bob, mine]))
    assert echoed[0] is mine
    assert echoed[1] is bob
    assert echoed[2] is mine


def test_promises_travel_in_data() -> None:
    joined, bob = pair()
    echoed = joined.alice_turns.send(bob, "getPair")
    joined.run()
    first, second = echoed.value["p"], echoed.value["q"]
    assert (first.state, second.state) == ("pending", "pending")
    bob_of(joined).let_time_pass()
    joined.run()
    assert first.value == "first"
    assert second.reason.js_name == "RangeError"


def bob_of(joined: ConnectionPair) -> Bob:
    bob = joined.bob._tables.exports["o+1"]
    assert isinstance(bob, Bob)
    return bob


def test_a_promise_keeps_its_slot_on_its_way_home() -> None:
    joined, bob = pair()
    promise, resolver = make_promise(joined.alice_turns)
    echoed = joined.wait(joined.alice_turns.send(bob, "echo", [promise]))
    assert echoed[0] is promise
    resolver.resolve(Counter())
    joined.run()


def test_a_settled_promise_gets_a_new_slot() -> None:
    joined, bob = pair(alice_options=COLLECTING, bob_options=COLLECTING)
    promise = joined.alice_turns.resolved(7)
    for slot in (b"p+1", b"p+2"):
        joined.wait(joined.alice_turns.send(bob, "echo", [promise]))
        joined.run()
        assert any(slot in message for message in joined.sent_by("alice"))
    assert joined.alice.table_sizes()["exports"] == 0


def test_a_dropped_promise_is_not_settled_for_nobody() -> None:
    joined, bob = pair(bob_options=COLLECTING)
    promise, resolver = make_promise(joined.alice_turns)
    joined.wait(joined.alice_turns.send(bob, "typeName", promise))
    drop = b'{"type":"CTP_DROP","slotID":"p-1","decRefs":1,"epoch":0}'
    joined.alice.receive(drop)
    resolver.resolve(1)
    joined.run()
    assert not any(b"CTP_RESOLVE" in message for message in joined.sent_by("alice"))


def test_errors_keep_name_and_text_and_their_sender_sees_them() -> None:
    sent: list[tuple[str, BaseException]] = []
    joined, bob = pair(
        bob_options={"on_error_sent": lambda *both: sent.append(both)},
    )
    failed = joined.alice_turns.send(bob, "fail", "no such luck")
    joined.run()
    error = failed.reason
    assert isinstance(error, RemoteError)
    assert (error.js_name, error.message) == ("TypeError", "no such luck")
    [(error_id, original)] = sent
    assert error_id == error.error_id == "error:captp:bob#20001"
    assert isinstance(original, JSTypeError)


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (TypeError("t"), "TypeError"),
        (ValueError("v"), "Error"),
        (RemoteError("RangeError", "r", "error:x#1"), "RangeError"),
    ],
)
def test_names_of_python_errors(error: Exception, name: str) -> None:
    joined, bob = pair()
    echoed = joined.wait(joined.alice_turns.send(bob, "echo", [error]))[0]
    assert (echoed.js_name, echoed.message) == (name, str(error))


def test_rejections_that_are_no_errors() -> None:
    joined, bob = pair()
    failed = joined.alice_turns.send(bob, "failPlain")
    joined.run()
    assert isinstance(failed.reason, Thrown)
    assert failed.reason.value == {"why": "not an Error", "code": 7}


def test_what_cannot_be_sent_rejects_at_once_and_leaves_nothing() -> None:
    joined, bob = pair(alice_options=COLLECTING)
    before = joined.alice.table_sizes()
    failed = joined.alice_turns.send(bob, "echo", Far("Lost"), object())
    assert isinstance(failed.reason, NotPassable)
    assert joined.alice.table_sizes() == before
    assert joined.wait(joined.alice_turns.send(bob, "ping")) == "pong"


def test_a_result_that_cannot_be_sent_is_an_exception() -> None:
    turns = Turns()
    joined = ConnectionPair(None, Far("Odd", make=object), turns=turns)
    odd = joined.wait(joined.alice.bootstrap())
    failed = turns.send(odd, "make")
    rejected = turns.send(odd, "echo")
    joined.run()
    assert isinstance(failed.reason, RemoteError)
    assert "came object" in failed.reason.message
    assert isinstance(rejected.reason, RemoteError)


def test_a_promise_for_what_cannot_be_sent_is_rejected() -> None:
    turns = Turns()
    alien = Far("Odd", make=lambda: [turns.resolved(object())])
    joined = ConnectionPair(None, alien, turns=turns)
    odd = joined.wait(joined.alice.bootstrap())
    [promise] = joined.wait(turns.send(odd, "make"))
    assert isinstance(promise.reason, RemoteError)


def test_a_thrown_value_that_cannot_be_sent() -> None:
    turns = Turns()

    def throw() -> None:
        raise Thrown(object())

    joined = ConnectionPair(None, Far("Odd", throw=throw), turns=turns)
    odd = joined.wait(joined.alice.bootstrap())
    failed = turns.send(odd, "throw")
    joined.run()
    assert isinstance(failed.reason, RemoteError)


def test_no_bootstrap_is_undefined() -> None:
    joined = ConnectionPair()
    assert joined.wait(joined.alice.bootstrap()) is None


def test_pipelining_needs_no_answer() -> None:
    joined, bob = pair()
    turns = joined.alice_turns
    counter = turns.send(bob, "getCounter")
    total = turns.send(counter, "incr", 2)
    assert len(joined.alice.take_outgoing()) == 2
    assert total.state == "pending"


def test_calls_on_a_peers_promise_go_there() -> None:
    joined, bob = pair()
    turns = joined.alice_turns
    kit = joined.wait(turns.send(bob, "promiseOf"))
    total = turns.send(kit["promise"], "incr", 3)
    turns.send_only(kit["resolver"], "resolve", Counter())
    assert joined.wait(total) == BigInt(3)


def test_three_parties() -> None:
    """Carol's counter reaches alice through bob, who forwards what alice calls."""
    turns = Turns()
    carol = ConnectionPair(None, Bob(turns), turns=turns)
    their_carol = carol.wait(carol.alice.bootstrap())

    def introduce() -> object:
        return turns.send(their_carol, "getCounter")

    joined = ConnectionPair(None, Far("Middle", introduce=introduce), turns=turns)
    middle = joined.wait(joined.alice.bootstrap())
    counter = turns.send(middle, "introduce")
    first = turns.send(counter, "incr", 5)
    for _ in range(6):
        joined.run()
        carol.run()
    assert first.value == BigInt(5)
    assert counter.value.iface == "Alleged: Counter"
    failed = turns.send(counter, "nope")
    for _ in range(4):
        joined.run()
        carol.run()
    assert isinstance(failed.reason, RemoteError)
    assert failed.reason.error_id == "error:captp:bob#20001"
    assert "no method" in failed.reason.message


def test_ten_thousand_calls_leave_nothing() -> None:
    joined, bob = pair(alice_options=COLLECTING, bob_options=COLLECTING)
    turns = joined.alice_turns
    for _ in range(100):
        answers = [turns.send(bob, "getCounter") for _ in range(50)]
        answers += [turns.send(bob, "echo", [Far("Mine"), answers[0]])]
        answers += [turns.send(answer, "incr", 1) for answer in answers[:49]]
        joined.run()
        del answers
        joined.run()
    joined.run()
    assert joined.alice.table_sizes() == {
        **dict.fromkeys(joined.alice.table_sizes(), 0),
        "imports": 1,
        "references": 1,
    }
    assert joined.bob.table_sizes() == {
        **dict.fromkeys(joined.bob.table_sizes(), 0),
        "exports": 1,
        "references": 1,
    }


def test_imports_are_kept_without_collection() -> None:
    joined, bob = pair()
    turns = joined.alice_turns
    kept = weakref.ref(joined.wait(turns.send(bob, "getCounter")))
    gc.collect()
    assert kept() is not None
    assert joined.alice.table_sizes()["imports"] == 2


def test_a_dropped_object_can_come_again() -> None:
    joined, bob = pair(alice_options=COLLECTING)
    turns = joined.alice_turns
    first = joined.wait(turns.send(bob, "sameAgain"))
    slot = first.slot
    del first
    joined.run()
    again = joined.wait(turns.send(bob, "sameAgain"))
    assert again.slot != slot
    assert repr(joined.wait(turns.send(again, "__getMethodNames__"))) == (
        "['__getMethodNames__']"
    )


def test_an_object_mentioned_again_while_its_drop_is_on_its_way() -> None:
    joined, bob = pair(alice_options=COLLECTING)
    turns = joined.alice_turns
    first = joined.wait(turns.send(bob, "sameAgain"))
    slot = first.slot
    again = turns.send(bob, "sameAgain")
    joined.step("alice")
    turns.run()
    on_their_way = joined.bob.take_outgoing()
    del first
    joined.step("alice")  # the drop, with one reference of the two
    for message in on_their_way:
        joined.alice.receive(message)
    turns.run()
    assert again.value.slot == slot
    assert joined.wait(turns.send(again, "__getMethodNames__"))


def test_an_object_that_comes_again_before_its_drop_was_sent() -> None:
    joined, bob = pair(alice_options=COLLECTING)
    turns = joined.alice_turns
    first = joined.wait(turns.send(bob, "sameAgain"))
    again = turns.send(bob, "sameAgain")
    slot = first.slot
    joined.step("alice")
    turns.run()
    del first  # its drop waits while the same slot arrives
    joined.step("bob")
    turns.run()
    assert again.value.slot == slot
    joined.run()
    assert joined.wait(turns.send(again, "__getMethodNames__"))


def test_a_drop_of_nothing() -> None:
    joined, bob = pair()
    joined.bob.receive(b'{"type":"CTP_DROP","slotID":"o-77","decRefs":1}')
    assert joined.wait(joined.alice_turns.send(bob, "ping")) == "pong"


def test_has_outgoing_and_on_outgoing() -> None:
    calls: list[str] = []
    joined, bob = pair(
        alice_options={**COLLECTING, "on_outgoing": lambda: calls.append("out")}
    )
    joined.run()
    calls.clear()
    assert not joined.alice.has_outgoing
    answer = joined.alice_turns.send(bob, "getCounter")
    joined.alice_turns.send_only(bob, "ping")
    assert calls == ["out"]
    assert joined.alice.has_outgoing
    joined.run()
    assert answer.state == "fulfilled"
    assert not joined.alice.has_outgoing
    del answer
    assert joined.alice.has_outgoing


def test_sessions_do_not_hold_each_other() -> None:
    turns = Turns()
    session = Session("alone", turns=turns)
    gone = weakref.ref(session.on_disconnect)
    del session
    gc.collect()
    assert gone() is None
