"""Batches of deliveries: runs of answers, odd ones among them, death in between."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo.frames.constants import CONSOLE, CONTROL
from engo.frames.control import deliver_record
from engo.frames.fragments import write_message
from engo.testing.fake_child import pack
from engo.worker.asking import FIRST_ID
from engo.worker.batch import Batch
from engo.worker.errors import GuestError, WorkerDied
from engo.worker.limits import Limits
from engo.worker.protocol import WorkerProtocol
from engo.worker.request import Request

POSITION = {"name": "E", "message": "m", "stack": "", "file": "", "line": 0}


def control(**message: Any) -> bytes:
    return write_message(CONTROL, pack(message))


def answer(index: int, value: Any, meter: int = 300) -> bytes:
    return control(op="result", id=FIRST_ID + index, meter=meter, value=value)


def opened(messages: list[bytes]) -> tuple[WorkerProtocol, Batch, bytes]:
    protocol = WorkerProtocol(Limits())
    protocol.receive(control(op="ready", version=1, build="b", engine="e"))
    made = protocol.deliver_batch(messages, 2.0)
    assert made is not None
    batch, parts = made
    return protocol, batch, b"".join(parts)


def values(batch: Batch) -> list[Any]:
    return [
        value.outcome() if isinstance(value, Request) else value
        for value in batch.values
    ]


def test_bytes_are_those_of_single_deliveries() -> None:
    messages = [b"a", b"b", b"", b"longer", b"longer", b"x" * 300] * 40
    _, _, sent = opened(messages)
    single = [
        deliver_record(FIRST_ID + index, message, 2.0)
        for index, message in enumerate(messages)
    ]
    assert sent == b"".join(single)


@pytest.mark.parametrize("meter", [5, 200, 300, 70_000, 2**33])
def test_uniform_answers(meter: int) -> None:
    data = [b"%02d" % index for index in range(64)]
    protocol, batch, _ = opened(data)
    stream = b"".join(answer(index, value, meter) for index, value in enumerate(data))
    assert protocol.receive(stream) == [] or meter in (5, 2**33)
    assert batch.left == 0
    assert values(batch) == data
    assert protocol.meter == meter
    assert not protocol.running
    assert not protocol.broken


def test_answers_of_all_kinds_in_any_order_and_split() -> None:
    data: list[Any] = [b"a", b"bb", b"cc", None, 7, "text", b"x" * 70_000, b"dd", 1.5]
    whole = [answer(index, value) for index, value in enumerate(data)]
    whole[3:3] = [write_message(CONSOLE, pack([1, "", "hello"]))]
    stream = b"".join(reversed(whole))
    for step in (1, 7, 1000, len(stream)):
        protocol, batch, _ = opened([b""] * len(data))
        for start in range(0, len(stream), step):
            protocol.receive(stream[start : start + step])
        assert batch.left == 0
        assert values(batch) == data


def test_errors_and_promises_among_them() -> None:
    protocol, batch, _ = opened([b""] * 4)
    protocol.receive(
        answer(0, b"0")
        + control(op="error", id=FIRST_ID + 1, meter=1, **POSITION)
        + control(op="pending", id=FIRST_ID + 2, meter=1)
        + answer(3, b"3")
    )
    assert batch.left == 0
    assert batch.values[0] == b"0"
    assert batch.values[3].outcome() == b"3"
    with pytest.raises(GuestError):
        batch.values[1].outcome()
    assert not batch.values[2].done
    protocol.receive(answer(2, b"late"))
    assert batch.values[2].outcome() == b"late"


@pytest.mark.parametrize("index", [-1, 0, 3])
def test_an_answer_twice_or_out_of_range_breaks_the_link(index: int) -> None:
    protocol, _, _ = opened([b""] * 3)
    protocol.receive(answer(0, b"0"))
    protocol.receive(answer(index, b"0"))
    assert protocol.broken


def test_death_fails_what_has_not_come() -> None:
    protocol, batch, _ = opened([b""] * 3)
    protocol.receive(answer(1, b"1"))
    protocol.died(WorkerDied("end"))
    assert batch.left == 0
    assert batch.values[1] == b"1"
    for index in (0, 2):
        with pytest.raises(WorkerDied):
            batch.values[index].outcome()


def test_long_messages_and_open_requests_are_no_batch() -> None:
    protocol = WorkerProtocol(Limits())
    assert protocol.deliver_batch([b"a", b"x" * 65_519], 0.0) is None
    protocol.deliver(b"", 0.0)
    assert protocol.deliver_batch([b"a"], 0.0) is None


@given(st.lists(st.integers(0, 400), max_size=12), st.binary(max_size=60))
def test_fuzz(changes: list[int], tail: bytes) -> None:
    protocol, batch, _ = opened([b"m"] * 5)
    data = bytearray(b"".join(answer(index, b"v") for index in range(5)) + tail)
    for change in changes:
        if change < len(data):
            data[change] ^= 1
    protocol.receive(bytes(data))
    protocol.died(WorkerDied("end"))
    assert batch.left == 0
