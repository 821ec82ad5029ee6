"""The async shell over a scripted child, on asyncio and trio; time is virtual."""

from typing import Any

import anyio
import anyio.lowlevel
import pytest

from engo import AsyncWorker, Limits, open_worker
from engo.testing.clock import VirtualClock
from engo.testing.fake_child import ControlMessage, FakeChild, FakeLauncher, Script
from engo.worker.asking import FIRST_ID
from engo.worker.errors import (
    CrankTimeout,
    GuestError,
    LimitExceeded,
    UsageError,
    WorkerClosed,
    WorkerDied,
)

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: Any) -> Any:
    return request.param


def script_of(**answers: Any) -> Script:
    """Evaluates each source to its answer: a value, an exception or a callable."""

    def script(child: FakeChild, message: ControlMessage) -> None:
        if message["op"] == "exit":
            child.end(0)
        if message["op"] != "evaluate":
            return
        answer = answers.get(message["source"])
        if callable(answer):
            answer(child, message)
        else:
            child.say(op="result", id=message["id"], meter=2, value=answer)

    return script


def opened(child: FakeChild, **options: Any) -> Any:
    options.setdefault("clock", VirtualClock())
    return open_worker(launcher=FakeLauncher(child), **options)


async def until(condition: Any) -> None:
    """Let every other task run until the condition holds."""
    for _ in range(1000):
        if condition():
            return
        await anyio.lowlevel.checkpoint()
    raise AssertionError("the condition never held")


async def test_evaluate_and_close() -> None:
    child = FakeChild(script_of(one=1))
    async with opened(child) as worker:
        assert await worker.evaluate("one") == 1
        assert worker.meter == 2
    assert child.received[-1]["op"] == "exit"
    assert child.closed
    with pytest.raises(WorkerClosed):
        await worker.evaluate("one")
    await worker.close()


async def test_errors_in_the_block_are_not_wrapped() -> None:
    with pytest.raises(ZeroDivisionError):
        async with opened(FakeChild(script_of())):
            raise ZeroDivisionError


async def test_death_before_ready() -> None:
    child = FakeChild(lambda c, m: None)
    child.end(66)
    with pytest.raises(WorkerDied, match="snapshot was refused"):
        async with opened(child):
            raise AssertionError
    assert child.closed


async def test_death_fails_all_that_wait() -> None:
    deaths: list[WorkerDied] = []
    child = FakeChild(script_of(wait=lambda c, m: None))
    errors: list[WorkerDied] = []

    async def wait(worker: AsyncWorker) -> None:
        with pytest.raises(WorkerDied) as caught:
            await worker.evaluate("wait")
        errors.append(caught.value)

    async with opened(child, on_death=deaths.append) as worker:
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(wait, worker)
            await until(lambda: len(child.received) == 4)
            child.end(-31)
        assert [error.status for error in errors] == [-31] * 3
        assert "SIGSYS" in str(await worker.wait_ended())
    assert len(deaths) == 1


async def test_cancelling_a_request_leaves_the_worker() -> None:
    child = FakeChild(script_of(wait=lambda c, m: None, one=1))
    async with opened(child) as worker:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await worker.evaluate("wait")
        child.say(op="result", id=FIRST_ID, meter=1, value="dropped")
        assert await worker.evaluate("one") == 1


async def test_cancelling_the_block_closes() -> None:
    child = FakeChild(script_of(wait=lambda c, m: None))
    with anyio.CancelScope() as scope:
        async with opened(child) as worker:
            scope.cancel()
            await worker.evaluate("wait")
    assert scope.cancelled_caught
    assert child.closed
    assert child.killed


async def test_coroutine_commands_overlap() -> None:
    arrived: list[bytes] = []
    both = anyio.Event()

    async def on_call(data: bytes) -> bytes:
        arrived.append(data)
        if len(arrived) == 2:
            both.set()
        await both.wait()
        if data == b"bad":
            raise ValueError("not that")
        return data + b"!"

    def ask(child: FakeChild, message: ControlMessage) -> None:
        child.say(op="call", id=1, data=b"good", sync=False)
        child.say(op="call", id=2, data=b"bad", sync=False)

    child = FakeChild(script_of(ask=ask, one=1))
    async with opened(child, on_call=on_call) as worker:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(worker.evaluate, "ask")
            await until(lambda: len(child.received) == 4)
            replies = sorted(child.received[2:], key=lambda reply: reply["id"])
            assert replies[0]["data"] == b"good!"
            assert replies[1]["error"] == "ValueError: not that"
            child.say(op="result", id=FIRST_ID, meter=1)
        assert await worker.evaluate("one") == 1


async def test_a_request_inside_a_synchronous_answer_is_refused() -> None:
    async def on_call(data: bytes) -> bytes:
        await worker.evaluate("more")
        return b""

    child = FakeChild(
        script_of(ask=lambda c, m: c.say(op="call", id=1, data=b"", sync=True))
    )
    async with (
        opened(child, on_call=on_call) as worker,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(worker.evaluate, "ask")
        await until(lambda: len(child.received) == 3)
        assert "stands still" in child.received[2]["error"]
        child.say(op="result", id=FIRST_ID, meter=1)


async def test_captp_console_and_traces() -> None:
    seen: list[Any] = []

    def talk(child: FakeChild, message: ControlMessage) -> None:
        child.print(2, "tag", "text")
        child.captp(b'{"type":"CTP_CALL"}')
        child.say(
            op="trace", error="error:x#1", name="E", message="m", stack="s", file="",
            line=0,
        )  # fmt: skip
        child.say(op="result", id=message["id"], meter=1)

    child = FakeChild(script_of(talk=talk))
    async with opened(
        child,
        on_captp=seen.append,
        on_console=seen.append,
        on_trace=lambda number, error: seen.append((number, error.stack)),
    ) as worker:
        await worker.evaluate("talk")
        assert seen == [
            ("info", "tag", "text"),
            b'{"type":"CTP_CALL"}',
            ("error:x#1", "s"),
        ]
        worker.send_captp(b"{}")
        assert child.captp_received == [b"{}"]
        assert child.received[-1]["op"] == "clock"


async def test_a_captp_hook_that_waits_holds_the_reading() -> None:
    open_gate = anyio.Event()
    seen: list[bytes] = []

    async def on_captp(message: bytes) -> None:
        await open_gate.wait()
        seen.append(message)

    child = FakeChild(script_of(one=1))
    async with opened(child, on_captp=on_captp) as worker:
        child.captp(b"1")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(worker.evaluate, "one")
            await until(lambda: len(child.received) == 2)
            assert seen == []
            open_gate.set()
        assert seen == [b"1"]


async def test_a_hook_that_raises_ends_the_worker() -> None:
    def on_captp(message: bytes) -> None:
        raise RuntimeError("a bug")

    child = FakeChild(script_of(ask=lambda c, m: c.captp(b"{}")))
    async with opened(child, on_captp=on_captp) as worker:
        with pytest.raises(WorkerDied, match="RuntimeError: a bug") as caught:
            await worker.evaluate("ask")
        assert isinstance(caught.value.__cause__, RuntimeError)


async def test_a_hook_that_raises_before_an_answer_lets_nobody_wait() -> None:
    def on_console(line: object) -> None:
        raise RuntimeError("a bug")

    def ask(child: FakeChild, message: dict[str, Any]) -> None:
        child.print(1, "", "in one read with the answer")
        child.say(op="result", id=message["id"], meter=1, value=7)

    async with opened(FakeChild(script_of(ask=ask)), on_console=on_console) as worker:
        assert await worker.evaluate("ask") == 7
        with pytest.raises(WorkerDied, match="RuntimeError: a bug"):
            await worker.evaluate("ask")


async def test_another_thread_is_refused() -> None:
    async with opened(FakeChild(script_of(one=1))) as worker:

        def ask() -> None:
            with pytest.raises(UsageError, match="the event loop that opened"):
                anyio.run(worker.evaluate, "one")

        await anyio.to_thread.run_sync(ask)
        assert await worker.evaluate("one") == 1


async def test_backlog_limit_and_one_past() -> None:
    child = FakeChild(script_of(one=1), capacity=1000)
    limits = Limits(backlog=65_536)
    async with opened(child, limits=limits) as worker:
        child.take()
        worker.send_captp(b" " * 60_000)
        assert worker.unsent_bytes > 59_000
        with pytest.raises(UsageError, match="at most 65536 bytes"):
            worker.send_captp(b" " * 10_000)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(worker.drain)
            while worker.unsent_bytes:
                child.take()
                await anyio.lowlevel.checkpoint()
        assert child.captp_received == [b" " * 60_000]
        worker.kill()


async def test_deep_captp_is_refused() -> None:
    child = FakeChild(script_of())
    async with opened(child) as worker:
        with pytest.raises(ValueError, match="at most 500 deep"):
            worker.send_captp(b"[" * 100_000)


async def test_watchdog_interrupts_then_kills() -> None:
    clock = VirtualClock()
    child = FakeChild(script_of(loop=lambda c, m: c.set_state(2, 1)))

    async def loop(worker: AsyncWorker) -> None:
        with pytest.raises(CrankTimeout, match="10 seconds of CPU"):
            await worker.evaluate("loop")

    async with (
        opened(child, clock=clock) as worker,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(loop, worker)
        for _ in range(60):
            await until(lambda: clock.sleepers or child.killed)
            clock.advance(0.25)
            clock.cpu[child.pid] += 0.25
    assert child.interrupted
    assert child.killed


async def test_an_idle_worker_is_not_watched() -> None:
    clock = VirtualClock()
    child = FakeChild(script_of(one=1))
    async with opened(child, clock=clock) as worker:
        await worker.evaluate("one")
        await until(lambda: clock.sleepers)
        clock.advance(1.0)
        await until(lambda: not worker._watching)
        assert not clock.sleepers


async def test_a_flood_of_commands_ends_the_worker() -> None:
    async def on_call(data: bytes) -> bytes:
        await anyio.sleep_forever()
        return b""

    def flood(child: FakeChild, message: ControlMessage) -> None:
        for number in range(1001):
            child.say(op="call", id=number, data=b"", sync=False)

    child = FakeChild(script_of(flood=flood))
    async with opened(child, on_call=on_call, limits=Limits(commands=1000)) as worker:
        with pytest.raises(LimitExceeded, match="more than 1000 commands"):
            await worker.evaluate("flood")


async def test_kill_and_interrupt() -> None:
    child = FakeChild(script_of(wait=lambda c, m: None))
    async with opened(child) as worker:
        worker.interrupt()
        assert child.interrupted
        async with anyio.create_task_group() as tasks:

            async def wait() -> None:
                with pytest.raises(WorkerDied, match="out of patience"):
                    await worker.evaluate("wait")

            tasks.start_soon(wait)
            await until(lambda: len(child.received) == 2)
            worker.kill("out of patience")


async def test_snapshot_and_status(tmp_path: Any) -> None:
    def script(child: FakeChild, message: ControlMessage) -> None:
        if message["op"] == "snapshot":
            child.say(op="chunk", id=message["id"], data=b"body")
            child.say(op="result", id=message["id"], meter=0)
        if message["op"] == "status":
            value = {"heap": 1, "limit": 2, "cranks": 3, "meter": 4}
            child.say(op="result", id=message["id"], meter=0, value=value)

    async with opened(FakeChild(script), key=bytes(32)) as worker:
        assert await worker.snapshot(tmp_path / "s") == 260
        assert (tmp_path / "s").stat().st_size == 260
        assert await worker.status() == (1, 2, 3, 4)
        worker.kill()


async def test_guest_errors_pass_through_the_block() -> None:
    def fail(child: FakeChild, message: ControlMessage) -> None:
        child.say(
            op="error", id=message["id"], meter=1, name="E", message="m", stack="",
            file="f", line=2,
        )  # fmt: skip

    with pytest.raises(GuestError, match=r"E: m \(f:2\)"):
        async with opened(FakeChild(script_of(bad=fail))) as worker:
            await worker.evaluate("bad")
