"""A worker's CapTP session lives in its snapshot, and its name comes from its seed."""

import re

import pytest

from engo.captp import Far, Promise, RemoteError, make_promise
from engo.powers.clock import SystemClock
from engo.powers.memory import SealedMemory
from engo.powers.random import SystemRandom
from engo.powers.spawn import Child
from engo.worker.core import WorkerCore
from engo.worker.events import ChunkReceived, WorkerReady
from engo.worker.launch import Launcher
from engo.worker.limits import Limits
from engo.worker.wasm_child import HostedChild, WasmChildLauncher
from engo.worker.wasm_inprocess import WasmChild, WasmLauncher
from tests.bootstrap.host import Facet, Host


class Fixed:
    """Always the same seed."""

    def __init__(self, byte: int) -> None:
        self._byte = byte

    def bytes(self, size: int) -> bytes:
        return bytes([self._byte]) * size


def move_to_another_process(facet: Facet) -> Child:
    """Snapshot the worker and go on with a new process; the old one is returned."""
    chunks: list[bytes] = []
    request = facet.core.protocol.snapshot()
    facet.core.flush()
    while not request.done:
        facet.core.child.wait(5.0, writing=False)
        events = facet.core.protocol.receive(facet.core.child.read(1 << 18))
        chunks += [event.data for event in events if isinstance(event, ChunkReceived)]
    with Launcher() as launcher, SealedMemory("test", chunks) as body:
        child = launcher.start(body, Limits())
    old, facet.core = facet.core.child, WorkerCore(child, Limits(), SystemClock(), b"")
    facet.core.start(SystemRandom(), image=True)
    facet.core.flush()
    return old


def test_a_session_goes_on_in_another_process() -> None:
    with Host() as host:
        counter = host.evaluate(
            "let n = 0, kept; Far('C', { incr: () => (n += 1), "
            "keep: o => { kept = o }, ask: () => E(kept).hello() })"
        )
        send = host.turns.send
        mine = Far("Mine", hello=lambda: "hi")
        assert host.wait(send(counter, "incr")) == 1
        host.wait(send(counter, "keep", mine))
        old = move_to_another_process(host.one)
        try:
            assert host.wait(send(counter, "incr")) == 2
            assert host.wait(send(counter, "ask")) == "hi"
            assert host.evaluate("6 * 7") == 42
        finally:
            host.one.core.child.close()
            old.close()


GUEST = """
const key = {};
const map = new Map([[key, 'kept']]);
function* numbers() { try { yield 1; yield 2; } finally { map.set(key, 'ended'); } }
const generator = numbers();
generator.next();
(async () => {
  const late = await E(mine).later();
  return [late, generator.next().value, generator.return().done, map.get(key)];
})()
"""


def test_an_outstanding_promise_is_kept_in_another_process(wasm_cache: str) -> None:
    """In WebAssembly, from a machine of this process to one of a host's."""
    with (
        WasmLauncher(folder=wasm_cache) as here,
        WasmChildLauncher(folder=wasm_cache) as there,
        Host(launcher=here) as host,
    ):
        promise, resolver = make_promise(host.turns)
        asked: list[bool] = []

        def later() -> Promise:
            asked.append(True)
            return promise

        answer = host.one.send(GUEST, mine=Far("Mine", later=later))
        assert host.evaluate("6 * 7") == 42
        assert asked == [True]
        old = host.one.core.child
        assert isinstance(old, WasmChild)
        state = old.suspend(bytes(32), here.build())
        child = there.resume(state, bytes(32), Limits())
        host.one.core = WorkerCore(child, Limits(), SystemClock(), bytes(32))
        host.one.core.resumed(WorkerReady(there.build(), "resumed"))
        old.close()
        try:
            assert isinstance(child, HostedChild)
            resolver.resolve("late")
            assert host.wait(answer) == ["late", 2, True, "ended"]
            assert host.evaluate("E(mine).later()", mine=Far("M", later=later))
        finally:
            child.close()


def name_of(seed: int) -> str:
    with Host(random=Fixed(seed)) as host, pytest.raises(RemoteError) as caught:
        host.evaluate("throw Error('x')")
    return caught.value.error_id or ""


def test_error_ids_are_the_workers_own() -> None:
    """Though the session lives in the image that all of them begin with."""
    assert name_of(1) == name_of(1)
    assert name_of(1) != name_of(2)
    assert re.fullmatch(r"error:captp:Worker-[0-9a-f]{16}#20001", name_of(1))
