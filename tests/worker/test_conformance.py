"""The conformance kit over each way of starting a worker."""

import pytest

from engo.testing.async_worker_kit import AsyncWorkerKit
from engo.testing.worker_kit import WorkerKit
from engo.worker.wasm_child import WasmChildLauncher
from engo.worker.wasm_inprocess import WasmLauncher


class TestExecutable(WorkerKit):
    launcher = "executable"


class TestReexec(WorkerKit):
    launcher = "reexec"


class TestExecutableAsync(AsyncWorkerKit):
    launcher = "executable"


class TestReexecAsync(AsyncWorkerKit):
    launcher = "reexec"


class TestWasm(WorkerKit):
    @pytest.fixture(autouse=True)
    def _shared(self, wasm_launcher: WasmLauncher) -> None:
        self.launcher = wasm_launcher


class TestWasmAsync(AsyncWorkerKit):
    @pytest.fixture(autouse=True)
    def _shared(self, wasm_launcher: WasmLauncher) -> None:
        self.launcher = wasm_launcher


class TestWasmChild(WorkerKit):
    @pytest.fixture(autouse=True)
    def _shared(self, wasm_child_launcher: WasmChildLauncher) -> None:
        self.launcher = wasm_child_launcher


class TestWasmChildAsync(AsyncWorkerKit):
    @pytest.fixture(autouse=True)
    def _shared(self, wasm_child_launcher: WasmChildLauncher) -> None:
        self.launcher = wasm_child_launcher
