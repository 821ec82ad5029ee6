"""Engo's messages are byte for byte those of two real @endo/captp ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engo.captp import (
    BigInt,
    Disconnected,
    Far,
    JSError,
    Promise,
    RemoteError,
    Session,
    Symbol,
    Tagged,
    Turns,
    Undefined,
    make_promise,
)
from tests.captp import peers
from tests.captp.recordings import recording, sent_by

if TYPE_CHECKING:
    from engo.captp.messages import BootstrapReceived

# 25 is empty and 28 needs traps. The texts of 08 are JavaScript's, and ours too.
CALLEE = [f"{n:02}" for n in range(1, 28) if n not in (18, 19, 20, 21, 22, 23, 25)]


def collect(session: Session, turns: Turns) -> list[bytes]:
    turns.run()
    return session.take_outgoing()


@pytest.mark.parametrize("number", CALLEE)
def test_callee(number: str) -> None:
    turns = Turns()
    bob = peers.Bob(turns)
    session = Session("bob", bob, turns=turns)
    sent = []
    for message in sent_by(number, "alice"):
        session.receive(message)
        sent += collect(session, turns)
    bob.let_time_pass()
    sent += collect(session, turns)
    assert sent == sent_by(number, "bob")


def test_bootstrap_that_is_a_promise() -> None:
    turns = Turns()
    promise, resolver = make_promise(turns)
    session = Session("bob", promise, turns=turns)
    for message in sent_by("18", "alice"):
        session.receive(message)
    assert collect(session, turns) == []
    resolver.resolve(peers.Bob(turns))
    assert collect(session, turns) == sent_by("18", "bob")


def test_bootstrap_that_is_a_function() -> None:
    def made_for(event: BootstrapReceived) -> Far:
        return Far(f"For {event.question_id}")

    turns = Turns()
    session = Session("bob", made_for, turns=turns)
    for message in sent_by("19", "alice"):
        session.receive(message)
    assert collect(session, turns) == sent_by("19", "bob")


def test_disconnect_with_a_reason_is_echoed() -> None:
    turns = Turns()
    session = Session("bob", peers.Bob(turns), turns=turns)
    sent = []
    for message in sent_by("20", "alice"):
        session.receive(message)
        sent += collect(session, turns)
    assert sent == sent_by("20", "bob")
    assert not session.connected


def test_disconnect_with_an_error_as_reason() -> None:
    turns = Turns()
    session = Session("alice", turns=turns)
    pending = session.bootstrap()
    error = JSError("bye")
    session.abort(error)
    assert collect(session, turns) == sent_by("20", "alice")
    assert pending.reason is error


def test_disconnect_without_a_reason() -> None:
    turns = Turns()
    session = Session("bob", peers.Bob(turns), turns=turns)
    first, echo = sent_by("21", "alice")
    session.receive(first)
    turns.run()
    session.abort()
    session.receive(echo)
    assert collect(session, turns) == sent_by("21", "bob")
    assert isinstance(session.on_disconnect.value, Disconnected)


@pytest.mark.parametrize(("sender", "epoch"), [("alice", 3), ("bob", 0)])
def test_epoch(sender: str, epoch: int) -> None:
    turns = Turns()
    session = Session(sender, peers.Bob(turns), turns=turns, epoch=epoch)
    if sender == "alice":
        _, sent = run_caller(session, turns, "22", peers.ping)
        assert sent == sent_by("22", "alice")
    else:
        for message in sent_by("22", "alice"):
            session.receive(message)
            turns.run()
        assert collect(session, turns) == sent_by("22", "bob")


def test_both_sides_bootstrap() -> None:
    turns = Turns()
    session = Session("bob", peers.Bob(turns), turns=turns)
    theirs = session.bootstrap()
    messages = sent_by("23", "alice")
    for message in messages[:-1]:
        session.receive(message)
        turns.run()
    turns.send_only(theirs, "ping")
    session.receive(messages[-1])
    assert collect(session, turns) == sent_by("23", "bob")


def run_caller(
    session: Session, turns: Turns, number: str, script: peers.Script
) -> tuple[Promise, list[bytes]]:
    """Run a script against a recording; every message must come when it did."""
    sent: list[bytes] = []
    result = drive(turns, script(session, turns))
    for sender, message in recording(number):
        sent += collect(session, turns)
        if sender != session.name:
            session.receive(message)
    sent += collect(session, turns)
    return result, sent


def drive(turns: Turns, steps: Any) -> Promise:
    """A generator that yields promises, run as an async function would be."""
    promise, resolver = make_promise(turns)

    def step(value: object = None) -> None:
        try:
            waiting = steps.send(value)
        except StopIteration as stop:
            resolver.resolve(stop.value)
        else:
            waiting.when(step, resolver.reject)

    step()
    return promise


@pytest.mark.parametrize("number", sorted(peers.SCRIPTS))
def test_caller(number: str) -> None:
    turns = Turns()
    session = Session("alice", turns=turns)
    script, expected = peers.SCRIPTS[number]
    result, sent = run_caller(session, turns, number, script)
    assert sent == sent_by(number, "alice")
    assert result.value == expected


def test_caller_gets_a_presence() -> None:
    turns = Turns()
    session = Session("alice", turns=turns)
    result, sent = run_caller(session, turns, "01", peers.bootstrap)
    assert sent == sent_by("01", "alice")
    assert result.value.iface == "Alleged: Bob"


DATA: list[object] = [
    Undefined,
    None,
    True,
    False,
    0,
    -0.0,
    1.5,
    -7,
    1e21,
    1e-7,
    float("nan"),
    float("inf"),
    -float("inf"),
    BigInt(0),
    BigInt(-1),
    BigInt("123456789012345678901234567890"),
    "",
    "plain",
    "#hash",
    "!bang",
    "+1",
    'é😀\n"\\',
    "\ud800",
    "\u2028",
    Symbol.registered("x"),
    Symbol("@@iterator"),
    Symbol.registered("@@odd"),
    [],
    {},
    {"b": 1, "a": 2, "B": 3, "10": 4, "9": 5},
    {"@qclass": "mine"},
    {"@qclass": "mine", "more": 1},
    Tagged("copySet", [1, 2]),
]


def test_caller_sends_every_kind_of_data() -> None:
    def echo(session: Session, turns: Turns) -> Any:
        bob = yield session.bootstrap()
        return (yield turns.send(bob, "echo", DATA))

    turns = Turns()
    session = Session("alice", turns=turns)
    result, sent = run_caller(session, turns, "03", echo)
    assert sent == sent_by("03", "alice")
    echoed = result.value
    assert [type(item) for item in echoed[11:]] == [type(item) for item in DATA[11:]]
    assert echoed[11:] == DATA[11:]


def test_caller_drops_what_it_no_longer_holds() -> None:
    turns = Turns()
    session = Session("alice", turns=turns, gc_imports=True)
    result, sent = run_caller(session, turns, "24", peers.drop)
    assert result.value == "pong"
    del result
    sent += collect(session, turns)
    recorded = sent_by("24", "alice")
    drops = {message for message in recorded if b"CTP_DROP" in message}
    assert drops - set(sent) == set()
    calls = [message for message in sent if b"CTP_DROP" not in message]
    assert calls == [message for message in recorded if message not in drops]


def test_errors_keep_the_id_of_their_sender() -> None:
    turns = Turns()
    session = Session("alice", turns=turns)
    failed = drive(turns, peers.failing(session, turns))
    for sender, message in recording("06"):
        collect(session, turns)
        if sender == "bob":
            session.receive(message)
    turns.run()
    error = failed.reason
    assert isinstance(error, RemoteError)
    assert error.error_id == "error:captp:bob#20001"
    assert (error.js_name, error.message) == ("TypeError", "no such luck")
