"""Time zones for `Intl`, from the table that a package carries, made small.

The table says for each zone from when on which offset holds, twice for every change
and until 2099: unpacked it would be larger than all else in an image. Here a zone is
one text: its kinds (offset in seconds, `s` for summer time), its steps (the seconds
since the change before in base 36, then the index of a kind), and the index of a text
of more steps. For from 2008 on many zones change in the same rhythm.
"""

import json
import re
from typing import Final, NamedTuple

SHARED_FROM: Final = 1_199_145_600  # 2008-01-01
DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
LINKS: Final = {
    "CST6CDT": "America/Chicago",
    "EST5EDT": "America/New_York",
    "MST7MDT": "America/Denver",
    "PST8PDT": "America/Los_Angeles",
}
"""Names that the package knows and has no zone for: they would be UTC in silence."""
UTC: Final = ("Etc/GMT", "Etc/UTC", "GMT", "UTC")
_TABLE: Final = re.compile(r"__addTZData\((\{.*\})\)", re.DOTALL)


class ZoneError(Exception):
    """A table that is not as expected; the package changed."""


class Change(NamedTuple):
    """From `at` on (seconds since 1970; None: ever since) this holds."""

    at: int | None
    offset: int
    summer: bool


def base36(number: int) -> str:
    """The number as JavaScript's `toString(36)` writes it."""
    digits = ""
    left = abs(number)
    while left or not digits:
        left, digit = divmod(left, 36)
        digits = DIGITS[digit] + digits
    return f"-{digits}" if number < 0 else digits


def read_table(source: str) -> dict[str, list[Change]]:
    """The zones of the package's script, each with its changes. Raises ZoneError."""
    found = _TABLE.search(source)
    if found is None:
        raise ZoneError("expected a call of __addTZData with a record, got none")
    try:
        table = json.loads(found[1])
        offsets = [int(text, 36) for text in table["offsets"].split("|")]
        zones = {
            name: _changes(changes, offsets)
            for name, *changes in (zone.split("|") for zone in table["zones"])
        }
        zones |= {link: zones[name] for link, name in LINKS.items()}
        return zones | {name: [Change(None, 0, False)] for name in UTC}
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise ZoneError(f"expected a table of time zones: {error!r}") from error


def _changes(texts: list[str], offsets: list[int]) -> list[Change]:
    changes: list[Change] = []
    for text in texts:
        at, _, offset, summer = text.split(",")
        if at == "NaN":
            continue
        change = Change(
            int(at, 36) if at else None, offsets[int(offset)], summer == "1"
        )
        if not changes or changes[-1][1:] != change[1:]:
            changes.append(change)
    if not changes or changes[0].at is not None:
        raise ValueError(f"expected what holds ever since first, got {texts[:1]}")
    return changes


def pack(zones: dict[str, list[Change]]) -> dict[str, object]:
    """`{"zones": {name: "3600 7200s;steps;tail", …}, "tails": [",steps", …]}`."""
    tails = {"": 0}
    packed = {}
    for name, changes in zones.items():
        kinds = list(dict.fromkeys(change[1:] for change in changes))
        steps, last, shared = [], 0, len(changes)
        for number, change in enumerate(changes):
            at = change.at or 0
            steps.append(f"{base36(at - last)}{DIGITS[kinds.index(change[1:])]}")
            last = at
            if at >= SHARED_FROM:
                shared = min(shared, number + 1)
        rest = "".join(f",{step}" for step in steps[shared:])
        tail = tails.setdefault(rest, len(tails))
        first = " ".join(f"{offset}{'s' * summer}" for offset, summer in kinds)
        packed[name] = f"{first};{','.join(steps[:shared])};{tail}"
    return {"zones": packed, "tails": list(tails)}
