"""`engo workers`: what each worker is, does and uses."""

from __future__ import annotations

from .. import output
from ..agent import open_agent
from ..errors import Failure
from ..grammar import AS, Given, Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

SHOWN_DIGITS = 16  # of the number of a worker without a name
HEADS = ("NAME", "ENGINE", "STATE", "PROCESS", "HEAP", "METER", "IDLE")
TO_THE_RIGHT = 3  # the first column that is aligned to the right
NOTHING = "-"
SHARED = {"wasm": "daemon", "wasm-child": "shared"}  # by engine, without a process
KIB = 1024.0


def run(given: Given) -> None:
    with open_agent(given) as agent:
        found = agent.call("listWorkers")
    if not isinstance(found, list):
        raise Failure("expected an array of workers from the daemon")
    records = [record for record in found if isinstance(record, dict)]
    if given.has("json"):
        from ..printing import json_text

        for record in records:
            output.line(json_text(record))
        return
    rows = [HEADS, *map(_row, records)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        output.line("  ".join(map(_cell, range(len(row)), row, widths)).rstrip())


def _cell(column: int, text: str, width: int) -> str:
    return text.rjust(width) if column >= TO_THE_RIGHT else text.ljust(width)


def _row(record: dict[str, object]) -> tuple[str, ...]:
    names = record.get("names")
    name = f"({str(record.get('number'))[:SHOWN_DIGITS]})"
    if isinstance(names, list) and names:
        name = ", ".join(map(str, names))
    return (
        name,
        _engine(record),
        str(record.get("state")),
        _place(record),
        _number(record, "heap", _bytes),
        _number(record, "meter", str),
        _number(record, "idle", _seconds),
    )


def _engine(record: dict[str, object]) -> str:
    """The engine, and whether there is more in the machine than in others."""
    intl = record.get("image") == "endo-intl"
    return f"{record.get('engine')} +intl" if intl else str(record.get("engine"))


def _place(record: dict[str, object]) -> str:
    """The process of its own, or whose it is in."""
    pid = record.get("pid")
    if isinstance(pid, int):
        return str(pid)
    awake = record.get("state") in ("idle", "running")
    return SHARED.get(str(record.get("engine")), NOTHING) if awake else NOTHING


def _number(
    record: dict[str, object], key: str, shown: Callable[[int | float], str]
) -> str:
    found = record.get(key)
    return shown(found) if isinstance(found, (int, float)) else NOTHING


def _bytes(count: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if count < KIB:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= KIB
    return f"{count:.1f} GiB"


def _seconds(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


VERB = Verb(
    "workers",
    "prints what each worker is, does and uses",
    run,
    options=[
        AS,
        Option("-j, --json", "one JSON object a line"),
    ],
    details=(
        "A worker is absent (not started yet, or ended), starting, running, idle or "
        "suspended. It has a process of its own, or lives in the daemon or a shared "
        "one. The heap is what its machine has in use, the meter what it has computed "
        "so far, both as it said last. +intl marks a worker with Intl."
    ),
    examples=[
        ("engo workers", ""),
        ("engo workers --json | grep suspended", ""),
    ],
)
