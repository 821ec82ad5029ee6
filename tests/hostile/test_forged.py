"""Workers that forge the link's records: each lie ends its own worker, with a word.

A FakeChild is the worker whose engine was broken: it says what it wants. Both shells
must tell every caller, kill the child, and leave the event loop to a neighbour.
"""

from __future__ import annotations

import contextlib
import os
from random import Random
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from engo import open_worker
from engo.frames.constants import CAPTP, CONSOLE, CONTROL, RECORD_ACCEPT
from engo.frames.fragments import write_message
from engo.testing.clock import VirtualClock
from engo.testing.fake_child import (
    ControlMessage,
    FakeChild,
    FakeLauncher,
    Script,
    pack,
)
from engo.worker.blocking import Worker
from engo.worker.errors import EngoError, GuestError, WorkerDied

if TYPE_CHECKING:
    from collections.abc import Callable

POSITION: dict[str, Any] = {
    "name": "n", "message": "m", "stack": "s", "file": "f", "line": 1,
}  # fmt: skip


def control(**message: Any) -> bytes:
    return write_message(CONTROL, pack(message))


def record(head: int, payload: bytes) -> bytes:
    return (len(payload) + 1).to_bytes(2, "big") + bytes([head]) + payload


def deep(levels: int) -> bytes:
    return b"\x91" * levels + b"\xc0"


# What the worker says to the request with this id; each breaks the protocol.
BREAKING: dict[str, Callable[[int], bytes]] = {
    "another id": lambda i: control(op="result", id=i + 1, meter=1, value=1),
    "id 0": lambda i: control(op="result", id=0, meter=1, value=1),
    "a huge id": lambda i: control(op="result", id=2**32, meter=1, value=1),
    "a text as id": lambda i: control(op="result", id=str(i), meter=1, value=1),
    "no id": lambda i: control(op="result", meter=1, value=1),
    "no meter": lambda i: control(op="result", id=i, value=1),
    "json that is none": lambda i: control(op="result", id=i, meter=1, json="{"),
    "json of the wrong type": lambda i: control(op="result", id=i, meter=1, json=1),
    "a bigint that is none": lambda i: control(op="result", id=i, meter=1, bigint="x"),
    "two values": lambda i: control(op="result", id=i, meter=1, value=1, json="1"),
    "a nested value": lambda i: control(op="result", id=i, meter=1, value=[[1]]),
    "thrown that is none": lambda i: control(
        op="error", id=i, meter=1, **POSITION, thrown="{"
    ),
    "thrown of the wrong type": lambda i: control(
        op="error", id=i, meter=1, **POSITION, thrown=1
    ),
    "an error without a name": lambda i: control(op="error", id=i, meter=1),
    "pending twice": lambda i: control(op="pending", id=i, meter=1) * 2,
    "pending of another": lambda i: control(op="pending", id=i + 9, meter=1),
    "a chunk nobody asked for": lambda i: control(op="chunk", id=i + 9, data=b"x"),
    "ready again": lambda i: control(op="ready", version=1, build="b", engine="e"),
    "an unknown op": lambda i: control(op="evaluate", id=i, source="1"),
    "a trace without an id": lambda i: control(op="trace", **POSITION),
    "a rejection of numbers": lambda i: control(
        op="rejection", name=1, message=2, stack=3, file=4, line="x"
    ),
    "the same command twice": lambda i: (
        control(op="call", id=7, data=b"", sync=False) * 2
    ),
    "a command of text": lambda i: control(op="call", id=7, data="text", sync=False),
    "no map": lambda i: write_message(CONTROL, pack([1])),
    "an empty message": lambda i: write_message(CONTROL, b""),
    "half a map": lambda i: write_message(CONTROL, pack({"op": "result"})[:-1]),
    "more than a map": lambda i: write_message(CONTROL, pack({"op": "x"}) + b"\0"),
    "nested without end": lambda i: write_message(CONTROL, deep(60_000)),
    "a map that claims 2^32 keys": lambda i: write_message(
        CONTROL, b"\xdf\xff\xff\xff\xff"
    ),
    "bytes that claim 4 GiB": lambda i: write_message(
        CONTROL, b"\x81\xa1x\xc6\xff\xff\xff\xff"
    ),
    "an extension type": lambda i: write_message(CONTROL, b"\x81\xa2op\xd4\x01\x00"),
    "names twice": lambda i: write_message(
        CONTROL, b"\x82\xa2op\xa5abort\xa2op\xa6result"
    ),
    "text that is no UTF-8": lambda i: write_message(
        CONTROL, b"\x82\xa2op\xa5fatal\xa7message\xa1\xff"
    ),
    "a record of no bytes": lambda i: b"\0\0",
    "an unknown channel": lambda i: record(9, b"x"),
    "the debug channel": lambda i: write_message(3, b"x"),
    "a console line of numbers": lambda i: write_message(CONSOLE, pack([1, 2, 3])),
    "a console level of 99": lambda i: write_message(CONSOLE, pack([99, "", "x"])),
    "a console map": lambda i: write_message(CONSOLE, pack({})),
    "a message without end": lambda i: record(CONTROL | 0x80, bytes(65_000)) * 300,
    "captp without end": lambda i: record(CAPTP | 0x80, bytes(65_000)) * 300,
    "console without end": lambda i: record(CONSOLE | 0x80, bytes(65_000)) * 300,
}
# What is odd, and no breach: the request ends all the same.
ODD: dict[str, Callable[[int], bytes]] = {
    "keys nobody knows": lambda i: control(op="result", id=i, meter=1, x=1, y=[1]),
    "a negative line": lambda i: control(
        op="error", id=i, meter=1, **{**POSITION, "line": -5}
    ),
    "json that is too deep": lambda i: control(
        op="result", id=i, meter=1, json="[" * 5000 + "]" * 5000
    ),
    "a bigint that is too long": lambda i: control(
        op="result", id=i, meter=1, bigint="9" * 200_000
    ),
    "an abort of nothing": lambda i: control(op="abort", id=0, meter=1, reason="?"),
    "an abort that lies": lambda i: control(
        op="abort", id=i, meter=1, reason="x" * 70_000
    ),
    "a fatal of 1 MB": lambda i: control(op="fatal", message="x" * 1_000_000),
    "an answer in records of one byte": lambda i: b"".join(
        record(CONTROL | (0x80 if at + 1 < len(whole) else 0), whole[at : at + 1])
        for whole in [pack({"op": "result", "id": i, "meter": 1, "value": 1})]
        for at in range(len(whole))
    ),
    "the largest record": lambda i: (
        record(CONSOLE, pack([1, "", "x" * (RECORD_ACCEPT - 8)]))
        + control(op="result", id=i, meter=1)
    ),
}


def liar(say: Callable[[int], bytes]) -> Script:
    def script(child: FakeChild, message: ControlMessage) -> None:
        if message["op"] == "evaluate":
            child.put(say(message["id"]))
            if b"abort" in child._output[:40] or b"fatal" in child._output[:40]:
                child.end(70)
        if message["op"] == "exit":
            child.end(0)

    return script


def honest(child: FakeChild, message: ControlMessage) -> None:
    if message["op"] == "evaluate":
        child.say(op="result", id=message["id"], meter=1, value=42)
    if message["op"] == "exit":
        child.end(0)


def opened(child: FakeChild) -> Any:
    return open_worker(launcher=FakeLauncher(child), clock=VirtualClock())


@pytest.mark.parametrize("name", [*BREAKING, *ODD])
def test_a_lie_is_told_to_every_caller(name: str) -> None:
    breaking = name in BREAKING
    say = (BREAKING if breaking else ODD)[name]
    child, neighbour = FakeChild(liar(say)), FakeChild(honest)
    told: list[Exception | None] = []

    async def ask(worker: Any) -> None:
        try:
            await worker.evaluate("1", "a.js")
        except (WorkerDied, GuestError) as error:
            told.append(error)
        else:
            told.append(None)

    async def main() -> None:
        async with opened(neighbour) as good, opened(child) as bad:
            async with anyio.create_task_group() as tasks:
                with anyio.fail_after(20):
                    tasks.start_soon(ask, bad)
                    assert await good.evaluate("1") == 42
            if breaking:
                await bad.wait_ended()
            assert await good.evaluate("1") == 42

    anyio.run(main)
    assert len(told) == 1
    assert child.closed
    if breaking:
        assert isinstance(told[0], WorkerDied)
        assert len(str(told[0])) < 2000
        assert child.killed


@pytest.mark.parametrize("name", [*BREAKING, *ODD])
def test_a_lie_ends_a_blocking_worker(name: str) -> None:
    say = BREAKING.get(name) or ODD[name]
    child = FakeChild(liar(say), on_wait=VirtualClock().advance)
    with Worker(launcher=FakeLauncher(child), clock=VirtualClock()) as worker:
        if name in BREAKING:
            with pytest.raises(WorkerDied):
                worker.evaluate("1", "a.js")
            with pytest.raises(WorkerDied):
                worker.evaluate("1")
        else:
            with contextlib.suppress(EngoError):
                worker.evaluate("1", "a.js")
    assert child.closed


def test_garbage_of_a_hundred_kinds() -> None:
    seed = int.from_bytes(os.urandom(4), "big")
    random = Random(seed)

    def garbage(_: int) -> bytes:
        data = random.randbytes(random.choice((1, 2, 3, 40, 4000, 70_000)))
        if random.random() < 0.5:
            data = write_message(random.choice((0, 1, 2)), data)
        return data

    async def main() -> None:
        for _ in range(100):
            child, neighbour = FakeChild(liar(garbage)), FakeChild(honest)
            async with (
                opened(neighbour) as good,
                opened(child) as bad,
                anyio.create_task_group() as tasks,
            ):
                tasks.start_soon(_swallow, bad.evaluate, "1")
                assert await good.evaluate("1") == 42
                bad.kill()  # what is half a record waits for the rest
            assert child.closed

    try:
        anyio.run(main)
    except BaseException as error:
        error.add_note(f"seed {seed}")
        raise


async def _swallow(work: Callable[[str], Any], source: str) -> None:
    with contextlib.suppress(EngoError):
        await work(source)


def test_the_shared_page_is_advice() -> None:
    """A page of lies neither ends a worker nor keeps it for ever."""
    for state, cranks in ((4, 0), (3, 2**63), (99, 5), (2**31, 2**64 - 1)):

        def script(child: FakeChild, message: ControlMessage) -> None:
            child.set_state(state, cranks)  # noqa: B023 - run before the next
            honest(child, message)

        child = FakeChild(script)

        async def main(child: FakeChild = child) -> None:
            async with opened(child) as worker:
                for _ in range(10):
                    assert await worker.evaluate("1", "a.js") == 42
                worker.interrupt()
                worker.kill("enough")
                with pytest.raises(EngoError):
                    await worker.evaluate("1")

        anyio.run(main)
        assert child.closed
