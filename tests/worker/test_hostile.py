"""Programs that eat time, memory, stack or the link end with a named reason, soon,
and a neighbour notices nothing. A worker's limits here are small, to be quick."""

import time

import anyio
import anyio.lowlevel
import pytest

from engo import open_worker
from engo.worker.blocking import Worker
from engo.worker.errors import CrankTimeout, GuestError, LimitExceeded, WorkerDied
from engo.worker.limits import MIB, Limits

LIMITS = Limits(heap=24 * MIB, cpu=1.0, wall=3.0)
SOON = 6.0  # seconds: the limits, the grace and a slow machine

TIME = "seconds of"
MEMORY = "memory full"

PROGRAMS = {
    "loop": ("for (;;);", TIME),
    "promises for ever": (
        "const next = () => Promise.resolve().then(next); next()",
        TIME,
    ),
    "a thenable of itself": (
        "const t = { then(r) { r(t); } }; Promise.resolve(t)",
        TIME,
    ),
    "toJSON that loops": ("({ toJSON() { for (;;); } })", TIME),
    "a backtracking pattern": ("/^(a|a)+$/.test('a'.repeat(40) + 'b')", ""),
    "an unmetered search": (
        "const s = 'a'.repeat(4e6); s.includes('a'.repeat(2e6) + 'b')",
        TIME,
    ),
    "a sparse array's search": ("[].indexOf.call({ length: 2 ** 53 - 1 }, 1)", TIME),
    "a doubling string": ("let s = 'x'; for (;;) s += s", MEMORY),
    "a growing array": ("const a = []; for (;;) a.push({})", MEMORY),
    "a growing map": ("const m = new Map(); for (let i = 0; ; i++) m.set(i, i)", ""),
    "compartments": ("const a = []; for (;;) a.push(new Compartment())", MEMORY),
    "nested values": (
        "let a = []; for (let i = 0; i < 3e4; i++) a = [a]; a",
        "stack overflow",
    ),
    "nested proxies": (
        "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x",
        "stack overflow",
    ),
    "empty console lines": ("for (;;) console.log('')", TIME),
    "rejections": ("for (;;) Promise.reject(1)", ""),
    "commands": ("for (;;) postCommand(new ArrayBuffer(1))", ""),
}


@pytest.mark.parametrize("name", [*PROGRAMS])
def test_a_hostile_program_ends_alone(name: str) -> None:
    source, reason = PROGRAMS[name]
    with Worker() as neighbour, Worker(limits=LIMITS) as worker:
        begun = time.monotonic()
        with pytest.raises((CrankTimeout, LimitExceeded)) as caught:
            # A name makes it go the general way, not the fast lane.
            worker.evaluate(source, name="hostile.js")
        assert reason in caught.value.reason
        assert time.monotonic() - begun < SOON
        with pytest.raises(WorkerDied):
            worker.evaluate("1")
        assert neighbour.evaluate("1 + 1") == 2


def test_many_rejections_in_one_crank_are_told() -> None:
    told: list[Exception] = []
    with Worker(on_rejection=told.append) as worker:
        worker.evaluate("for (let i = 0; i < 3000; i++) Promise.reject(i); 1")
        worker.evaluate("Promise.reject(1).catch(() => Promise.reject(2)); 1")
        worker.evaluate("Promise.reject(new Error('x')); 1")
    assert len(told) == 3002
    assert isinstance(told[0], GuestError)
    assert isinstance(told[2999], GuestError)
    assert (told[0].message, told[2999].message) == ("0", "2999")


def test_rejections_made_while_rejections_are_told() -> None:
    """A getter that the report calls leaves another rejection behind."""
    told: list[Exception] = []
    with Worker(on_rejection=told.append) as worker:
        source = """
            let left = 50;
            const make = () => {
              const error = new Error('x');
              Object.defineProperty(error, 'message', {
                get() {
                  if (left-- > 0) Promise.reject(make());
                  return 'x'.repeat(100000);
                },
              });
              return error;
            };
            Promise.reject(make());
            1
        """
        assert worker.evaluate(source) == 1
        assert worker.evaluate("1 + 1") == 2
    assert len(told) > 10


def test_a_flood_of_lines_leaves_turns_to_other_tasks() -> None:
    most = 0  # lines between two turns of another task
    lines = 0

    def count(_: object) -> None:
        nonlocal lines
        lines += 1

    async def neighbour() -> None:
        nonlocal most, lines
        while True:
            lines = 0
            await anyio.lowlevel.checkpoint()
            most = max(most, lines)

    async def main() -> None:
        limits = Limits(heap=24 * MIB, cpu=0.3, wall=1.0)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(neighbour)
            async with open_worker(limits=limits, on_console=count) as worker:
                with pytest.raises(CrankTimeout):
                    await worker.evaluate("for (;;) console.log('')")
            tasks.cancel_scope.cancel()

    anyio.run(main)
    assert 0 < most < 40_000  # a few reads of 64 KiB
