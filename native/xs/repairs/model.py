"""What a repair is, and how one is applied: exact text in the place of exact text.

Pure: a tree is two callables, one that reads a file and one that writes it. Nothing
about XS and nothing about the build belongs here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Read = Callable[[str], str]
Write = Callable[[str, str], None]


class RepairError(Exception):
    """A repair does not fit the source it is applied to."""


@dataclass(frozen=True)
class Edit:
    """One substitution. `old` must occur exactly `count` times in `file`."""

    file: str
    old: str
    new: str
    count: int = 1

    @property
    def lines(self) -> int:
        """How many lines are added or taken away, whichever are more."""
        old = self.old.splitlines()
        new = self.new.splitlines()
        kept = len(set(old) & set(new))
        return max(len(old), len(new), 1) - min(kept, len(old), len(new))


@dataclass(frozen=True)
class Repair:
    """Edits that belong together, why they are made, and what shows that they work."""

    name: str
    reason: str
    edits: tuple[Edit, ...]
    programs: tuple[str, ...]
    """Guest programs below tests/vectors/xs-repairs, without their suffix."""
    already: tuple[str, str] | None = None
    """(file, text): where the text is present, the engine has this repair itself."""
    unshown: str = ""
    """Why its programs pass without it (`make repairs-proof`); "" when one fails."""

    @property
    def files(self) -> tuple[str, ...]:
        """The files it changes, each once, in order."""
        return tuple(dict.fromkeys(edit.file for edit in self.edits))

    @property
    def lines(self) -> int:
        """How many lines it changes."""
        return sum(edit.lines * edit.count for edit in self.edits)


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), text)


def edited(repair: Repair, edit: Edit, text: str) -> str:
    """The text of a file after one edit of a repair."""
    found = text.count(edit.old)
    if found != edit.count:
        came = "it is missing" if not found else f"it was found {found} times"
        times = "once" if edit.count == 1 else f"{edit.count} times"
        raise RepairError(
            f"repair {repair.name} does not fit {edit.file}: expected "
            f"{_first_line(edit.old)!r} {times}, {came}; read the source there and "
            "write the repair's anchor anew"
        )
    return text.replace(edit.old, edit.new)


def apply(repair: Repair, read: Read, write: Write) -> str:
    """Apply one repair and say what was done. On an error nothing was written."""
    if repair.already is not None:
        file, text = repair.already
        if text in read(file):
            return f"{repair.name}: skipped, {file} has it"
    texts: dict[str, str] = {}
    for edit in repair.edits:
        before = texts[edit.file] if edit.file in texts else read(edit.file)
        texts[edit.file] = edited(repair, edit, before)
    for file, after in texts.items():
        write(file, after)
    return f"{repair.name}: applied"
