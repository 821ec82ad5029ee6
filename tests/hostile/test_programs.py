"""Every hostile program of the vectors on every engine, four at a time.

Which end each may come to is in ends.py: stopped by the interrupt, by a limit, or
ended by itself; none may take a kill.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from engo import open_worker
from engo.testing.attack_kit import SOON
from engo.testing.attack_run import Outcome, run_attacks
from engo.testing.attacks import Attack
from engo.worker.limits import MIB

from .ends import NAMES, ends_of

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from engo import AsyncWorker
    from engo.worker.wasm_child import WasmChildLauncher
    from engo.worker.wasm_inprocess import WasmLauncher

FOLDER = Path(__file__).parents[1] / "vectors" / "xs-repairs" / "hostile"
AT_ONCE = 4
BATCHES = [NAMES[at : at + AT_ONCE] for at in range(0, len(NAMES), AT_ONCE)]
KILLED = -9
HEAP = 128 * MIB  # a worker's, when nobody says otherwise
PATIENCE = 5.0  # seconds until the kill: a busy computer is given time to obey
PRINT = "const print = () => {};\n"


def test_every_program_is_on_the_list() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.js")) == NAMES


def status_of(found: Outcome) -> int | None:
    return getattr(found.error, "status", None)


class Programs:
    launcher: Any = "auto"

    def open(self, **options: Any) -> AbstractAsyncContextManager[AsyncWorker]:
        return open_worker(launcher=self.launcher, **options)

    @pytest.mark.parametrize("names", BATCHES, ids="..".join)
    def test_they_end_as_listed(
        self, names: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("engo.worker.watchdog.GRACE", PATIENCE)
        chosen = {
            name: Attack(
                source=PRINT + (FOLDER / name).with_suffix(".js").read_text("utf-8"),
                ends=frozenset(),
                heap=HEAP,
            )
            for name in names
        }
        found = anyio.run(run_attacks, self.open, chosen)
        wrong = {name for name in names if found[name].end not in ends_of(name)}
        assert not wrong, {name: str(found[name].error) for name in wrong}
        assert not {n for n, one in found.items() if status_of(one) == KILLED}
        for one in found.values():
            assert one.rounds * SOON >= one.seconds - SOON


class TestNative(Programs):
    pass


class TestWasm(Programs):
    @pytest.fixture(autouse=True)
    def _shared(self, wasm_launcher: WasmLauncher) -> None:
        self.launcher = wasm_launcher


class TestWasmChild(Programs):
    @pytest.fixture(autouse=True)
    def _shared(self, wasm_child_launcher: WasmChildLauncher) -> None:
        self.launcher = wasm_child_launcher
