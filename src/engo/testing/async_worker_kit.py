"""The conformance kit of async workers; see `worker_kit`.

Needs pytest with anyio's plugin; runs on asyncio and trio.
"""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from engo.worker.core import Starter
from engo.worker.errors import (
    CrankTimeout,
    GuestError,
    LimitExceeded,
    WorkerDied,
    WorkerInterrupted,
)
from engo.worker.launch import Kind
from engo.worker.limits import Limits
from engo.worker.opening import open_worker
from engo.worker.waiting import AsyncWorker

_KEY = bytes(range(32))
_TEXTS = (
    "globalThis.bytes = s => new TextEncoder().encode(s).buffer;"
    "globalThis.text = b => new TextDecoder().decode(b);"
)


@pytest.mark.anyio
class AsyncWorkerKit:
    """Tests over `open`; the two attributes say how."""

    launcher: Kind | Starter = "auto"
    image: str | None = "bare"

    @pytest.fixture(params=["asyncio", "trio"])
    def anyio_backend(self, request: Any) -> Any:
        return request.param

    def open(self, **options: Any) -> AbstractAsyncContextManager[AsyncWorker]:
        """A new worker; the options are those of open_worker."""
        options.setdefault("launcher", self.launcher)
        if "snapshot" not in options:
            options.setdefault("image", self.image)
        return open_worker(**options)

    async def test_evaluate_deliver_console(self) -> None:
        async with self.open() as worker:
            assert await worker.evaluate("40 + 2") == 42
            await worker.evaluate("globalThis.handleCommand = data => data")
            for size in (0, 32, 65_536, 300_000):
                assert await worker.deliver(bytes(size)) == bytes(size)
            assert await worker.deliver_json([1, {"a": None}]) == [1, {"a": None}]
            await worker.evaluate("console.log('hello')")
            assert worker.console[-1].text == "hello"
            with pytest.raises(GuestError, match=r"Error: x \(a.js:1\)"):
                await worker.evaluate("throw new Error('x')", "a.js")
            status = await worker.status()
            assert status.cranks > 4

    async def test_many_tasks_share_a_worker(self) -> None:
        results: dict[int, Any] = {}

        async def ask(worker: AsyncWorker, number: int) -> None:
            results[number] = await worker.evaluate(f"{number} * 2")

        async with self.open() as worker, anyio.create_task_group() as tasks:
            for number in range(200):
                tasks.start_soon(ask, worker, number)
        assert results == {number: number * 2 for number in range(200)}

    async def test_commands(self) -> None:
        async def on_call(data: bytes) -> bytes:
            await anyio.lowlevel.checkpoint()
            return data.upper()

        async with self.open(on_call=on_call) as worker:
            source = _TEXTS + "text(issueCommand(bytes('sync')))"
            assert await worker.evaluate(source) == "SYNC"
            source = (
                "Promise.all(Array.from({ length: 50 }, async (_, i) =>"
                " text(await postCommand(bytes('c' + i)))))"
            )
            assert await worker.evaluate(source) == [f"C{n}" for n in range(50)]

    async def test_a_promise_settled_by_another_task(self) -> None:
        async with self.open() as worker:
            found: list[Any] = []

            async def wait() -> None:
                found.append(await worker.evaluate("p"))

            source = "globalThis.p = new Promise(f => { globalThis.f = f }); 0"
            await worker.evaluate(source)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(wait)
                await worker.status()
                assert found == []
                await worker.evaluate("f('settled')")
            assert found == ["settled"]

    async def test_limits(self) -> None:
        async with self.open(limits=Limits(meter=100_000)) as worker:
            with pytest.raises(LimitExceeded, match="too much computation"):
                await worker.evaluate("for (;;);")
        builtin = "Array.prototype.indexOf.call({ length: 2**40 }, 1)"
        for source in ("for (;;);", builtin):
            async with self.open(limits=Limits(cpu=0.2)) as worker:
                with pytest.raises(CrankTimeout):
                    await worker.evaluate(source)

    async def test_interrupt_and_neighbours(self) -> None:
        async with self.open() as victim, self.open() as neighbour:

            async def loop() -> None:
                with pytest.raises(WorkerInterrupted):
                    await victim.evaluate("for (;;);")

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(loop)
                assert await neighbour.evaluate("1") == 1
                victim.interrupt()
            assert isinstance(victim.death, WorkerDied)
            assert await neighbour.evaluate("2") == 2

    async def test_cancelled_block_with_a_running_guest(self) -> None:
        with anyio.move_on_after(0.1) as scope:
            async with self.open() as worker:
                await worker.evaluate("for (;;);")
        assert scope.cancelled_caught

    async def test_snapshot(self, tmp_path: Path) -> None:
        path = tmp_path / "a.snapshot"
        async with self.open(key=_KEY) as worker:
            await worker.evaluate("let n = 1;")
            await worker.snapshot(path)
            await worker.evaluate("n = 5;")
        async with self.open(snapshot=path, key=_KEY) as worker:
            assert await worker.evaluate("n") == 1

    async def test_console_flood(self) -> None:
        async with self.open(limits=Limits(console_lines=5)) as worker:
            source = "for (let i = 0; i < 20000; i++) console.log('line ' + i)"
            await worker.evaluate(source)
            assert [line.text for line in worker.console][-1] == "line 19999"
            assert worker.console_dropped == 19_995
