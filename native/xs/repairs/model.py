"""What a repair is, and how one is applied: exact text in the place of exact text.

Pure: a tree is two callables, one that reads a file and one that writes it. Nothing
about XS and nothing about the build belongs here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

Read = Callable[[str], str]
Write = Callable[[str, str], None]


TELLING: Final = 16
"""Characters of a line that is hardly anywhere by chance."""


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


class Cost(NamedTuple):
    """From which cost on, beside all repairs', a program is seen to need this one."""

    what: Literal["seconds", "faults"]
    """Time of the processor, or how many pages of memory were touched."""
    times: float


DEARER: Final = Cost("seconds", 3)


@dataclass(frozen=True)
class Repair:
    """Edits that belong together, why they are made, and what shows that they work."""

    name: str
    reason: str
    edits: tuple[Edit, ...]
    programs: tuple[str, ...]
    """Guest programs below tests/vectors/xs-repairs, without their suffix."""
    already: tuple[str, str] | None = None
    """(file, text): where the text is present, the engine has this repair itself, in
    other words than ours."""
    unshown: str = ""
    """Why its programs pass without it (`make repairs-proof`); "" when one fails."""
    cost: Cost = DEARER
    """A program without it that is right, but costs so much, counts as failed."""
    tests: tuple[str, ...] = ()
    """Tests of the shell that fail without it besides, for pytest."""
    sanitized: bool = False
    """Only in the sanitizers' build it is seen that it is missing."""

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
    if edit.old in edit.new and edit.new in text:
        raise RepairError(
            f"repair {repair.name} is made in {edit.file}, but not all of it: expected "
            f"{_first_line(edit.old)!r} without what the repair adds to it; read the "
            "source there and give the repair its `already`, or write it anew"
        )
    return text.replace(edit.old, edit.new)


def _is_made(edit: Edit, text: str) -> bool:
    """Is the new text there, and the old one nowhere but in it?"""
    made = text.count(edit.new) if edit.new else 0
    return made == edit.count and text.count(edit.old) == made * edit.new.count(
        edit.old
    )


def is_made(repair: Repair, read: Read) -> bool:
    """Is every edit made, as by an engine that took the repair over word for word?

    What adds no line of some length cannot be told from an anchor that moved.
    """
    added = {
        line.strip()
        for edit in repair.edits
        for line in edit.new.splitlines()
        if line not in edit.old
    }
    telling = any(len(line) >= TELLING for line in added)
    return telling and all(_is_made(edit, read(edit.file)) for edit in repair.edits)


def apply(repair: Repair, read: Read, write: Write) -> str:
    """Apply one repair and say what was done. On an error nothing was written."""
    if repair.already is not None:
        file, text = repair.already
        if text in read(file):
            return f"{repair.name}: skipped, {file} has it"
    if is_made(repair, read):
        return f"{repair.name}: skipped, its text is there"
    texts: dict[str, str] = {}
    for edit in repair.edits:
        before = texts[edit.file] if edit.file in texts else read(edit.file)
        texts[edit.file] = edited(repair, edit, before)
    for file, after in texts.items():
        write(file, after)
    return f"{repair.name}: applied"
