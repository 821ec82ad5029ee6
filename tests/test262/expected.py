"""The list of runs that are known not to pass, one file per mode and engine.

Pure text in, text out. A line is a path, a tab, and the runs of that test which do
not pass, each with its result when that is another than fail. Sorted, so that two
lists can be compared line by line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tests.test262.checkout import UNKNOWN, is_chosen
from tests.test262.machine import FAIL, PASS, RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

REVISION: Final = "# revision: "
GONE: Final = "gone"  # no such test any more, or it is skipped now

Results = dict[str, dict[str, str]]
"""By path and kind of run; only what did not pass."""


class ListError(ValueError):
    """A file that is no list of expected failures."""


class Expected(NamedTuple):
    """What is known not to pass, and of which revision that is known."""

    revision: str
    results: Results


class Change(NamedTuple):
    """A run that came out otherwise than expected."""

    path: str
    kind: str
    before: str
    now: str


def read(text: str) -> Expected:
    """A list; raises ListError."""
    revision = UNKNOWN
    results: Results = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(REVISION):
            revision = line.removeprefix(REVISION).strip()
        if not line or line.startswith("#"):
            continue
        path, tab, runs = line.partition("\t")
        if not tab or not runs or path in results:
            raise ListError(
                f"expected a path, a tab and runs, each path once; line {number} is "
                f"{line!r}"
            )
        results[path] = dict(_run(item, number) for item in runs.split(" "))
    return Expected(revision, results)


def _run(item: str, number: int) -> tuple[str, str]:
    kind, colon, result = item.partition(":")
    result = result if colon else FAIL
    if not kind or result == PASS or result not in RESULTS:
        raise ListError(f"expected a kind of run in line {number}, got {item!r}")
    return kind, result


def write(title: str, expected: Expected) -> str:
    """The text of a list."""
    lines = [f"# {title}. Made by --update; see docs/test262.md.\n"]
    lines.append(f"{REVISION}{expected.revision}\n")
    for path in sorted(expected.results):
        runs = sorted(expected.results[path].items())
        items = (kind if r == FAIL else f"{kind}:{r}" for kind, r in runs)
        lines.append(f"{path}\t{' '.join(items)}\n")
    return "".join(lines)


def compare(
    expected: Results, came: Mapping[str, Mapping[str, str]], only: Sequence[str] = ()
) -> list[Change]:
    """Every run that came out otherwise than expected, either way.

    `came` has all runs of all tests that were run; `only` says which were asked for.
    """
    changes = []
    for path in sorted({*came, *expected}):
        if not is_chosen(path, only):
            continue
        before, now = expected.get(path, {}), came.get(path, {})
        for kind in sorted({*before, *now}):
            change = Change(path, kind, before.get(kind, PASS), now.get(kind, GONE))
            if change.before != change.now:
                changes.append(change)
    return changes


def updated(
    old: Results, came: Mapping[str, Mapping[str, str]], only: Iterable[str] = ()
) -> Results:
    """The list as it is now; what was not asked for stays as it was."""
    kept = tuple(only)
    results = {p: runs for p, runs in old.items() if not is_chosen(p, kept)}
    for path, runs in came.items():
        bad = {kind: result for kind, result in runs.items() if result != PASS}
        if bad:
            results[path] = bad
    return results
