"""Every engine gives the same answers at the same price, through the public library.

Programs of programs.py and statements of leaves.py: values, errors, meters and the
reason of an end are compared with a native worker's. Left out is what comes from the
C library's mathematics: the last digit of Math.exp and its like is each library's own.
"""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from engo import Limits, Worker
from engo.worker.errors import EngoError, GuestError, WorkerDied
from tests.wasm.leaves import statement
from tests.wasm.programs import program

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("wasmtime", reason="pip install wasmtime")

ENGINES = ("wasm", "wasm-child")
# Some patterns never end; both engines say so after as many computrons.
LIMITS = Limits(meter=3_000_000, cpu=30.0, wall=120.0)
FIXED_SEED = 5
PROGRAMS = 150
STATEMENTS = 300


class Machine:
    """A worker of one engine, and another when it has ended."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._worker: Worker | None = None

    def says(self, source: str) -> tuple[Any, ...]:
        """What a program comes to."""
        if self._worker is None:
            self._worker = Worker(engine=self._engine, limits=LIMITS)
        worker = self._worker
        try:
            return "value", worker.evaluate(source, "p.js"), worker.meter
        except GuestError as error:
            return "error", error.name, error.message, error.line, worker.meter
        except WorkerDied as death:
            meter = worker.meter
            self.close()
            return "death", str(death), meter

    def close(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


@pytest.fixture(scope="module", params=ENGINES)
def both(request: pytest.FixtureRequest) -> Iterator[tuple[Machine, Machine]]:
    """A native machine and one of another engine."""
    native, other = Machine("native"), Machine(request.param)
    yield native, other
    native.close()
    other.close()


def sources(seed: int) -> Iterator[str]:
    random = Random(seed)
    for _ in range(STATEMENTS):
        start = f"const log = []; let x = {random.randint(0, 50)};"
        yield f"(() => {{ {start} {statement(random)} return log.join() }})()"
    for _ in range(PROGRAMS):
        yield program(random.getrandbits(32), data=True)


def compare(both: tuple[Machine, Machine], seed: int) -> None:
    native, other = both
    kinds = set()
    for number, source in enumerate(sources(seed)):
        theirs = native.says(source)
        ours = other.says(source)
        assert ours == theirs, f"seed {seed}, program {number}: {source}"
        kinds.add(theirs[0])
    assert "value" in kinds


def test_the_same_programs_each_time(both: tuple[Machine, Machine]) -> None:
    compare(both, FIXED_SEED)


def test_other_programs_each_time(both: tuple[Machine, Machine]) -> None:
    compare(both, int.from_bytes(os.urandom(4), "big"))


def test_errors_and_ends_are_alike(both: tuple[Machine, Machine]) -> None:
    native, other = both
    for source in (
        "null.x",
        "\n\nthrow new RangeError('no')",
        "let a = ;",
        "(() => { 'use strict'; nowhere = 1 })()",
        "throw { a: 1 }",
        "Promise.reject(new TypeError('late'))",
        "for (;;);",
        "const f = () => 1 + f(); f()",
        "'x'.repeat(2 ** 29)",
        "new Uint8Array(-1)",
        "Symbol() + ''",
        "JSON.parse('{')",
        "new RegExp('(')",
        "1n + 1",
    ):
        assert other.says(source) == native.says(source), source


def test_a_meter_limit_ends_all_at_the_same_point() -> None:
    source = "let n = 0; for (;;) n += [n].map(x => x * 2)[0] % 3;"
    meters = []
    engines: tuple[Any, ...] = ("native", *ENGINES)
    for engine in engines:
        with Worker(engine=engine, limits=Limits(meter=1_234_567)) as worker:
            with pytest.raises(EngoError, match="too much computation"):
                worker.evaluate(source)
            meters.append(worker.meter)
    assert len(set(meters)) == 1
