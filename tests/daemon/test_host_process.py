"""The process that hosts the daemon's workers dies, and is no more than a process."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engo.captp import RemoteError

if TYPE_CHECKING:
    from .running import Host, Running


@pytest.fixture(scope="module")
def engine() -> str:
    return "wasm-child"


def hosting(daemon: Running) -> list[int]:
    """The daemon's processes that host machines."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            parent = (process / "stat").read_text().rsplit(")", 1)[1].split()[1]
            variables = (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue  # no process, or it has just ended
        if parent == str(daemon.process.pid) and b"ENGO_XSNAP_WORKER=host" in variables:
            found.append(int(process.name))
    return found


def test_workers_share_one_that_may_die(daemon: Running, host: Host) -> None:
    for name in ("a", "b", "c"):
        assert host.evaluate("globalThis.x = 1; x + 1", worker=name) == 2
    [pid] = hosting(daemon)
    stuck = host.evaluating("(() => { for (;;); })()", worker="a")
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(RemoteError, match="hosted it ended: killed by SIGKILL"):
        host.client.wait(stuck)
    for name in ("a", "b", "c"):
        assert host.evaluate("typeof x", worker=name) == "undefined"
    assert len(hosting(daemon)) == 1
