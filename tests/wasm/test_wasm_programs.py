"""The repairs' guest programs, and deep recursion, on a runtime stack of 64 MiB.

XS sees its stack in memory only; the runtime's must be so large that XS's checks come
first. The programs are compared with a native worker, meters included.
"""

from __future__ import annotations

from typing import Any

import msgpack  # type: ignore[import-untyped]
import pytest

from native.xs.repairs import REPAIRS
from tests.native.guest_programs import script
from tests.native.link_driver import Driver
from tests.wasm.instance import (
    LARGE_STACK,
    Instance,
    compiled,
    on_large_stack,
)

ALL = sorted({program for repair in REPAIRS for program in repair.programs})
STOPPED = [name for name in ALL if "/stop-" in name]  # these run until interrupted
NAMES = [name for name in ALL if name not in STOPPED]
# Deeper than the stack in memory of the module, so that it ends by itself.
TOO_DEEP = "safety/stop-eval-cond"
PRINT = """
globalThis.print = (...all) => engoConsole(1, '', all.map(String).join(' '));
globalThis.gc = engoCollect;
globalThis.shareGlobal = engoShareGlobal;
"""
START: dict[str, Any] = {"stack": 65_536, "heap": 512 << 20}
SEED, NOW = bytes(range(32)), 1_000_000.0
DEEP = {
    "json": "JSON.parse('['.repeat(1e6))",
    "parentheses": "eval('('.repeat(1e6))",
    "sums": "eval('1+'.repeat(2e5) + '1')",
    "regexp": "new RegExp('('.repeat(1e5) + ')'.repeat(1e5))",
    "collection": "let l = []; for (let i = 0; i < 1e6; i++) l = [l]; engoCollect()",
    "callbacks": "const f = () => [1].map(f); f()",
    "proxy": "new Proxy({}, { get(t, k, r) { return r[k]; } }).x",
    "getter": "({ get x() { return this.x; } }).x",
    "text": "const o = { toString() { return `${this}`; } }; `${o}`",
    "generators": "function* g() { yield* g(); } [...g()]",
}


@pytest.fixture(scope="module")
def module() -> tuple[Any, Any]:
    """An engine with a large stack and the module."""
    return compiled(LARGE_STACK)


def native_says(source: str) -> tuple[list[bytes], dict[str, Any]]:
    printed = []
    with Driver(**START) as native:
        native.evaluate(PRINT)
        native.control(op="evaluate", id=1, source=source)
        while (got := native.next_message())[0] == 2:
            printed.append(got[1])
    return printed, _unpacked(got[1])


def _unpacked(data: bytes) -> dict[str, Any]:

    found: dict[str, Any] = msgpack.unpackb(data)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_repairs_program_does_what_it_does_natively(
    module: tuple[Any, Any], name: str
) -> None:
    source = script(name)
    printed, answer = native_says(source)

    def run() -> None:
        made = Instance(*module)
        made.start(**START, seed=SEED, now=NOW)
        made.evaluate(PRINT)
        assert made.evaluate(source) == answer
        assert made.messages(2) == [_unpacked(one) for one in printed]

    on_large_stack(run)


@pytest.mark.parametrize("name", STOPPED)
def test_an_interrupt_ends_what_runs_for_long(
    module: tuple[Any, Any], name: str
) -> None:
    source = script(name)

    def run() -> None:
        made = Instance(*module)
        made.start(**START, seed=SEED, now=NOW)
        made.evaluate(PRINT)
        timer = made.interrupt_after(0.3)
        answer = made.evaluate(source)
        timer.join()
        if name == TOO_DEEP:
            assert answer["message"].endswith("stack overflow")
        else:
            assert (answer["op"], answer["reason"]) == ("abort", "interrupted")
        assert [line[-1] for line in made.messages(2)] == ["start"]

    on_large_stack(run)


@pytest.mark.parametrize("name", DEEP)
def test_deep_recursion_ends_by_xs_and_not_by_a_trap(
    module: tuple[Any, Any], name: str
) -> None:
    said: list[dict[str, Any]] = []

    def run() -> None:
        made = Instance(*module)
        made.start(**START)
        said.append(made.evaluate(DEEP[name]))

    on_large_stack(run)
    (answer,) = said
    assert answer["op"] in ("error", "abort")
    assert "overflow" in answer.get("reason", "") + answer.get("message", "") or (
        answer.get("name") == "SyntaxError"
    )
