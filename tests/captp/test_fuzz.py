"""Arbitrary messages: only declared errors come out, and the session goes on."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engo.captp import CapTPError, Far, Limits, Session, Turns
from tests import strategies as values

slots = st.sampled_from(["o+1", "o-1", "o-2", "p+1", "p-1", "p+2", "t+1", "q-1", "x"])
questions = st.sampled_from(["q-1", "q-2", "q-3", "q-4", "q-5", "p-1", "", 5])
bodies = st.one_of(
    st.sampled_from(
        [
            '["echo",[{"@qclass":"slot","index":0}]]',
            '["echo",[{"@qclass":"slot","index":0},{"@qclass":"slot","index":1}]]',
            '["echo",[[{"@qclass":"slot","iface":"Alleged: X","index":0}]]]',
            '["call",[{"@qclass":"slot","index":0}]]',
            '["later",[{"@qclass":"slot","index":0}]]',
            '["fail",[]]',
            "[null,[]]",
            '["echo"]',
            '{"@qclass":"slot","index":0}',
            '#["echo",["$0"]]',
            '{"@qclass":"error","message":"m","name":"N"}',
            "5",
        ]
    ),
    values.json_data.map(json.dumps),
)
capdata = st.one_of(
    st.fixed_dictionaries({"body": bodies, "slots": st.lists(slots, max_size=3)}),
    values.json_data,
)
odd = values.json_data
messages = st.one_of(
    st.fixed_dictionaries(
        {
            "type": st.just("CTP_CALL"),
            "questionID": questions,
            "target": st.one_of(slots, questions, odd),
            "method": capdata,
        }
    ),
    st.fixed_dictionaries({"type": st.just("CTP_BOOTSTRAP"), "questionID": questions}),
    st.fixed_dictionaries(
        {"type": st.just("CTP_RETURN"), "answerID": questions},
        optional={"result": capdata, "exception": capdata},
    ),
    st.fixed_dictionaries(
        {"type": st.just("CTP_RESOLVE"), "promiseID": st.one_of(slots, odd)},
        optional={"res": capdata, "rej": capdata},
    ),
    st.fixed_dictionaries(
        {"type": st.just("CTP_DROP"), "slotID": st.one_of(slots, questions, odd)},
        optional={"decRefs": st.one_of(st.integers(-1, 3), odd)},
    ),
    st.fixed_dictionaries(
        {"type": st.just("CTP_DISCONNECT")}, optional={"reason": odd}
    ),
    odd,
)


def fresh(collecting: bool) -> tuple[Session, Turns]:
    turns = Turns()
    kept: list[object] = []

    def fail() -> None:
        raise ValueError("no")

    host = Far(
        "Host",
        echo=lambda value: value,
        call=lambda target: turns.send(target, "echo", 1),
        later=lambda value: kept.append(turns.send(value, "x")),
        fail=fail,
    )
    limits = Limits(message=4096, depth=16, values=64, slots=4, answers=4, imports=4)
    return Session(
        "host", host, turns=turns, gc_imports=collecting, limits=limits
    ), turns


@settings(max_examples=300, deadline=None)
@given(st.lists(messages, max_size=8), st.booleans())
def test_messages(sequence: list[Any], collecting: bool) -> None:
    session, turns = fresh(collecting)
    session.bootstrap()
    for message in sequence:
        feed(session, turns, json.dumps(message).encode("utf-8", "surrogatepass"))


@given(st.lists(st.binary(max_size=30), max_size=4))
def test_bytes(sequence: list[bytes]) -> None:
    session, turns = fresh(False)
    for message in sequence:
        feed(session, turns, message)


def feed(session: Session, turns: Turns, data: bytes) -> None:
    """Deliver; whatever is sent back must be readable JSON of a known type."""
    try:
        session.receive(data)
    except CapTPError:
        assert not session.connected
    turns.run()
    for sent in session.take_outgoing():
        assert json.loads(sent)["type"].startswith("CTP_")
