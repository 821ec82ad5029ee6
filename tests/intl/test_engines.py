"""A worker with Intl rests and goes on as any other, and where it belongs."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from engo.worker.blocking import Worker
from engo.worker.launch import Launcher
from engo.worker.wasm_child import WasmChildLauncher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engo.worker.wasm_inprocess import WasmLauncher

KEY = bytes(range(32))
BEGIN = "globalThis.f = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Paris' }); 1"
GO_ON = "f.format(1e12) + (1e6).toLocaleString() + new Intl.ListFormat().format(['a'])"
GIVEN = "9/9/20011,000,000a"


@pytest.fixture(params=["native", "wasm", "wasm_child"])
def launcher(
    request: pytest.FixtureRequest,
) -> Iterator[Launcher | WasmLauncher | WasmChildLauncher]:
    if request.param == "native":
        with Launcher() as native:
            yield native
    else:
        yield request.getfixturevalue(f"{request.param}_launcher")


def test_a_snapshot_holds_it(
    launcher: Launcher | WasmLauncher | WasmChildLauncher,
) -> None:
    stream = BytesIO()
    with Worker(image="endo-intl", launcher=launcher, key=KEY) as worker:
        worker.evaluate(BEGIN)
        worker.snapshot(stream)
    snapshot = stream.getvalue()
    with Worker(snapshot=snapshot, launcher=launcher, key=KEY) as worker:
        assert worker.evaluate(GO_ON) == GIVEN


@pytest.mark.parametrize("ends", ["wasm wasm_child", "wasm_child wasm"])
def test_a_suspended_one_goes_on(request: pytest.FixtureRequest, ends: str) -> None:
    first, second = (request.getfixturevalue(f"{end}_launcher") for end in ends.split())
    with Worker(image="endo-intl", launcher=first, key=KEY) as worker:
        worker.evaluate(BEGIN)
        state = worker.suspend()
    assert len(state) < 300_000
    with Worker(launcher=second, resume=state, key=KEY) as worker:
        assert worker.evaluate(GO_ON) == GIVEN


def test_the_large_image_has_processes_of_its_own(wasm_cache: str) -> None:
    with WasmChildLauncher(folder=wasm_cache) as launcher:
        opened = []
        for image, processes in (
            ("endo", 1), ("endo-intl", 2), ("bare", 2), ("endo-intl", 2), ("endo", 2),
        ):  # fmt: skip
            opened.append(Worker(image=image, launcher=launcher))
            assert len(launcher.pids) == processes, image
        kinds = [worker.evaluate("typeof Intl") for worker in opened]
        for worker in opened:
            worker.close()
    assert kinds == ["undefined", "object", "undefined", "object", "undefined"]


def test_meters_agree_on_all_engines(
    wasm_launcher: WasmLauncher, wasm_child_launcher: WasmChildLauncher
) -> None:
    meters = []
    with Launcher() as native:
        for launcher in (native, wasm_launcher, wasm_child_launcher):
            with Worker(image="endo-intl", launcher=launcher) as worker:
                worker.evaluate(BEGIN)
                worker.evaluate(GO_ON)
                meters.append(worker.status().meter)
    assert len(set(meters)) == 1, meters
