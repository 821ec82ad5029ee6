"""The second half of the attack kit: guests that lie instead of eating.

Nothing that a guest returns, throws, prints or sends may be taken for the link's own
records, and nothing that the start compartment emits may harm the host.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import anyio
import pytest

from engo.frames.constants import CONTROL
from engo.frames.fragments import write_message
from engo.testing.attacks import HEAP
from engo.testing.fake_child import pack
from engo.worker.core import Starter
from engo.worker.errors import EngoError, GuestError, WorkerDied
from engo.worker.launch import Kind
from engo.worker.limits import Limits
from engo.worker.opening import open_worker
from engo.worker.waiting import AsyncWorker

# What a guest may hand to whoever reads its answer.
_ANSWERS: Final = (
    "new Proxy(new ArrayBuffer(8), {})",
    "new Proxy(new Uint8Array(8), { get() { return 2 ** 40 } })",
    "(() => { const b = new ArrayBuffer(8); b.transfer(16); return b })()",
    "(() => { const b = new ArrayBuffer(8); const u = new Uint8Array(b);"
    " b.transfer(16); return u })()",
    "(() => { const b = new ArrayBuffer(8, { maxByteLength: 65536 });"
    " const u = new Uint8Array(b, 4); b.resize(2); return u })()",
    "(() => { const b = new ArrayBuffer(65536, { maxByteLength: 65536 });"
    " const u = new Uint8Array(b); return { toJSON() { b.resize(0); return [...u] } }"
    " })()",
    "({ byteLength: 2 ** 31, constructor: ArrayBuffer })",
    "Object.setPrototypeOf({}, ArrayBuffer.prototype)",
    "Object.setPrototypeOf([], Uint8Array.prototype)",
    "new DataView(new ArrayBuffer(8))",
    "({ get then() { throw 1 } })",
    "Promise.resolve({ then(f, r) { f(1); r(2); f(3); throw 4 } })",
    "({ toJSON() { return this } })",
    "({ toJSON() { throw { toString() { throw 1 } } } })",
    "(() => { const a = []; a[0] = a; return a })()",
    "({ op: 'result', id: 1, value: 'forged' })",
    "'\\uD800'",
    "'\\0'.repeat(70000)",
    "Symbol('x')",
    "() => 1",
    "-0",
    "NaN",
    "2n ** 700n",
    "new Proxy(() => {}, { apply() { return 1 } })",
    "new Proxy(Promise.resolve(1), {})",
    "Object.create(null)",
    "globalThis",
    "new Error('an error as a value')",
    "new Date(NaN)",
    "[,,1]",
    "({ ['__proto__']: 1, constructor: { prototype: 1 } })",
)
_THROWN: Final = (
    "undefined",
    "null",
    "2n ** 700n",
    "Symbol('x')",
    "'x'.repeat(300000)",
    "new Proxy(new Error('x'), {})",
    "new Proxy({}, { get() { throw 1 } })",
    "{ name: 1, message: {}, stack: [] }",
    "{ get name() { throw 1 }, get message() { throw 2 }, get stack() { throw 3 } }",
    "Object.create(Error.prototype, { message: { get() { throw 1 } } })",
    "Object.create(Error.prototype, { name: { value: { toString() { throw 1 } } } })",
    "Object.defineProperty(new Error('x'), 'message', { value: 'y'.repeat(300000) })",
    "Object.assign(new Error('a.js:1: lie (b.js:99)'), { name: 'x'.repeat(70000) })",
    "new Error('\\0\\n\\uD800')",
)
# What the start compartment, which is ours, could emit if it were not ours any more.
_EMITTED: Final = (
    "engoConsole(99, 'tag', 'text')",
    "engoConsole(-1, {}, {})",
    "engoConsole(1, 'x'.repeat(70000), 'y'.repeat(70000))",
    "engoConsole()",
    "engoCapTPSend('not json')",
    "engoCapTPSend('')",
    "engoCapTPSend('\\uD800')",
    "engoCapTPSend('['.repeat(100000))",
    "engoCapTPSend('x'.repeat(3000000))",
    "engoCapTPSend()",
    "engoTrace('id', {}, [], 1, 2, 'x')",
    "engoTrace('x'.repeat(100000), 'n', 'm', 's', 'f', 2 ** 53)",
    "engoIssueCommand({ byteLength: 2 ** 31 })",
    "engoIssueCommand(new Proxy(new ArrayBuffer(8), {}))",
    "engoPostCommand('text')",
    "engoEvaluateNamed({}, '1', 'n')",
    "engoEvaluateNamed(undefined, 1, {})",
    "engoCompileModule(1, 2)",
    "globalThis.engoOnEvaluate = () => { throw { get name() { throw 1 } } }",
    "globalThis.engoOnEvaluate = 1",
    "globalThis.engoOnDeliver = () => new Proxy({}, {})",
    "globalThis.engoOnError = () => 'no array'",
    "globalThis.engoOnError = () => [1, 2, 3, 4, 'x', {}]",
    "globalThis.engoOnError = () => { throw 1 }",
    "globalThis.engoOnError = () => { const a = []; a.length = 2 ** 32 - 1; return a }",
    "delete globalThis.engoOnEvaluate, delete globalThis.engoOnError",
)
_FORGED: Final = write_message(CONTROL, pack({"op": "result", "id": 1, "value": 666}))


class LiesKit:
    """Tests over `open`; the attributes say how."""

    launcher: Kind | Starter = "auto"
    backend: str = "asyncio"

    def open(self, **options: Any) -> AbstractAsyncContextManager[AsyncWorker]:
        """A new worker; the options are those of open_worker."""
        options.setdefault("launcher", self.launcher)
        options.setdefault("limits", Limits(heap=HEAP, cpu=1.0, wall=30.0))
        return open_worker(**options)

    def run(self, work: Callable[[], Awaitable[Any]]) -> Any:
        """Run a test's coroutine function."""
        return anyio.run(work, backend=self.backend)

    def test_whatever_is_answered_the_next_answer_is_right(self) -> None:
        async def main() -> None:
            async with self.open() as worker:
                for source in _ANSWERS:
                    await _either(worker, source)
                    await _either(worker, f"Promise.resolve({source})")
                    await _either(worker, f"console.log({source})")
                    await _either(worker, f"postCommand({source})")
                    await _either(worker, f"issueCommand({source})")
                    await _either(
                        worker, f"globalThis.handleCommand = () => ({source}); 0"
                    )
                    await _settle(worker.deliver(b"x"))
                    assert await worker.evaluate("6 * 7") == 42, source

        self.run(main)

    def test_whatever_is_thrown_its_catcher_gets_an_error(self) -> None:
        async def main() -> None:
            async with self.open() as worker:
                for source in _THROWN:
                    for thrower in (
                        f"throw ({source})",
                        f"Promise.reject({source})",
                        f"({{ toJSON() {{ throw ({source}) }} }})",
                    ):
                        with pytest.raises(GuestError) as caught:
                            await worker.evaluate(thrower, "lie.js")
                        assert len(str(caught.value)) < 1_000_000
                    await worker.evaluate(f"void Promise.reject({source})")
                    assert await worker.evaluate("6 * 7") == 42, source

        self.run(main)

    def test_records_that_are_printed_or_sent_are_text_and_bytes(self) -> None:
        calls: list[bytes] = []
        text = _FORGED.decode("latin-1")
        made = f"new Uint8Array({[*_FORGED]}).buffer"

        def on_call(data: bytes) -> bytes:
            calls.append(data)
            return data

        async def main() -> None:
            async with self.open(on_call=on_call) as worker:
                quoted = "'" + "".join(f"\\x{ord(one):02x}" for one in text) + "'"
                source = f"for (let i = 0; i < 100; i++) console.log({quoted}); 1"
                assert await worker.evaluate(source) == 1
                assert worker.console[-1].text == text
                assert await worker.evaluate(f"issueCommand({made})") == _FORGED
                assert await worker.evaluate(made) == _FORGED
                await worker.evaluate("globalThis.handleCommand = d => d; 0")
                assert await worker.deliver(_FORGED) == _FORGED
                with pytest.raises(GuestError) as caught:
                    await worker.evaluate(f"throw new Error({quoted})")
                assert caught.value.message == text
                assert await worker.evaluate("6 * 7") == 42

        self.run(main)
        assert calls == [_FORGED]

    def test_an_answer_belongs_to_the_request_that_asked(self) -> None:
        """Guests that settle early, late, twice and across each other."""

        async def main() -> None:
            async with self.open() as worker:
                await worker.evaluate("globalThis.settle = []; 0")
                results: dict[int, Any] = {}

                async def ask(number: int) -> None:
                    source = f"new Promise(f => {{ settle[{number}] = f }})"
                    results[number] = await worker.evaluate(source)

                async with anyio.create_task_group() as tasks:
                    for number in range(20):
                        tasks.start_soon(ask, number)
                    while not await worker.evaluate("settle.length == 20"):
                        pass
                    source = "for (let i = 19; i >= 0; i--) {"
                    await worker.evaluate(
                        source + " settle[i](i); settle[i]('again'); }"
                    )
                assert results == {number: number for number in range(20)}

        self.run(main)

    @pytest.mark.parametrize("source", _EMITTED)
    def test_what_a_start_compartment_emits_harms_its_own_worker_only(
        self, source: str
    ) -> None:
        """A machine without an image has no bootstrap: its guest is the start."""
        took: list[object] = []

        async def main() -> None:
            async with self.open() as neighbour:
                try:
                    async with self.open(
                        image=None,
                        on_call=bytes,
                        on_captp=took.append,
                        on_trace=lambda *all_of_it: took.append(all_of_it),
                    ) as worker:
                        for one in (source, "throw 1", "throw Error('x')", "1"):
                            await _either(worker, one)
                        await _settle(worker.deliver(b"x"))
                except WorkerDied as death:
                    took.append(death)
                assert await neighbour.evaluate("6 * 7") == 42

        self.run(main)


async def _either(worker: AsyncWorker, source: str) -> None:
    """Evaluate; a value and any error of the library's are fine."""
    await _settle(worker.evaluate(source, "lie.js"))


async def _settle(answer: Awaitable[object]) -> None:
    try:
        with anyio.fail_after(20):
            await answer
    except EngoError:
        pass
