"""Totals of a run as a table of text: per top folder, and the two that count.

Pure. A file passes when all its runs do; it counts once, with its worst result.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.test262.machine import RESULTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.test262.expected import Change

SKIP: Final = "skip"
COLUMNS: Final = (*RESULTS, SKIP)
MAIN: Final = ("language", "built-ins")
"""The two folders of which the project's goal speaks."""


class Verdict(NamedTuple):
    """What came of one test."""

    runs: Mapping[str, str]  # kind -> result; none when it was skipped
    details: Mapping[str, str]  # kind -> why it did not pass
    skip: str | None = None

    @property
    def word(self) -> str:
        """Its worst result, or that it was skipped."""
        if self.skip is not None:
            return SKIP
        return max(self.runs.values(), key=RESULTS.index)


def table(verdicts: Mapping[str, Verdict]) -> str:
    """The totals."""
    folders: dict[str, Counter[str]] = {}
    for path, verdict in verdicts.items():
        folders.setdefault(path.partition("/")[0], Counter())[verdict.word] += 1
    rows = [_row(name, counts) for name, counts in sorted(folders.items())]
    if all(name in folders for name in MAIN):
        both = sum((folders[name] for name in MAIN), Counter[str]())
        rows.append(_row(" + ".join(MAIN), both))
    rows.append(_row("all", sum(folders.values(), Counter[str]())))
    heads = ("folder", "files", *COLUMNS, "% of run")
    widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]
    return "\n".join(_line(row, widths) for row in (heads, *rows))


def _row(name: str, counts: Counter[str]) -> tuple[str, ...]:
    files = counts.total()
    ran = files - counts[SKIP]
    share = f"{100 * counts[RESULTS[0]] / ran:.2f}" if ran else "-"
    return (name, str(files), *(str(counts[word]) for word in COLUMNS), share)


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    first, *rest = row
    cells = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
    return "  ".join([first.ljust(widths[0]), *cells])


def skipped(verdicts: Mapping[str, Verdict]) -> str:
    """How many were skipped, by reason."""
    reasons = Counter(v.skip for v in verdicts.values() if v.skip is not None)
    return "\n".join(f"{count:>6}  {reason}" for reason, count in reasons.most_common())


def changes(found: list[Change], verdicts: Mapping[str, Verdict], most: int) -> str:
    """The runs that came out otherwise than expected, `most` of them."""
    lines = []
    for path, kind, before, now in found[:most]:
        why = verdicts[path].details.get(kind, "") if path in verdicts else ""
        lines.append(f"{path} ({kind}): expected {before}, got {now}")
        if why:
            lines.append(f"    {why}")
    if len(found) > most:
        lines.append(f"... and {len(found) - most} more")
    return "\n".join(lines)
