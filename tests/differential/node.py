"""What Node.js says of a script; for the tests that compare with it."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def node(script: Path, text: str) -> list[str]:
    """What a script for Node.js prints, as JSON."""
    executable = shutil.which("node")
    if executable is None:
        pytest.skip("expected Node.js to compare with, found none on PATH")
    script.write_text(text, encoding="utf-8")
    # V8's compiler of patterns crashes on some of these; its interpreter does not.
    flags = ["--unhandled-rejections=none", "--regexp-interpret-all"]
    done = subprocess.run(
        [executable, *flags, str(script)], capture_output=True, timeout=300, check=True
    )
    said: list[str] = json.loads(done.stdout)
    return said
