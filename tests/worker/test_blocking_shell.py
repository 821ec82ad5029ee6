"""The blocking shell over a scripted child: no process, no waiting."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo import ConsoleLine, Limits, Worker
from engo.frames.fragments import write_message
from engo.testing.clock import FixedRandom, VirtualClock
from engo.testing.fake_child import (
    ControlMessage,
    FakeChild,
    FakeLauncher,
    Script,
    pack,
)
from engo.worker.asking import FIRST_ID
from engo.worker.core import WorkerCore
from engo.worker.errors import (
    CrankTimeout,
    EngoError,
    GuestError,
    LimitExceeded,
    StuckPromise,
    UsageError,
    WorkerClosed,
    WorkerDied,
)
from engo.worker.events import WorkerReady

ERROR = {"name": "E", "message": "m", "stack": "", "file": "", "line": 0}


def echo(child: FakeChild, message: ControlMessage) -> None:
    """Evaluates to the source, delivers to the data."""
    op = message["op"]
    if op in ("evaluate", "deliver"):
        value = message.get("source", message.get("data"))
        child.say(op="result", id=message["id"], meter=3, value=value)
    elif op == "exit":
        child.end(0)


def opened(script: Script, **options: Any) -> tuple[Worker, FakeChild]:
    clock = VirtualClock()
    child = FakeChild(script, on_wait=options.pop("on_wait", None) or clock.advance)
    worker = Worker(
        launcher=FakeLauncher(child), clock=clock, random=FixedRandom(), **options
    )
    return worker, child


def test_requests_and_a_graceful_end() -> None:
    worker, child = opened(echo)
    with worker:
        assert worker.evaluate("1 + 1") == "1 + 1"
        assert worker.deliver(b"x") == b"x"
        assert worker.meter == 3
        assert worker.deliver_json({"a": [1]}) == {"a": [1]}
        assert worker.build == "fake"
    assert not worker.death or worker.death.reason == "closed by its owner"
    assert [message["op"] for message in child.received][-1] == "exit"
    assert child.closed
    worker.close()


def test_start_names_seed_and_time() -> None:
    worker, child = opened(echo)
    start = child.received[0]
    assert start["seed"] == bytes(range(32))
    assert start["now"] == 1_000_000.0
    assert start["image"] is True
    worker.close()


def test_use_after_close() -> None:
    worker, _ = opened(echo)
    worker.close()
    for use in (
        lambda: worker.evaluate("1"),
        lambda: worker.deliver(b""),
        worker.interrupt,
        worker.status,
        worker.collect,
    ):
        with pytest.raises(WorkerClosed, match="closed"):
            use()


def test_many_outstanding_are_written_together() -> None:
    def hold(child: FakeChild, message: ControlMessage) -> None:
        held.append(message["id"])
        if len(held) == 64:
            for number in reversed(held):
                child.say(op="result", id=number, meter=1, value=number)

    held: list[int] = []
    worker, child = opened(lambda c, m: None if m["op"] == "start" else hold(c, m))
    handles = [worker.submit_deliver(b"x") for _ in range(64)]
    assert len(child.received) == 1
    values = worker.collect()
    assert values == sorted(held)
    assert [handle.result() for handle in handles] == values
    assert all(handle.done for handle in handles)
    worker.kill()
    worker.close()


def test_collect_raises_the_first_error_after_all_are_answered() -> None:
    def script(child: FakeChild, message: ControlMessage) -> None:
        if message["op"] != "deliver":
            return
        if message["data"] == b"bad":
            child.say(op="error", id=message["id"], meter=1, **ERROR)
        else:
            child.say(op="result", id=message["id"], meter=1, value=message["data"])

    worker, _ = opened(script)
    with worker:
        handles = [worker.submit_deliver(data) for data in (b"a", b"bad", b"b")]
        with pytest.raises(GuestError, match="E: m"):
            worker.collect()
        assert handles[2].result() == b"b"
        assert worker.collect() == []
        assert worker.deliver_many([b"c", b"d"]) == [b"c", b"d"]
        worker.kill()


def commanding(sync: bool) -> Script:
    def script(child: FakeChild, message: ControlMessage) -> None:
        if message["op"] == "evaluate":
            child.say(op="call", id=5, data=b"question", sync=sync)
        elif message["op"] == "reply":
            answer = message.get("data", message.get("error"))
            child.say(op="result", id=FIRST_ID, meter=1, value=answer)

    return script


@pytest.mark.parametrize(
    ("answer", "told"),
    [(b"a", b"a"), (bytearray(b"a"), b"a"), ("é", "é".encode()), (None, b"")],
)
def test_commands_are_answered(answer: Any, told: bytes) -> None:
    asked = []

    def on_call(data: bytes) -> Any:
        asked.append(data)
        return answer

    worker, _ = opened(commanding(sync=True), on_call=on_call)
    with worker:
        assert worker.evaluate("x") == told
        assert asked == [b"question"]
        worker.kill()


def test_commands_that_fail_tell_the_guest() -> None:
    def on_call(data: bytes) -> bytes:
        raise ValueError("no such thing")

    worker, _ = opened(commanding(sync=False), on_call=on_call)
    with worker:
        assert worker.evaluate("x") == "ValueError: no such thing"
        worker.kill()
    worker, _ = opened(commanding(sync=True), on_call=lambda data: 7)
    with worker:
        assert "expected on_call to return bytes" in worker.evaluate("x")
        worker.kill()
    worker, _ = opened(commanding(sync=True))
    with worker:
        assert worker.evaluate("x") == "the host answers no commands"
        worker.kill()


def test_a_request_inside_a_synchronous_answer_is_refused() -> None:
    workers: list[Worker] = []
    worker, _ = opened(
        commanding(sync=True), on_call=lambda data: workers[0].evaluate("again")
    )
    workers.append(worker)
    with worker:
        assert "stands still" in worker.evaluate("x")
        worker.kill()


def test_interrupted_while_answering() -> None:
    """Ctrl-C in a callable: the guest is told, the worker lives on."""

    def script(child: FakeChild, message: ControlMessage) -> None:
        if message.get("source") == "ask":
            child.say(op="call", id=5, data=b"question", sync=True)
        elif message["op"] == "evaluate":
            child.say(op="result", id=message["id"], meter=1, value="later")

    def on_call(data: bytes) -> bytes:
        raise KeyboardInterrupt

    worker, child = opened(script, on_call=on_call)
    with worker:
        with pytest.raises(KeyboardInterrupt):
            worker.evaluate("ask")
        assert worker.evaluate("y") == "later"
        assert child.received[-2]["error"] == "interrupted"
        worker.kill()


def test_console_is_kept_and_told_in_order() -> None:
    def script(child: FakeChild, message: ControlMessage) -> None:
        if message["op"] == "evaluate":
            for number in range(5):
                child.print(1, "", f"line {number}")
            child.say(op="result", id=message["id"], meter=1)

    told: list[ConsoleLine] = []
    worker, _ = opened(script, on_console=told.append, limits=Limits(console_lines=3))
    with worker:
        worker.evaluate("x")
        assert [line.text for line in told] == [f"line {n}" for n in range(5)]
        assert [line.text for line in worker.console] == ["line 2", "line 3", "line 4"]
        assert worker.console_dropped == 2
        worker.kill()


def test_what_a_raising_callable_leaves_is_done_later() -> None:
    def script(child: FakeChild, message: ControlMessage) -> None:
        if message["op"] == "evaluate":
            child.print(1, "", "one")
            child.print(1, "", "two")
            child.say(op="result", id=message["id"], meter=1, value=message["source"])

    def on_console(line: Any) -> None:
        if line.text == "one" and len(worker.console) == 1:
            raise RuntimeError("a bug")

    worker, _ = opened(script, on_console=on_console)
    with worker:
        with pytest.raises(RuntimeError):
            worker.evaluate("1")
        assert worker.evaluate("2") == "2"
        assert [line.text for line in worker.console] == ["one", "two"] * 2
        worker.kill()


def test_a_promise_that_nothing_can_settle() -> None:
    def script(child: FakeChild, message: ControlMessage) -> None:
        if message["op"] == "evaluate":
            child.say(op="pending", id=message["id"], meter=1)
        elif message["op"] == "deliver":
            child.say(op="result", id=FIRST_ID, meter=1, value="settled")
            child.say(op="result", id=message["id"], meter=1)
        elif message["op"] == "status":
            child.say(op="result", id=message["id"], meter=0, value={})

    worker, _ = opened(script)
    with worker:
        with pytest.raises(StuckPromise):
            worker.evaluate("x")
        worker.deliver(b"")
        worker.kill()
    worker, _ = opened(script)
    with worker:
        handle = worker.submit_evaluate("x")
        worker.submit_deliver(b"")
        assert handle.result() == "settled"
        worker.kill()


def test_death_while_waiting_and_after() -> None:
    worker, child = opened(lambda c, m: c.end(71) if m["op"] == "evaluate" else None)
    with worker:
        with pytest.raises(WorkerDied, match="out of host memory") as caught:
            worker.evaluate("x")
        assert caught.value.status == 71
        with pytest.raises(WorkerDied, match="out of host memory"):
            worker.evaluate("x")
    assert child.closed


def test_death_before_ready() -> None:
    child = FakeChild(lambda c, m: None)
    child.end(66)
    with pytest.raises(WorkerDied, match="snapshot was refused"):
        Worker(launcher=FakeLauncher(child))
    assert child.closed


def test_a_worker_of_another_build_is_refused() -> None:
    child = FakeChild(echo)
    core = WorkerCore(child, Limits(), VirtualClock(), None, "own")
    core.identify(WorkerReady("other", "xs"))
    assert core.identity is None
    assert child.killed
    core.protocol.died(WorkerDied("killed", -9))
    assert "build own, got other" in str(core.protocol.death)


def test_violation_kills() -> None:
    worker, child = opened(
        lambda c, m: c.put(b"\x00\x00") if m["op"] == "evaluate" else None
    )
    with worker:
        with pytest.raises(WorkerDied, match="broke the protocol"):
            worker.evaluate("x")
        assert child.killed


def busy(child: FakeChild, message: ControlMessage) -> None:
    """Runs for ever."""
    if message["op"] == "evaluate":
        child.set_state(2, 1)


def test_watchdog_interrupts() -> None:
    clock = VirtualClock()

    def wait(seconds: float) -> None:
        clock.advance(seconds)
        clock.cpu[child.pid] += seconds
        if child.interrupted:
            child.say(op="abort", id=FIRST_ID, meter=9, reason="interrupted")
            child.end(70)

    child = FakeChild(busy, on_wait=wait)
    worker = Worker(launcher=FakeLauncher(child), clock=clock)
    with worker:
        began = clock.now
        with pytest.raises(CrankTimeout, match="10 seconds of CPU"):
            worker.evaluate("x")
        assert 10 < clock.now - began < 11
        assert not child.killed


def test_watchdog_kills_who_ignores_the_interrupt() -> None:
    worker, child = opened(busy)
    clock = worker._core.clock
    assert isinstance(clock, VirtualClock)
    with worker:
        began = clock.now
        with pytest.raises(CrankTimeout, match="60 seconds of time"):
            worker.evaluate("x")
        assert 60 < clock.now - began < 61.5
        assert child.interrupted
        assert child.killed


def test_a_link_that_is_full_is_no_deadlock() -> None:
    """The worker takes nothing before we have read what it says."""

    def script(child: FakeChild, message: ControlMessage) -> None:
        if message["op"] == "deliver":
            child.say(op="result", id=message["id"], meter=1, value=message["data"])

    clock = VirtualClock()
    child = FakeChild(script, capacity=1000, on_wait=lambda seconds: child.take())
    worker = Worker(launcher=FakeLauncher(child), clock=clock)
    with worker:
        assert worker.deliver(b"x" * 100_000) == b"x" * 100_000
        worker.kill()


def test_a_flood_of_commands_ends_the_worker() -> None:
    def script(child: FakeChild, message: ControlMessage) -> None:
        if message["op"] == "evaluate":
            flood(child)

    def flood(child: FakeChild) -> None:
        for number in range(200):
            child.say(op="call", id=number, data=b"", sync=False)

    def wait(seconds: float) -> None:
        flood(child)

    child = FakeChild(script, capacity=2000, on_wait=wait)
    worker = Worker(
        launcher=FakeLauncher(child),
        limits=Limits(backlog=65_536),
        on_call=lambda data: bytes(1000),
    )
    with worker:
        with pytest.raises(LimitExceeded, match="bytes wait to be taken"):
            worker.evaluate("x")
        assert child.killed


def test_snapshot_to_a_path_and_a_stream(tmp_path: Any) -> None:
    import io

    def script(child: FakeChild, message: ControlMessage) -> None:
        if message["op"] == "snapshot":
            child.say(op="chunk", id=message["id"], data=b"bo")
            child.say(op="chunk", id=message["id"], data=b"dy")
            child.say(op="result", id=message["id"], meter=0)

    key = bytes(32)
    worker, _ = opened(script, key=key)
    with worker:
        path = tmp_path / "a.snapshot"
        stream = io.BytesIO()
        assert worker.snapshot(path) == worker.snapshot(stream) == 260
        assert path.read_bytes() == stream.getvalue()
        assert [entry.name for entry in tmp_path.iterdir()] == ["a.snapshot"]
        worker.kill()


def test_a_snapshot_that_fails_leaves_nothing(tmp_path: Any) -> None:
    def script(child: FakeChild, message: ControlMessage) -> None:
        if message["op"] == "snapshot":
            child.say(op="chunk", id=message["id"], data=b"bo")
            child.say(op="error", id=message["id"], meter=0, **ERROR)

    worker, _ = opened(script, key=bytes(32))
    with worker:
        with pytest.raises(GuestError):
            worker.snapshot(tmp_path / "a.snapshot")
        assert list(tmp_path.iterdir()) == []
        worker.kill()


def control(**message: Any) -> bytes:
    return write_message(0, pack(message))


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from(
                [
                    b"\x00\x01\x00",
                    b"\x00\x05\x81ab",
                    b"\xff\xff\x00",
                    write_message(1, b"{}"),
                    write_message(2, pack([1, "", "x"])),
                    control(op="call", id=1, data=b"", sync=True),
                    control(op="pending", id=FIRST_ID, meter=1),
                    control(op="result", id=FIRST_ID, meter=1),
                    control(op="abort", id=0, meter=1, reason="x"),
                ]
            ),
        ),
        max_size=6,
    )
)
def test_a_hostile_worker_never_hangs_or_surprises(parts: list[bytes]) -> None:
    """Whatever it says before it ends: a value, or one of our own errors."""

    def script(child: FakeChild, message: ControlMessage) -> None:
        if message["op"] == "evaluate":
            for part in parts:
                child.put(part)
        if message["op"] in ("status", "reply", "exit"):
            child.end(1)

    child: FakeChild = FakeChild(script, on_wait=lambda seconds: child.end(1))
    worker = Worker(launcher=FakeLauncher(child), clock=VirtualClock())
    with worker, contextlib.suppress(EngoError):
        worker.evaluate("x")
    assert child.closed


def test_not_closed_is_a_warning() -> None:
    worker, child = opened(echo)
    with pytest.warns(ResourceWarning, match="not closed"):
        worker.__del__()
    assert child.closed


def test_usage_errors() -> None:
    with pytest.raises(UsageError, match=r"Limits\.heap .* got 5"):
        Limits(heap=5)
    with pytest.raises(UsageError, match=r"Limits\.cpu"):
        Limits(cpu=float("nan"))

    async def on_call(data: bytes) -> bytes:
        return data

    with pytest.raises(UsageError, match="plain function"):
        Worker(on_call=on_call)
    with pytest.raises(UsageError, match="launcher"):
        Worker(launcher="other")  # type: ignore[arg-type]
    worker, _ = opened(echo)
    with worker, pytest.raises(UsageError, match="JSON"):
        worker.deliver_json({"a": object()})
