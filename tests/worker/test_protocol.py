"""The link's state machine, without any I/O."""

from typing import Any

import msgpack  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo.frames.constants import CAPTP, CONSOLE, CONTROL, DEBUG
from engo.frames.errors import LocalProtocolError
from engo.frames.fragments import Assembler, write_message
from engo.frames.records import RecordReader
from engo.testing.fake_child import pack
from engo.worker.asking import FIRST_ID
from engo.worker.errors import (
    CrankTimeout,
    GuestError,
    LimitExceeded,
    WorkerClosed,
    WorkerDied,
    WorkerInterrupted,
)
from engo.worker.events import (
    CapTPReceived,
    ChunkReceived,
    CommandReceived,
    ConsoleLine,
    ErrorTraced,
    RejectionReported,
    WorkerReady,
)
from engo.worker.limits import Limits
from engo.worker.protocol import WorkerProtocol

POSITION = {"name": "E", "message": "m", "stack": "s", "file": "f.js", "line": 3}


def control(**message: Any) -> bytes:
    return write_message(CONTROL, pack(message))


READY = control(op="ready", version=1, build="b", engine="e")


def opened(limits: Limits | None = None) -> WorkerProtocol:
    protocol = WorkerProtocol(limits or Limits())
    protocol.start(seed=bytes(32), now=1.0, image=True)
    protocol.take_outgoing()
    assert protocol.receive(READY) == [WorkerReady("b", "e")]
    return protocol


def sent(protocol: WorkerProtocol) -> list[Any]:
    reader, assembler = RecordReader(), Assembler()
    messages = []
    for record in reader.feed(protocol.take_outgoing()):
        whole = assembler.add(record)
        if whole is not None:
            messages.append(msgpack.unpackb(whole[1]) if whole[0] == CONTROL else whole)
    return messages


def test_start_says_all_limits() -> None:
    protocol = WorkerProtocol(Limits(heap=8 << 20, meter=7))
    protocol.start(seed=bytes(32), now=1.5, image=False)
    assert sent(protocol) == [
        {
            "op": "start",
            "heap": 8 << 20,
            "stack": 65_536,
            "meter": 7,
            "message": 16_777_216,
            "seed": bytes(32),
            "now": 1.5,
            "image": False,
        }
    ]


def test_requests_are_settled_by_id_in_any_order() -> None:
    protocol = opened()
    one = protocol.evaluate("1", "eval", 2.0)
    two = protocol.deliver(b"x", 2.0)
    assert [message["op"] for message in sent(protocol)] == ["evaluate", "deliver"]
    assert protocol.receive(control(op="result", id=two.id, meter=9, value=b"y")) == [
        two
    ]
    assert (two.outcome(), two.meter, protocol.meter) == (b"y", 9, 9)
    assert not one.done
    assert protocol.running
    protocol.receive(control(op="result", id=one.id, meter=4, value=1))
    assert one.outcome() == 1
    assert protocol.outstanding == 0


def test_pending_then_result() -> None:
    protocol = opened()
    request = protocol.evaluate("p", "eval", 0.0)
    assert protocol.receive(control(op="pending", id=request.id, meter=2)) == []
    assert (request.done, request.cranks, protocol.running) == (False, 1, False)
    protocol.receive(control(op="result", id=request.id, meter=3))
    assert request.outcome() is None
    assert request.meter == 3


def test_pending_twice_breaks_the_link() -> None:
    protocol = opened()
    request = protocol.evaluate("p", "eval", 0.0)
    protocol.receive(control(op="pending", id=request.id, meter=2) * 2)
    assert protocol.broken


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"value": None}, None),
        ({"value": 1.5}, 1.5),
        ({"value": "é\ud800"}, "é\ud800"),
        ({"json": '{"a":[1,null]}'}, {"a": [1, None]}),
        ({"bigint": "-12"}, -12),
        ({"bigint": "9" * 4001}, 10**4001 - 1),
        ({}, None),
    ],
)
def test_values(fields: dict[str, Any], value: Any) -> None:
    protocol = opened()
    request = protocol.evaluate("v", "eval", 0.0)
    data = msgpack.packb(
        {"op": "result", "id": request.id, "meter": 1, **fields},
        unicode_errors="surrogatepass",
    )
    protocol.receive(write_message(CONTROL, data))
    assert request.outcome() == value


@pytest.mark.parametrize(
    "fields", [{"bigint": "9" * 100_001}, {"json": "[" * 501 + "]" * 501}]
)
def test_values_too_large_to_convert_are_guest_errors(fields: dict[str, Any]) -> None:
    protocol = opened()
    request = protocol.evaluate("v", "eval", 0.0)
    protocol.receive(control(op="result", id=request.id, meter=1, **fields))
    with pytest.raises(GuestError, match="RangeError"):
        request.outcome()
    assert not protocol.broken


@pytest.mark.parametrize("fields", [{"json": "{"}, {"bigint": "1x"}, {"bigint": ""}])
def test_values_that_lie_break_the_link(fields: dict[str, Any]) -> None:
    protocol = opened()
    protocol.evaluate("v", "eval", 0.0)
    protocol.receive(control(op="result", id=FIRST_ID, meter=1, **fields))
    assert protocol.broken


def test_errors_carry_all_fields() -> None:
    protocol = opened()
    request = protocol.evaluate("v", "eval", 0.0)
    protocol.receive(
        control(op="error", id=request.id, meter=1, **POSITION, thrown='{"a":1}')
    )
    with pytest.raises(GuestError) as caught:
        request.outcome()
    error = caught.value
    assert (error.name, error.message, error.stack) == ("E", "m", "s")
    assert (error.file, error.line, error.thrown) == ("f.js", 3, {"a": 1})
    assert str(error) == "E: m (f.js:3)"


def test_events_come_in_order() -> None:
    protocol = opened()
    request = protocol.evaluate("v", "eval", 0.0)
    stream = b"".join(
        (
            write_message(CONSOLE, pack([4, "t", "text"])),
            control(op="call", id=7, data=b"d", sync=True),
            write_message(CAPTP, b"{}"),
            control(op="trace", error="error:x#1", **POSITION),
            control(op="rejection", **POSITION),
            control(op="chunk", id=request.id, data=b"c"),
            control(op="result", id=request.id, meter=1, value=True),
        )
    )
    events = protocol.receive(stream)
    assert events[:3] == [
        ConsoleLine("error", "t", "text"),
        CommandReceived(7, b"d", True),
        CapTPReceived(b"{}"),
    ]
    assert isinstance(events[3], ErrorTraced)
    assert events[3].error_id == "error:x#1"
    assert isinstance(events[4], RejectionReported)
    assert events[5:] == [ChunkReceived(request.id, b"c"), request]
    assert protocol.waits_for_reply
    protocol.reply(7, b"a", 3.0)
    assert not protocol.waits_for_reply
    assert sent(protocol)[1:] == [{"op": "reply", "id": 7, "data": b"a", "now": 3.0}]


def test_byte_at_a_time_equals_whole() -> None:
    stream = (
        write_message(CONSOLE, pack([1, "", "x"]))
        + control(op="result", id=FIRST_ID, meter=2, value="v" * 200_000)
        + control(op="call", id=1, data=b"", sync=False)
    )
    whole, bytewise = opened(), opened()
    for protocol in (whole, bytewise):
        protocol.evaluate("v", "eval", 0.0)
    events = whole.receive(stream)
    found = [event for byte in stream for event in bytewise.receive(bytes((byte,)))]
    assert len(events) == len(found) == 3
    assert (events[0], events[2]) == (found[0], found[2])


@pytest.mark.parametrize(
    "stream",
    [
        b"\x00\x00",
        b"\x00\x01\x04",
        write_message(DEBUG, b"x"),
        write_message(CONTROL, b"\xc1"),
        write_message(CONSOLE, b"\x01"),
        READY,
        control(op="result", id=99, meter=0),
        control(op="pending", id=99, meter=0),
        control(op="chunk", id=99, data=b""),
        control(op="call", id=1, data=b"", sync=True) * 2,
    ],
)
def test_violations_break_the_link_and_fail_what_is_pending(stream: bytes) -> None:
    protocol = opened()
    request = protocol.evaluate("v", "eval", 0.0)
    protocol.receive(stream)
    assert protocol.broken
    assert protocol.died(WorkerDied("killed", -9)) == [request]
    with pytest.raises(WorkerDied, match="broke the protocol") as caught:
        request.outcome()
    assert caught.value.status == -9
    with pytest.raises(WorkerDied):
        protocol.evaluate("v", "eval", 0.0)


def test_ready_must_come_first() -> None:
    protocol = WorkerProtocol(Limits())
    protocol.receive(control(op="call", id=1, data=b"", sync=True))
    assert protocol.broken
    protocol = WorkerProtocol(Limits())
    protocol.receive(control(op="ready", version=2, build="b", engine="e"))
    assert "link version 1, got 2" in str(protocol.death)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("too much computation", LimitExceeded),
        ("memory full", LimitExceeded),
        ("stack overflow", LimitExceeded),
        ("interrupted", WorkerInterrupted),
        ("dead", WorkerDied),
    ],
)
def test_aborts(reason: str, kind: type[WorkerDied]) -> None:
    protocol = opened()
    request = protocol.evaluate("v", "eval", 0.0)
    protocol.receive(control(op="abort", id=request.id, meter=8, reason=reason))
    assert not protocol.broken
    protocol.died(WorkerDied("exit status 70", 70))
    with pytest.raises(kind) as caught:
        request.outcome()
    assert type(caught.value) is kind
    assert caught.value.status == 70
    assert protocol.meter == 8


def test_an_interrupt_of_the_watchdog_is_told_as_such() -> None:
    protocol = opened()
    request = protocol.evaluate("v", "eval", 0.0)
    protocol.verdict = CrankTimeout("a crank took more than 10 seconds of CPU")
    protocol.receive(control(op="abort", id=request.id, meter=8, reason="interrupted"))
    protocol.died(WorkerDied("exit status 70", 70))
    with pytest.raises(CrankTimeout, match="10 seconds of CPU"):
        request.outcome()


def test_a_worker_that_gives_up_is_quoted() -> None:
    protocol = opened()
    request = protocol.evaluate("v", "eval", 0.0)
    protocol.receive(control(op="fatal", message="the snapshot was refused"))
    assert not protocol.broken
    protocol.died(WorkerDied("exit status 66", 66))
    with pytest.raises(WorkerDied, match="gave up: the snapshot was refused"):
        request.outcome()


def test_death_without_a_word() -> None:
    protocol = opened()
    requests = [protocol.evaluate("v", "eval", 0.0), protocol.snapshot()]
    assert protocol.died(WorkerDied("exit status 71", 71)) == requests
    assert protocol.died(WorkerDied("again")) == []
    for request in requests:
        with pytest.raises(WorkerDied, match="status 71"):
            request.outcome()


def test_closing_fails_with_what_the_owner_says() -> None:
    protocol = opened()
    request = protocol.evaluate("v", "eval", 0.0)
    assert protocol.close(WorkerClosed("closed")) == [request]
    with pytest.raises(WorkerClosed):
        request.outcome()


def test_command_limit_and_one_past() -> None:
    protocol = opened(Limits(commands=2))
    protocol.receive(control(op="call", id=1, data=b"", sync=False))
    protocol.receive(control(op="call", id=2, data=b"", sync=False))
    assert not protocol.broken
    protocol.reply(1, b"", 0.0)
    protocol.receive(control(op="call", id=1, data=b"", sync=False))
    assert not protocol.broken
    protocol.receive(control(op="call", id=3, data=b"", sync=False))
    assert protocol.broken
    assert isinstance(protocol.death, LimitExceeded)


def test_message_limit_is_ours_to_keep() -> None:
    protocol = opened(Limits(message=70_000))
    protocol.deliver(b"x" * 69_900, 0.0)
    protocol.take_outgoing()
    with pytest.raises(LocalProtocolError, match="at most 70000 bytes"):
        protocol.deliver(b"x" * 70_000, 0.0)
    with pytest.raises(LocalProtocolError):
        protocol.captp(b"x" * 70_001)
    assert not protocol.has_outgoing


def test_an_answer_too_long_leaves_the_command_open() -> None:
    protocol = opened(Limits(message=70_000))
    protocol.receive(control(op="call", id=1, data=b"", sync=True))
    with pytest.raises(LocalProtocolError):
        protocol.reply(1, b"x" * 70_000, 0.0)
    assert protocol.open_commands == 1
    protocol.reply_error(1, "too long", 0.0)
    assert protocol.open_commands == 0


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_fuzz_never_raises(parts: list[bytes]) -> None:
    protocol = opened()
    request = protocol.evaluate("v", "eval", 0.0)
    for part in parts:
        protocol.receive(part)
        if protocol.broken:
            break
    protocol.died(WorkerDied("end"))
    assert request.done


@given(st.binary(max_size=80), st.sampled_from([CONTROL, CONSOLE, CAPTP, DEBUG]))
def test_fuzz_messages_never_raise(message: bytes, channel: int) -> None:
    protocol = opened()
    protocol.receive(write_message(channel, message))
