"""Each edit of @endo/captp, seen from the other side of the wire."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from engo.worker.events import CapTPReceived
from tests.bootstrap.host import Facet, Host


class Wire:
    """Raw captp messages to one worker."""

    def __init__(self, facet: Facet) -> None:
        self.facet = facet
        self._question = 100

    def send(self, **message: Any) -> None:
        self.facet.core.protocol.captp(json.dumps({"epoch": 0, **message}).encode())

    def call(self, target: str, method: list[object], *slots: str, **extra: str) -> str:
        self._question += 1
        question = f"q-{self._question}"
        body = extra.get("body", json.dumps(method))
        self.send(
            type="CTP_CALL",
            questionID=question,
            target=target,
            method={"body": body, "slots": list(slots)},
        )
        return question

    def answer(self, question: str) -> dict[str, Any]:
        return self.find("answerID", question)

    def find(self, key: str, value: str) -> dict[str, Any]:
        seen = 0
        while True:
            for data in self.facet.received[seen:]:
                message: dict[str, Any] = json.loads(data)
                if message.get(key) == value:
                    return message
            seen = len(self.facet.received)
            self.facet.core.flush()
            assert self.facet.core.child.wait(5.0, writing=False), f"no {key} {value}"
            for event in self.facet.core.protocol.receive(
                self.facet.core.child.read(1 << 18)
            ):
                if isinstance(event, CapTPReceived):
                    self.facet.received.append(event.data)

    def drop(self, slot: str, count: int = 1) -> None:
        self.send(type="CTP_DROP", slotID=slot, decRefs=count)

    def evaluate(self, source: str) -> dict[str, Any]:
        return self.answer(self.call("o-1", ["evaluate", [source, [], []]]))


@pytest.fixture
def wire() -> Iterator[Wire]:
    with Host() as host:
        host.wait(host.one.facet)
        host.one.received.clear()
        yield Wire(host.one)


def test_a_dropped_answer_is_freed(wire: Wire) -> None:
    question = wire.call("o-1", ["evaluate", ["Far('A', { a: () => 1 })", [], []]])
    wire.answer(question)
    alive = wire.call(question, ["a", []])
    assert wire.answer(alive)["result"]["body"] == "1"
    wire.drop(question)
    gone = wire.call(question, ["a", []])
    assert "Unknown" in wire.answer(gone)["exception"]["body"]


def test_an_undecodable_call_is_answered(wire: Wire) -> None:
    for body in ("{", '[["a",[{"@qclass":"slot","index":9}]]]', '{"@qclass":"huh"}'):
        answer = wire.answer(wire.call("o-1", [], body=body))
        assert '@qclass\\":\\"error' in json.dumps(answer["exception"]["body"])
    unknown = wire.answer(wire.call("o-77", ["evaluate", ["1", [], []]]))
    assert "Unknown export" in unknown["exception"]["body"]
    assert wire.evaluate("40 + 2")["result"]["body"] == "42"


def test_calls_pipelined_on_an_undecodable_one_fail_too(wire: Wire) -> None:
    first = wire.call("o-77", ["x", []])
    second = wire.call(first, ["y", []])
    assert "Unknown export" in wire.answer(second)["exception"]["body"]


def test_an_object_sent_again_after_a_drop_is_known(wire: Wire) -> None:
    keep = (
        "const it = Far('It', { ping: () => 'pong' }); Far('Keep', { get: () => it })"
    )
    keeper = wire.evaluate(keep)["result"]["slots"][0].replace("+", "-")
    first = wire.answer(wire.call(keeper, ["get", []]))["result"]["slots"][0]
    wire.drop(first.replace("+", "-"))
    again = wire.answer(wire.call(keeper, ["get", []]))["result"]["slots"][0]
    pong = wire.answer(wire.call(again.replace("+", "-"), ["ping", []]))
    assert pong["result"]["body"] == '"pong"'


def test_an_object_still_referred_to_survives_a_drop(wire: Wire) -> None:
    keeper = wire.evaluate(
        "const it = Far('It', { ping: () => 'pong' }); Far('Keep', { get: () => it })"
    )["result"]["slots"][0].replace("+", "-")
    slot = wire.answer(wire.call(keeper, ["get", []]))["result"]["slots"][0]
    assert wire.answer(wire.call(keeper, ["get", []]))["result"]["slots"] == [slot]
    wire.drop(slot.replace("+", "-"), 1)
    pong = wire.answer(wire.call(slot.replace("+", "-"), ["ping", []]))
    assert pong["result"]["body"] == '"pong"'


def test_calls_to_our_object_are_not_counted_as_imports(wire: Wire) -> None:
    """The peer's o+1 and our o+1 are different; a call to ours counts nothing."""
    taker = wire.evaluate(
        "let held; Far('T', { take: x => { held = x; }, drop() { held = 0 } })"
    )
    slot = taker["result"]["slots"][0].replace("+", "-")
    mine = "o+" + slot.removeprefix("o-")  # the number of their export, but ours
    arg = {"@qclass": "slot", "iface": "Alleged: M", "index": 0}
    wire.answer(wire.call(slot, ["take", [arg]], mine))
    for _ in range(5):
        wire.answer(wire.call(slot, ["drop", []]))
    wire.facet.core.protocol.status(True)
    wire.evaluate("1")
    wire.facet.core.protocol.status(True)
    drop = wire.find("slotID", mine.replace("+", "-"))
    assert (drop["type"], drop["decRefs"]) == ("CTP_DROP", 1)
