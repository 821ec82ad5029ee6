"""How property tests run: no clock decides whether one passes.

Machines that build and test at once are slow at random moments; a test that hangs is
ended by pytest's own timeout. Fixtures belong to the folder that uses them, but for
WebAssembly's machine code, which takes seconds to make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from engo.worker.wasm_child import WasmChildLauncher
from engo.worker.wasm_inprocess import WasmLauncher

if TYPE_CHECKING:
    from collections.abc import Iterator

settings.register_profile(
    "engo", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("engo")


@pytest.fixture(scope="session")
def wasm_cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A cache folder for machine code, so that it is made once per run and not the
    user's."""
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def wasm_launcher(wasm_cache: str) -> Iterator[WasmLauncher]:
    """WebAssembly workers of this process."""
    with WasmLauncher(folder=wasm_cache) as launcher:
        yield launcher


@pytest.fixture(scope="session")
def wasm_child_launcher(wasm_cache: str) -> Iterator[WasmChildLauncher]:
    """WebAssembly workers of a process beside this one."""
    with WasmChildLauncher(folder=wasm_cache) as launcher:
        yield launcher
