"""The table of time zones is made small without losing what holds when."""

from __future__ import annotations

import json

import pytest

from engo.bootstrap.zones import SHARED_FROM, ZoneError, base36, pack, read_table
from native.xs.intl_packages import intl_packages
from native.xs.pipeline import BUILD, CACHE

TABLE = """
// a script
if (Intl.DateTimeFormat.__addTZData) {
  Intl.DateTimeFormat.__addTZData({
    "abbrvs": "LMT|A|B",
    "offsets": "-5|0|2s0|5k0",
    "zones": [
      "X/One|,0,0,0|-a,0,0,0|-9,1,2,0|a,1,2,0|b,2,3,1|c,1,2,0|NaN,1,2,0",
      "America/Chicago|,0,1,0", "America/New_York|,0,1,0",
      "America/Denver|,0,1,0", "America/Los_Angeles|,0,1,0"
    ]
  })
}
"""


def unpacked(text: str, tails: list[str]) -> list[tuple[int | None, int, bool]]:
    """As 32-intl.js reads it."""
    kinds, begin, tail = text.split(";")
    known = [(int(kind.rstrip("s")), kind.endswith("s")) for kind in kinds.split(" ")]
    at = 0
    found: list[tuple[int | None, int, bool]] = []
    for step in f"{begin}{tails[int(tail)]}".split(","):
        at += int(step[:-1], 36)
        found.append((at if found else None, *known[int(step[-1], 36)]))
    return found


def test_changes_that_change_nothing_are_left_out() -> None:
    zones = read_table(TABLE)
    assert zones["X/One"] == [
        (None, -5, False),
        (-9, 3600, False),
        (11, 7200, True),
        (12, 3600, False),
    ]
    assert zones["UTC"] == zones["GMT"] == [(None, 0, False)]
    assert zones["EST5EDT"] == zones["America/New_York"]


@pytest.mark.parametrize(
    "source",
    ["", "__addTZData({})", TABLE.replace("-9,1,2,0", "-9,1,9,0"),
     TABLE.replace("|,0,0,0", "|5,0,0,0"), TABLE.replace("X/One|", "X/One,")],
)  # fmt: skip
def test_another_table_stops_the_build(source: str) -> None:
    with pytest.raises(ZoneError, match="expected"):
        read_table(source)


def test_all_zones_come_back_and_share_their_rhythm() -> None:
    modules = intl_packages(BUILD, CACHE)
    file = modules / "@formatjs" / "intl-datetimeformat" / "add-all-tz.js"
    zones = read_table(file.read_text())
    assert len(zones) > 450
    packed = pack(zones)
    texts, tails = packed["zones"], packed["tails"]
    assert isinstance(texts, dict)
    assert isinstance(tails, list)
    for name, changes in zones.items():
        assert unpacked(texts[name], tails) == changes, name
    assert len(tails) < len(zones) / 3
    assert len(json.dumps(packed)) < 300_000 < len(file.read_text())
    assert any(at and at > SHARED_FROM for at, *_ in zones["Europe/Berlin"])


@pytest.mark.parametrize("number", [0, 1, 35, 36, -1, -36, 4_096_573_200, -(10**12)])
def test_numbers_in_base_36(number: int) -> None:
    assert int(base36(number), 36) == number
