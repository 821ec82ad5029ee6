"""The limits that `docs/captp.md` states are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

from engo.captp import Limits, errors
from engo.frames.netstring import DEFAULT_LIMIT

PAGE = (Path(__file__).parents[2] / "docs" / "captp.md").read_text(encoding="utf-8")


def test_limits() -> None:
    rows = re.findall(r"^\| `(\w+)`: [^|]+\| ([\d,]+) \| (.+) \|$", PAGE, re.MULTILINE)
    stated = {name: int(number.replace(",", "")) for name, number, _ in rows}
    limits = Limits()
    assert stated == {name: getattr(limits, name) for name in Limits.__slots__}
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row[2])}
    assert all(issubclass(getattr(errors, name), errors.CapTPError) for name in named)
    assert f"more than {DEFAULT_LIMIT:,} bytes" in PAGE
