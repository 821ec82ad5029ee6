"""The fast lane over a scripted child: when it is taken, and how it is left."""

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo import Limits, Worker
from engo.frames.fragments import write_message
from engo.testing.clock import VirtualClock
from engo.testing.fake_child import (
    ControlMessage,
    FakeChild,
    FakeLauncher,
    Script,
    pack,
)
from engo.worker.asking import FIRST_ID
from engo.worker.errors import GuestError, WorkerClosed, WorkerDied
from engo.worker.lane import NOT_PLAIN, NOT_TAKEN, Lane
from engo.worker.protocol import WorkerProtocol
from engo.worker.results import Shapes, lone_result, plain_call, plain_result

if TYPE_CHECKING:
    from collections.abc import Iterator

POSITION = {"name": "E", "message": "m", "stack": "", "file": "", "line": 0}


def opened(script: Script, **options: Any) -> tuple[Worker, FakeChild]:
    clock = VirtualClock()
    child = FakeChild(script, on_wait=clock.advance, blocking=True)
    return Worker(launcher=FakeLauncher(child), clock=clock, **options), child


class Counting:
    """Counts how the lane was left."""

    def __init__(self, worker: Worker) -> None:
        self.left: list[str] = []
        self._deliver = worker._lane.deliver
        worker._lane.deliver = self  # type: ignore[method-assign]

    def __call__(self, data: bytes) -> Any:
        value = self._deliver(data)
        names = {id(NOT_PLAIN): "not plain", id(NOT_TAKEN): "not taken"}
        self.left.append(names.get(id(value), "done"))
        return value


def echo(child: FakeChild, message: ControlMessage) -> None:
    if message["op"] in ("deliver", "evaluate"):
        value = message.get("data", 7)
        child.say(op="result", id=message["id"], meter=300, value=value)


def test_taken_once_and_again_after_other_requests() -> None:
    worker, _ = opened(echo)
    with worker:
        lane = Counting(worker)
        assert worker.deliver(b"a") == b"a"
        assert worker.meter == 300
        handle = worker.submit_deliver(b"b")
        assert worker.deliver(b"c") == b"c"
        assert handle.result() == b"b"
        assert worker.deliver(b"d") == b"d"
        assert worker.evaluate("7") == 7
        assert worker.deliver_many([b"e", b"f"]) == [b"e", b"f"]
        assert worker.deliver(b"x" * 65_000) == b"x" * 65_000
        assert worker.deliver(b"x" * 66_000) == b"x" * 66_000
        assert worker.deliver(b"x" * 100_000) == b"x" * 100_000
        assert lane.left == ["done", "not taken", "done", "done", "done", "not taken"]
        worker.kill()


def answers(*controls: ControlMessage) -> Script:
    def script(child: FakeChild, message: ControlMessage) -> None:
        if message["op"] == "deliver":
            for control in controls:
                child.say(**{"id": message["id"], "meter": 1, **control})

    return script


@pytest.mark.parametrize("value", [None, True, 1.5, "é", 2**40, b"x" * 300, -1, 200])
def test_values_of_all_kinds(value: Any) -> None:
    worker, _ = opened(answers({"op": "result", "value": value}))
    with worker:
        assert worker.deliver(b"") == value
        worker.kill()


def test_odd_answers_are_left_to_the_pump() -> None:
    worker, _ = opened(answers({"op": "error", **POSITION}))
    with worker:
        with pytest.raises(GuestError):
            worker.deliver(b"")
        worker.kill()
    worker, _ = opened(answers({"op": "pending"}, {"op": "result", "json": "[1]"}))
    with worker:
        assert worker.deliver(b"") == [1]
        worker.kill()


def test_console_before_the_answer() -> None:
    def script(child: FakeChild, message: ControlMessage) -> None:
        if message["op"] == "deliver":
            child.print(1, "", "hello")
            child.say(op="result", id=message["id"], meter=1, value=b"v")

    worker, _ = opened(script)
    with worker:
        assert worker.deliver(b"") == b"v"
        assert worker.console[0].text == "hello"
        worker.kill()


def test_death_on_the_lane() -> None:
    def script(child: FakeChild, message: ControlMessage) -> None:
        if message["op"] == "deliver":
            child.end(71)

    worker, _ = opened(script)
    with worker, pytest.raises(WorkerDied, match="out of host memory"):
        worker.deliver(b"")


def test_a_full_link_on_the_lane() -> None:
    clock = VirtualClock()
    child = FakeChild(
        echo, capacity=100, on_wait=lambda seconds: child.take(), blocking=True
    )
    worker = Worker(launcher=FakeLauncher(child), clock=clock)
    with worker:
        assert worker.deliver(b"x" * 500) == b"x" * 500
        worker.kill()


def asking(*commands: bytes) -> Script:
    """Asks the host each, one after the other, then answers with the last reply."""
    left: Iterator[bytes] = iter(())

    def script(child: FakeChild, message: ControlMessage) -> None:
        nonlocal left
        if message["op"] == "deliver":
            left = iter(commands)
        if message["op"] in ("deliver", "reply"):
            command = next(left, None)
            if command is None:
                value = message.get("data", message.get("error"))
                child.say(op="result", id=FIRST_ID, meter=1, value=value)
            else:
                child.say(op="call", id=3, sync=True, data=command)

    return script


def test_synchronous_commands_on_the_lane() -> None:
    asked: list[bytes] = []

    def on_call(data: bytes) -> bytes:
        asked.append(data)
        return data.upper()

    worker, _ = opened(asking(b"a", b"b" * 300, b"c"), on_call=on_call)
    with worker:
        lane = Counting(worker)
        assert worker.deliver(b"") == b"C"
        assert asked == [b"a", b"b" * 300, b"c"]
        assert lane.left == ["done"]
        worker.kill()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("text", b"text"),
        (b"x" * 70_000, b"x" * 70_000),
        (7, "UsageError: expected on_call to return bytes, str or None, got int"),
        (ValueError("no"), "ValueError: no"),
    ],
)
def test_answers_of_all_kinds(answer: Any, told: Any) -> None:
    def on_call(data: bytes) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    worker, _ = opened(asking(b"a"), on_call=on_call)
    with worker:
        value = worker.deliver(b"")
        assert value[: len(told)] == told
        worker.kill()


def test_requests_inside_an_answer_are_refused() -> None:
    workers: list[Worker] = []
    worker, _ = opened(asking(b"a"), on_call=lambda data: workers[0].deliver(b""))
    workers.append(worker)
    with worker:
        assert "stands still" in worker.deliver(b"")
        worker.kill()


def test_closed_inside_an_answer() -> None:
    workers: list[Worker] = []

    def on_call(data: bytes) -> bytes:
        workers[0].close()
        return b""

    worker, _ = opened(asking(b"a"), on_call=on_call)
    workers.append(worker)
    with pytest.raises(WorkerClosed):
        worker.deliver(b"")


def test_ctrl_c_inside_an_answer() -> None:
    def on_call(data: bytes) -> bytes:
        if not asked:
            asked.append(data)
            raise KeyboardInterrupt
        return b"later"

    asked: list[bytes] = []
    worker, child = opened(asking(b"a"), on_call=on_call)
    with worker:
        with pytest.raises(KeyboardInterrupt):
            worker.deliver(b"")
        worker._core.flush()
        assert child.received[-1]["error"] == "interrupted"
        assert worker.death is None
        worker.kill()


def interrupting(lane: Lane, *, after: bool) -> None:
    """Make the next read end in Ctrl-C, before or after its bytes came."""
    read_into = lane._read_into
    assert read_into is not None

    def interrupted(buffers: list[bytearray]) -> int:
        lane._read_into = read_into
        if after:
            read_into(buffers)
        raise KeyboardInterrupt

    lane._read_into = interrupted


def test_ctrl_c_before_the_answer_came_leaves_the_worker() -> None:
    worker, _ = opened(echo)
    with worker:
        interrupting(worker._lane, after=False)
        with pytest.raises(KeyboardInterrupt):
            worker.deliver(b"a")
        assert worker.deliver(b"b") == b"b"
        worker.kill()


def test_ctrl_c_after_bytes_were_read_ends_the_worker() -> None:
    worker, child = opened(echo)
    with worker:
        interrupting(worker._lane, after=True)
        with pytest.raises(KeyboardInterrupt):
            worker.deliver(b"a")
        assert child.killed
        with pytest.raises(WorkerDied, match="interrupted while bytes moved"):
            worker.deliver(b"b")


def test_too_long_for_the_lane_by_its_limit() -> None:
    worker, _ = opened(echo, limits=Limits(message=65_535))
    with worker:
        with pytest.raises(ValueError, match="at most 65535 bytes"):
            worker.deliver(b"x" * 65_500)
        worker.kill()


CALL = write_message(0, pack({"op": "call", "id": 9, "sync": True, "data": b"abc"}))
RESULT = write_message(0, pack({"op": "result", "id": 65_536, "meter": 9, "value": 1}))


def test_plain_calls_and_results() -> None:
    assert plain_call(CALL) == (9, b"abc")
    assert plain_result(RESULT, 0) == (65_536, 1, 9, len(RESULT))
    assert plain_call(RESULT) is None
    assert plain_result(CALL, 0) is None
    for size in range(len(CALL)):
        assert plain_call(CALL[:size]) is None
    assert plain_call(CALL + b"x") is None
    for number in (0, 200, 60_000, 2**32 - 1):
        for size in (0, 255, 256, 65_000):
            message = {"op": "call", "id": number, "sync": True, "data": bytes(size)}
            assert plain_call(write_message(0, pack(message))) == (number, bytes(size))


@pytest.mark.parametrize("meter", [0, 127, 200, 60_000, 2**32 - 1])
def test_plain_long_results(meter: int) -> None:
    for size in (65_480, 65_535, 65_536, 100_000, 131_000):
        value = bytes(size)
        message = {"op": "result", "id": 65_536, "meter": meter, "value": value}
        data = write_message(0, pack(message))
        if size < 131_000:
            assert lone_result(memoryview(data)) == (65_536, value, meter)
        else:
            assert lone_result(memoryview(data)) is None
        for cut in (1, 2, 400):
            assert lone_result(memoryview(data)[:-cut]) is None
        assert lone_result(memoryview(data + b"x")) is None


LONG = write_message(
    0, pack({"op": "result", "id": 65_536, "meter": 300, "value": bytes(70_000)})
)


@given(st.one_of(st.integers(0, 50), st.integers(65_510, 65_530)), st.integers(0, 255))
def test_fuzz_plain_long(index: int, value: int) -> None:
    changed = bytearray(LONG)
    changed[index] = value
    found = lone_result(memoryview(changed))
    protocol = WorkerProtocol(Limits())
    protocol.receive(write_message(0, pack(READY)))
    numbers = [protocol.deliver(b"", 0.0).id]
    if found is not None and found[0] in numbers:
        events = protocol.receive(bytes(changed))
        assert [getattr(event, "value", None) for event in events] == [found[1]]


@pytest.mark.parametrize("meter", [5, 200, 300, 70_000])
@pytest.mark.parametrize("value", [b"", b"abc", b"x" * 255, 0, 127])
def test_known_shapes_are_what_the_general_way_finds(meter: int, value: Any) -> None:
    message = {"op": "result", "id": 65_536, "meter": meter, "value": value}
    data = write_message(0, pack(message))
    shapes = Shapes()
    buffer = bytearray(data)
    assert shapes.take(buffer, len(data), 65_536) is None
    shapes.learn(memoryview(data))
    assert shapes.take(buffer, len(data), 65_536) == (value, meter)
    assert shapes.take(buffer, len(data), 65_537) is None
    for index in range(len(data)):
        for bit in (1, 0x80):
            changed = bytearray(data)
            changed[index] ^= bit
            found = plain_result(bytes(changed), 0)
            taken = shapes.take(changed, len(data), 65_536)
            if taken is not None:
                assert found == (65_536, *taken, len(data))


def test_values_of_no_shape_are_not_learnt() -> None:
    for value in (b"x" * 256, "text", 128, None, -1):
        message = {"op": "result", "id": 65_536, "meter": 5, "value": value}
        data = write_message(0, pack(message))
        shapes = Shapes()
        shapes.learn(memoryview(data))
        assert shapes.take(bytearray(data), len(data), 65_536) is None


READY = {"op": "ready", "version": 1, "build": "b", "engine": "e"}


@given(st.integers(0, len(CALL) - 1), st.integers(0, 255))
def test_fuzz_plain(index: int, value: int) -> None:
    for data in (CALL, RESULT):
        changed = bytearray(data)
        if index < len(changed):
            changed[index] = value
        plain_call(bytes(changed))
        plain_result(bytes(changed), 0)
