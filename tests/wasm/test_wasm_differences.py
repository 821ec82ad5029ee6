"""Native and WebAssembly give the same values and the same meters.

The interpreter's loop is a switch there (repair v12_hoisted_setjmp), so what is tried
most is what jumps: see programs.py. Left out is what comes from the C
library's mathematics: the last digit of Math.exp and its like is each library's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.native.link_driver import Driver
from tests.wasm.instance import Instance, compiled
from tests.wasm.programs import program

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = 400
LOADS = {
    "calls": "(() => { const f = n => n < 2 ? n : f(n - 1) + f(n - 2);"
    " return f(18) })()",
    "throws": "(() => { let c = 0; for (let i = 0; i < 999; i++)"
    " { try { throw i } catch { c++ } } return c })()",
    "generators": "(() => { function* g() { for (let i = 0; i < 999; i++)"
    " { try { yield i } finally {} } } let s = 0; for (const x of g()) s += x;"
    " return s })()",
    "garbage": "(() => { let l; for (let i = 0; i < 2e5; i++) l = { i, l: [l?.i] };"
    " return l.i })()",
    "json": "(() => { const a = []; for (let i = 0; i < 2e3; i++) a.push({ i });"
    " return JSON.stringify(JSON.parse(JSON.stringify(a))).length })()",
    "numbers": "(() => { let t = ''; for (let i = 1; i < 300; i++)"
    " t += Math.sqrt(i) + i / 7 + i % 0.3 + Math.random(); return t })()",
}
START: dict[str, Any] = {"stack": 65_536, "heap": 64 << 20}
SEED, NOW = bytes(range(32)), 1_000_000.0


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Driver, Instance]]:
    """A native and a WebAssembly machine from the same start."""
    made = Instance(*compiled())
    with Driver(**START) as native:
        made.start(**START, seed=SEED, now=NOW)
        yield native, made


def test_random_programs_end_alike(both: tuple[Driver, Instance]) -> None:
    native, made = both
    different = [
        (number, program(number), ours, theirs)
        for number in range(PROGRAMS)
        if (ours := made.evaluate(program(number)))
        != (theirs := native.evaluate(program(number)))
    ]
    assert different[:1] == []


@pytest.mark.parametrize("load", LOADS)
def test_loads_cost_the_same(both: tuple[Driver, Instance], load: str) -> None:
    native, made = both
    ours: dict[str, Any] = made.evaluate(LOADS[load])
    assert ours["op"] == "result"
    assert ours == native.evaluate(LOADS[load])
