"""A stock Node process with npm's @endo/captp talks to the daemon's socket."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .running import Running

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("peer.mjs")


def endo_packages() -> Path:
    """The packages that the build has fetched, as npm has them."""
    found = sorted((ROOT / "build" / "endo").glob("*/node_modules"))
    assert found, "expected build/endo/*/node_modules; run build_ffi.py"
    return found[-1]


def test_a_stock_peer_sees_what_it_would_see_of_endo(
    shared: Running, tmp_path: Path
) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    (tmp_path / "node_modules").symlink_to(endo_packages())
    shutil.copy(SCRIPT, tmp_path)
    done = subprocess.run(
        [node, "--preserve-symlinks", str(tmp_path / SCRIPT.name), str(shared.socket)],
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert done.stderr == ""
    assert json.loads(done.stdout) == [
        "pong",
        f"{10**20}n",
        None,  # undefined, in JSON
        1,
        "7n",
        2,
        5,
        "heard it",
        'Unknown pet name: "nosuch"',
        "r",
        'target has no method "nosuch", has ["__getMethodNames__","up"]',
        "hi",
        ["blob", "counter", "stored", "w"],
        "later",
    ]
