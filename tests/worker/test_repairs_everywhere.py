"""The repairs' guest programs in workers of every engine, opened as anyone opens one.

Each runs where guests run, in the compartment after lockdown, but for those that need
what no guest has; these run in a machine without an image. The machine by itself is
looked at in tests/native/test_repairs.py and tests/wasm/test_wasm_programs.py.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import pytest

import engo
from native.xs.repairs import REPAIRS
from tests.native.guest_programs import expected, script

if TYPE_CHECKING:
    from engo.worker.wasm_child import WasmChildLauncher
    from engo.worker.wasm_inprocess import WasmLauncher

PROGRAMS = sorted({program for repair in REPAIRS for program in repair.programs})
SECONDS: Final = 0.25  # until what runs for as long as it is let is interrupted
# No guest can run these, for it lacks what is named.
START_COMPARTMENT: Final = {
    "correctness/date-constructor": "lockdown",
    "correctness/extensions": "Base64",
    "correctness/shared-globals": "lockdown",
    "safety/atomics-shrink": "Atomics",
    "safety/base64-decode-bounds": "Base64",
    "safety/global-names-of-prototypes": "lockdown",
    "safety/host-objects-again": "lockdown",
    "safety/hostobject-no-buffer": "SharedArrayBuffer",
    "safety/hostobject-no-buffer-compartment": "lockdown",
    "safety/petrified-stays": "petrify",
    "safety/text-sizes-typed-array": "lockdown",
}
# 100,000 conditions in each other are too deep for the stack in a module's memory, so
# that a RangeError comes before the interrupt.
TOO_DEEP_IN_WASM: Final = "safety/stop-eval-cond"
# A guest cannot order a collection, but it can bring one about.
GUEST: Final = """
globalThis.print = (...all) => console.log(all.map(String).join(' '));
globalThis.gc = () => { for (let i = 0; i < 20; i++) new ArrayBuffer(1e6); };
"""
START: Final = """
globalThis.print = (...all) => engoConsole(1, '', all.map(String).join(' '));
globalThis.gc = engoCollect;
globalThis.shareGlobal = engoShareGlobal;
"""


def run(launcher: Any, program: str) -> tuple[str, Exception | None]:
    """What it prints, and how it ends."""
    lines: list[str] = []
    start = program in START_COMPARTMENT
    with engo.Worker(
        image=None if start else "bare",
        launcher=launcher,
        on_console=lambda line: lines.append(line.text + "\n"),
    ) as worker:
        worker.evaluate(START if start else GUEST)
        timer = threading.Timer(SECONDS, worker.interrupt)
        if "/stop-" in program:
            timer.start()
        try:
            worker.evaluate(script(program))
        except (engo.WorkerDied, engo.GuestError) as error:
            return "".join(lines), error
        finally:
            timer.cancel()
    return "".join(lines), None


class Programs:
    launcher: Any = "auto"
    wasm = True

    @pytest.mark.parametrize("program", PROGRAMS)
    def test_it_prints_what_it_should(self, program: str) -> None:
        printed, error = run(self.launcher, program)
        assert printed == expected(program)
        if self.wasm and program == TOO_DEEP_IN_WASM:
            assert isinstance(error, engo.GuestError)
            assert (error.name, error.message) == ("RangeError", "stack overflow")
        elif "/stop-" in program:
            assert isinstance(error, engo.WorkerInterrupted)
        else:
            assert error is None


class TestNative(Programs):
    wasm = False


class TestWasm(Programs):
    @pytest.fixture(autouse=True)
    def _shared(self, wasm_launcher: WasmLauncher) -> None:
        self.launcher = wasm_launcher


class TestWasmChild(Programs):
    @pytest.fixture(autouse=True)
    def _shared(self, wasm_child_launcher: WasmChildLauncher) -> None:
        self.launcher = wasm_child_launcher


def test_only_what_no_guest_has_is_run_elsewhere() -> None:
    """A program leaves that list when guests get what it needs."""
    with engo.Worker() as worker:
        for program, lacks in START_COMPARTMENT.items():
            assert lacks in script(program)
            assert worker.evaluate(f"typeof {lacks}") == "undefined"
