"""Installs what Engo is measured against into build/bench, once."""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BUILD = HERE.parent / "build" / "bench"
PEER = (
    "node_modules/@agoric/xsnap/xsnap-native/xsnap/build/bin/lin/release/xsnap-worker"
)


def executable() -> Path | None:
    """The peer's worker; None when npm is absent or it cannot be built."""
    if shutil.which("npm") is None:
        return None
    BUILD.mkdir(parents=True, exist_ok=True)
    wanted, installed = HERE / "peers" / "package.json", BUILD / "package.json"
    shutil.copy(HERE / "peers" / "node_api.mjs", BUILD)
    current = installed.exists() and filecmp.cmp(wanted, installed, shallow=False)
    found = list(BUILD.glob(PEER))
    if not (found and current):
        print("installing the peers (a minute or two)", file=sys.stderr)
        shutil.copy(wanted, installed)
        subprocess.run(["npm", "install", "--silent"], cwd=BUILD, check=True)
        found = list(BUILD.glob(PEER))
    return found[0] if found else None


def has(package: str) -> bool:
    """Whether an npm package is installed beside the peers."""
    return (BUILD / "node_modules" / package).is_dir()
