"""The attack kit over every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engo.testing.attack_kit import AttackKit
from engo.testing.lies_kit import LiesKit

if TYPE_CHECKING:
    from engo.worker.wasm_child import WasmChildLauncher
    from engo.worker.wasm_inprocess import WasmLauncher


class TestNative(AttackKit):
    pass


class TestNativeLies(LiesKit):
    pass


class TestWasm(AttackKit):
    @pytest.fixture(autouse=True)
    def _shared(self, wasm_launcher: WasmLauncher) -> None:
        self.launcher = wasm_launcher


class TestWasmLies(LiesKit):
    @pytest.fixture(autouse=True)
    def _shared(self, wasm_launcher: WasmLauncher) -> None:
        self.launcher = wasm_launcher


class TestWasmChild(AttackKit):
    @pytest.fixture(autouse=True)
    def _shared(self, wasm_child_launcher: WasmChildLauncher) -> None:
        self.launcher = wasm_child_launcher


class TestWasmChildLies(LiesKit):
    @pytest.fixture(autouse=True)
    def _shared(self, wasm_child_launcher: WasmChildLauncher) -> None:
        self.launcher = wasm_child_launcher
