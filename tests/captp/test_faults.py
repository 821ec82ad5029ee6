"""What a session does with broken messages, at its limits, and at its end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engo.captp import (
    CapTPError,
    Disconnected,
    Far,
    JSError,
    Limits,
    LocalProtocolError,
    Presence,
    Promise,
    RemoteError,
    RemoteProtocolError,
    Session,
    Turns,
)
from engo.captp.errors import (
    MalformedMessage,
    MessageTooLarge,
    NestingTooDeep,
    OutgoingTooLarge,
    TableFull,
    TooManyExports,
    TooManyQuestions,
    TooManySlots,
    UnknownSlot,
)
from engo.testing.captp import ConnectionPair


class Host:
    """A session with an echoing bootstrap object, fed by hand."""

    def __init__(self, **options: Any) -> None:
        self.turns = Turns()
        self.problems: list[RemoteProtocolError] = []
        self.session = Session(
            "host",
            Far("Host", echo=lambda value: value, ping=lambda: "pong"),
            turns=self.turns,
            on_problem=self.problems.append,
            **options,
        )
        self.feed({"type": "CTP_BOOTSTRAP", "questionID": "q-1"})

    def feed(self, message: object) -> list[dict[str, Any]]:
        """What is sent because of a message."""
        data = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.session.receive(data)
        self.turns.run()
        return [json.loads(sent) for sent in self.session.take_outgoing()]

    def call(
        self, body: str, *slots: str, target: str = "o-1", question: str = "q-7"
    ) -> list[dict[str, Any]]:
        method = {"body": body, "slots": list(slots)}
        return self.feed(
            {
                "type": "CTP_CALL",
                "questionID": question,
                "target": target,
                "method": method,
            }
        )


def exception_text(sent: list[dict[str, Any]]) -> str:
    [answer] = sent
    assert answer["type"] == "CTP_RETURN"
    text = json.loads(answer["exception"]["body"])["message"]
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("nonsense", "expected JSON"),
        ("5", "expected a method"),
        ("[]", "expected a method"),
        ('["echo",5]', "expected a method"),
        ('["echo",[],5]', "expected a method"),
        ('["echo",[{"@qclass":"nonsense"}]]', "@qclass"),
        ('["echo",[{"@qclass":"slot","index":0}]]', "expected an index"),
        ("[" * 100_000, "levels of nesting"),
        ('["echo",[' + "[" * 100_000 + "]" * 100_000 + "]]", "levels of nesting"),
    ],
)
def test_undecodable_calls_are_answered(body: str, text: str) -> None:
    host = Host()
    assert text in exception_text(host.call(body))
    assert len(host.problems) == 1
    again = host.call('["ping",[]]', question="q-8")
    assert again[0]["result"]["body"] == '"pong"'


def test_calls_with_unknown_slots_are_answered() -> None:
    host = Host()
    body = '["echo",[{"@qclass":"slot","index":0}]]'
    assert exception_text(host.call(body, "o-9")) == 'Unknown export "o+9"'
    assert isinstance(host.problems[0], UnknownSlot)
    unknown = host.call('["ping",[]]', target="o-9", question="q-8")
    assert exception_text(unknown) == 'Unknown export "o+9"'
    unanswered = host.call('["ping",[]]', target="q-99", question="q-9")
    assert exception_text(unanswered) == 'Unknown answer "q-99"'


def test_calls_on_a_broken_question_learn_of_it() -> None:
    host = Host()
    host.call('["ping",[]]', target="o-9", question="q-7")
    pipelined = host.call('["ping",[]]', target="q-7", question="q-8")
    assert exception_text(pipelined) == 'Unknown export "o+9"'


@pytest.mark.parametrize(
    "changes",
    [
        {"target": 5},
        {"target": None},
        {"target": "x-1"},
        {"target": "o1"},
        {"method": None},
        {"method": {"body": 5, "slots": []}},
        {"method": {"body": "[]"}},
        {"method": {"body": "[]", "slots": "o+1"}},
        {"method": {"body": "[]", "slots": [5]}},
        {"method": {"body": "[]", "slots": ["q-1"]}},
        {"method": {"body": "[]", "slots": ["o+"]}},
        {"method": {"body": "[]", "slots": ["o+٣"]}},
        {"method": {"body": "[]", "slots": ["o+" + "1" * 30]}},
        {"trap": True},
    ],
)
def test_calls_with_broken_members_are_answered(changes: dict[str, object]) -> None:
    host = Host()
    message = {
        "type": "CTP_CALL",
        "questionID": "q-7",
        "target": "o-1",
        "method": {"body": '["ping",[]]', "slots": []},
    }
    assert "expected" in exception_text(host.feed({**message, **changes}))


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"type": 5},
        {"type": []},
        {"type": "CTP_NONSENSE"},
        {"type": "CTP_TRAP_ITERATE", "questionID": "q-1", "serialized": {}},
        {"type": "CTP_BOOTSTRAP"},
        {"type": "CTP_BOOTSTRAP", "questionID": "o-1"},
        {"type": "CTP_BOOTSTRAP", "questionID": 'q-1"'},
        {"type": "CTP_CALL", "questionID": 5},
        {"type": "CTP_RETURN", "answerID": "q-9", "result": {"body": "1", "slots": []}},
        {"type": "CTP_RETURN", "answerID": "p-9", "result": {"body": "1", "slots": []}},
        {"type": "CTP_RETURN", "answerID": "q-9"},
        {"type": "CTP_RESOLVE", "promiseID": "p-9", "res": {"body": "1", "slots": []}},
        {"type": "CTP_RESOLVE"},
        {"type": "CTP_DROP", "slotID": 5},
        {"type": "CTP_DROP", "slotID": "o+1", "decRefs": 1},
        {"type": "CTP_DROP", "slotID": "o-1", "decRefs": -1},
        {"type": "CTP_DROP", "slotID": "o-1", "decRefs": "1"},
    ],
)
def test_other_broken_messages_are_reported_and_survived(
    message: dict[str, object],
) -> None:
    host = Host()
    assert host.feed(message) == []
    [problem] = host.problems
    assert "expected" in str(problem)
    assert host.call('["ping",[]]')[0]["result"]["body"] == '"pong"'


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", MalformedMessage),
        (b"nonsense", MalformedMessage),
        (b"\xff", MalformedMessage),
        (b"[]", MalformedMessage),
        (b"5", MalformedMessage),
        (b"[" * 100_000, NestingTooDeep),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", NestingTooDeep),
    ],
)
def test_what_is_no_message_ends_the_session(
    data: bytes, kind: type[RemoteProtocolError]
) -> None:
    host = Host()
    pending = host.session.bootstrap()
    host.session.take_outgoing()
    with pytest.raises(kind):
        host.session.receive(data)
    [goodbye] = host.session.take_outgoing()
    assert kind.__name__ in json.loads(goodbye)["reason"]
    assert isinstance(pending.reason, kind)
    assert host.feed({"type": "CTP_BOOTSTRAP", "questionID": "q-9"}) == []


def test_message_size_at_the_limit_and_one_past_it() -> None:
    message = json.dumps({"type": "CTP_DROP", "slotID": "q-5"}).encode()
    host = Host(limits=Limits(message=200))
    host.session.receive(message.ljust(200))
    with pytest.raises(MessageTooLarge, match="at most 200 bytes, came 201"):
        host.session.receive(message.ljust(201))


def test_our_own_messages_have_the_same_limit() -> None:
    host = Host(limits=Limits(message=300))
    echoed = host.call('["echo",[' + "[1e20]" + "]]", question="q-7")
    assert echoed[0]["result"]["body"] == "[100000000000000000000]"
    numbers = ",".join(["1e20"] * 20)
    assert "at most 300 bytes" in exception_text(
        host.call(f'["echo",[[{numbers}]]]', question="q-8")
    )
    presence = Presence(host.session, "o-1", "Alleged: Far")
    failed = host.turns.send(presence, "x", "y" * 300)
    assert isinstance(failed.reason, OutgoingTooLarge)
    assert host.session.table_sizes()["questions"] == 0


def test_an_error_that_is_too_large_is_told_in_short() -> None:
    def fail() -> None:
        raise JSError("x" * 1000)

    turns = Turns()
    joined = ConnectionPair(
        None,
        Far("Loud", fail=fail),
        turns=turns,
        bob_options={"limits": Limits(message=600)},
    )
    loud = joined.wait(joined.alice.bootstrap())
    failed = turns.send(loud, "fail")
    joined.run()
    assert isinstance(failed.reason, RemoteError)
    assert "at most 600 bytes" in failed.reason.message


def test_slots_at_the_limit_and_one_past_it() -> None:
    host = Host(limits=Limits(slots=2))
    assert "result" in host.call('["ping",[]]', "o+1", "o+2", question="q-7")[0]
    text = exception_text(host.call('["ping",[]]', *["o+1"] * 3, question="q-8"))
    assert text == "expected at most 2 slots, came 3"
    assert isinstance(host.problems[0], TooManySlots)


def test_imports_at_the_limit_and_one_past_it() -> None:
    host = Host(limits=Limits(imports=2))
    body = '["echo",[[{"@qclass":"slot","index":0},{"@qclass":"slot","index":1}]]]'
    assert "result" in host.call(body, "o+1", "p+2", question="q-7")[0]
    text = exception_text(host.call(body, "o+1", "o+3", question="q-8"))
    assert text == "expected at most 2 imports at a time"
    assert isinstance(host.problems[0], TableFull)


def test_answers_at_the_limit_and_one_past_it() -> None:
    host = Host(limits=Limits(answers=2))
    assert "result" in host.call('["ping",[]]', question="q-7")[0]
    text = exception_text(host.call('["ping",[]]', question="q-8"))
    assert text == "expected at most 2 answers"
    host.feed({"type": "CTP_DROP", "slotID": "q-7", "decRefs": 1})
    assert "result" in host.call('["ping",[]]', question="q-9")[0]


def test_a_question_is_answered_once() -> None:
    host = Host()
    assert len(host.call('["ping",[]]', question="q-7")) == 1
    assert host.call('["ping",[]]', question="q-7") == []
    assert host.call("nonsense", question="q-7") == []
    assert len(host.problems) == 2


def test_exports_at_the_limit_and_one_past_it() -> None:
    turns = Turns()
    joined = ConnectionPair(
        None,
        Far("Maker", make=lambda: Far("Made")),
        turns=turns,
        bob_options={"limits": Limits(exports=2)},
    )
    maker = joined.wait(joined.alice.bootstrap())
    assert joined.wait(turns.send(maker, "make")).iface == "Alleged: Made"
    failed = turns.send(maker, "make")
    joined.run()
    assert isinstance(failed.reason, RemoteError)
    assert failed.reason.message == "expected at most 2 exports at a time"
    failed = turns.send(Presence(joined.bob, "o-1", "x"), "x", Far("More"))
    assert isinstance(failed.reason, TooManyExports)


def test_questions_at_the_limit_and_one_past_it() -> None:
    turns = Turns()
    session = Session("asker", turns=turns, limits=Limits(questions=2))
    presence = Presence(session, "o-1", "x")
    assert session.bootstrap().state == "pending"
    assert turns.send(presence, "x").state == "pending"
    assert isinstance(turns.send(presence, "x").reason, TooManyQuestions)
    assert isinstance(session.bootstrap().reason, TooManyQuestions)


def answered(message: dict[str, object], **options: Any) -> tuple[Promise, Session]:
    """A pending call, after a message for it."""
    turns = Turns()
    session = Session("asker", turns=turns, **options)
    promise = turns.send(Presence(session, "o-1", "x"), "x")
    session.receive(json.dumps(message).encode())
    turns.run()
    return promise, session


@pytest.mark.parametrize(
    "value",
    [
        {"result": {"body": "nonsense", "slots": []}},
        {"result": {"body": '{"@qclass":"slot","index":0}', "slots": ["o-9"]}},
        {"result": {"body": "[" * 100_000, "slots": []}},
        {"exception": {"body": '{"@qclass":"error"}', "slots": []}},
        {"exception": 5},
        {},
    ],
)
def test_undecodable_answers_reject_the_caller(value: dict[str, object]) -> None:
    message = {"type": "CTP_RETURN", "answerID": "q-1", **value}
    promise, session = answered(message)
    assert isinstance(promise.reason, RemoteProtocolError)
    assert session.connected
    assert session.table_sizes()["questions"] == 0


def test_a_broken_resolution_rejects_its_promise() -> None:
    promise, session = answered(
        {
            "type": "CTP_RETURN",
            "answerID": "q-1",
            "result": {"body": '[{"@qclass":"slot","index":0}]', "slots": ["p+1"]},
        }
    )
    [inner] = promise.value
    session.receive(b'{"type":"CTP_RESOLVE","promiseID":"p-1","res":{"body":5}}')
    assert isinstance(inner.reason, MalformedMessage)
    session.receive(b'{"type":"CTP_RESOLVE","promiseID":"p-1","res":{"body":5}}')


def test_imports_of_a_broken_body_are_dropped() -> None:
    body = '[{"@qclass":"slot","index":0},{"@qclass":"nonsense"}]'
    slots = ["o+1", "p+2", "o-1"]
    promise, session = answered(
        {
            "type": "CTP_RETURN",
            "answerID": "q-1",
            "result": {"body": body, "slots": slots},
        },
        gc_imports=True,
    )
    assert isinstance(promise.reason, MalformedMessage)
    del promise
    drops = [json.loads(message) for message in session.take_outgoing()[1:]]
    assert {drop["slotID"]: drop["decRefs"] for drop in drops} == {"o-1": 1, "q-1": 1}


def test_a_promise_resolved_with_itself_by_the_peer() -> None:
    promise, session = answered(
        {
            "type": "CTP_RETURN",
            "answerID": "q-1",
            "result": {"body": '[{"@qclass":"slot","index":0}]', "slots": ["p+1"]},
        }
    )
    [inner] = promise.value
    session.receive(
        b'{"type":"CTP_RESOLVE","promiseID":"p-1","res":'
        b'{"body":"{\\"@qclass\\":\\"slot\\",\\"index\\":0}","slots":["p+1"]}}'
    )
    assert inner.state == "rejected"


def test_abort_rejects_what_is_pending_on_both_sides() -> None:
    turns = Turns()
    joined = ConnectionPair(Far("A"), Far("B"), turns=turns)
    ours = joined.alice.bootstrap()
    theirs = joined.bob.bootstrap()
    joined.alice.abort("enough")
    joined.run()
    assert isinstance(ours.reason, Disconnected)
    assert str(ours.reason) == '"alice" connection closed: enough'
    assert isinstance(theirs.reason, Disconnected)
    assert str(theirs.reason) == '"bob" connection closed: enough'
    assert theirs.reason.reason == "enough"
    assert not joined.bob.connected
    assert joined.bob.on_disconnect.value is theirs.reason
    for session in (joined.alice, joined.bob):
        assert set(session.table_sizes().values()) == {0}
        assert not session.has_outgoing


def test_the_end_is_final() -> None:
    turns = Turns()
    session = Session("gone", Far("Gone"), turns=turns)
    presence = Presence(session, "o-1", "x")
    session.connection_lost()
    session.connection_lost()
    session.abort("late")
    assert isinstance(session.on_disconnect.value, Disconnected)
    assert str(session.on_disconnect.value) == '"gone" connection closed'
    for promise in (session.bootstrap(), turns.send(presence, "x")):
        assert promise.reason is session.on_disconnect.value
    assert session.take_outgoing() == []


def test_connection_lost_with_a_reason() -> None:
    session = Session("gone", turns=Turns())
    error = OSError("reset")
    session.connection_lost(error)
    assert session.on_disconnect.value is error


@pytest.mark.parametrize("settle", ["resolve", "reject"])
def test_answers_that_come_after_the_end_go_nowhere(settle: str) -> None:
    from engo.captp import make_promise

    host = Host()
    promise, resolver = make_promise(host.turns)
    host.session._tables.exports["o+1"] = Far("Slow", wait=lambda: promise)
    assert host.call('["wait",[]]') == []
    host.session.connection_lost()
    getattr(resolver, settle)(JSError("late"))
    host.turns.run()
    assert host.session.take_outgoing() == []


def test_abort_with_what_json_cannot_say() -> None:
    session = Session("s", turns=Turns())
    with pytest.raises(LocalProtocolError):
        session.abort(object())
    assert session.connected


def test_a_goodbye_whose_echo_would_be_too_large() -> None:
    host = Host(limits=Limits(message=200))
    numbers = [1e20] * 12
    message = json.dumps({"type": "CTP_DISCONNECT", "reason": numbers})
    assert host.feed(message.encode()) == [{"type": "CTP_DISCONNECT"}]
    assert not host.session.connected


def test_every_error_has_one_root() -> None:
    for error in (MalformedMessage("x"), OutgoingTooLarge("x"), Disconnected("x")):
        assert isinstance(error, CapTPError)
        assert error.js_name
