"""A worker's CapTP session lives in its snapshot, and its name comes from its seed."""

import re

import pytest

from engo.captp import Far, RemoteError
from engo.powers.clock import SystemClock
from engo.powers.memory import SealedMemory
from engo.powers.random import SystemRandom
from engo.powers.spawn import Child
from engo.worker.core import WorkerCore
from engo.worker.events import ChunkReceived
from engo.worker.launch import Launcher
from engo.worker.limits import Limits
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


def name_of(seed: int) -> str:
    with Host(random=Fixed(seed)) as host, pytest.raises(RemoteError) as caught:
        host.evaluate("throw Error('x')")
    return caught.value.error_id or ""


def test_error_ids_are_the_workers_own() -> None:
    """Though the session lives in the image that all of them begin with."""
    assert name_of(1) == name_of(1)
    assert name_of(1) != name_of(2)
    assert re.fullmatch(r"error:captp:Worker-[0-9a-f]{16}#20001", name_of(1))
