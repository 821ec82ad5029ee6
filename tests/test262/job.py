"""The process that runs tests, one after the other, for pool.py.

    python -m tests.test262.job MODE ENGINE SECONDS DIR [BEFORE.js ...]

Takes the paths of tests, a line each, and answers each with a line of JSON. That it
may be ended by what it runs is why it is a process. Which tests there are and what
their results mean is not known here.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.test262 import checkout, plan
from tests.test262.images import Images
from tests.test262.machine import FAIL, PASS, Machine
from tests.test262.metadata import MetadataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def answers(machine: Machine, folder: Path, paths: Iterable[str]) -> Iterator[str]:
    """A line of JSON for each path."""
    for path in paths:
        yield json.dumps(answer(machine, folder, path.rstrip("\n")))


def answer(machine: Machine, folder: Path, path: str) -> dict[str, object]:
    """The runs of a test, or why it is skipped."""
    try:
        made = plan.plan(path, checkout.source(folder, path))
    except (MetadataError, OSError, UnicodeDecodeError) as error:
        return {"runs": {plan.RAW: FAIL}, "details": {plan.RAW: str(error)}}
    if made.skip is not None:
        return {"runs": {}, "details": {}, "skip": made.skip}
    came = {run.kind: machine.run(run) for run in made.runs}
    return {
        "runs": {kind: outcome.result for kind, outcome in came.items()},
        "details": {
            kind: outcome.detail
            for kind, outcome in came.items()
            if outcome.result != PASS
        },
    }


def main(arguments: list[str]) -> int:
    """Serve until the input ends; Ctrl-C is for who started this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    mode, engine, seconds, place, *before = arguments
    folder = Path(place)
    base = [(folder / "harness" / name).read_text("utf-8") for name in plan.BASE]
    scripts = [Path(path).read_text("utf-8") for path in before]
    with Images(mode, engine, base, scripts) as images:
        machine = Machine(images, folder, float(seconds))
        for line in answers(machine, folder, sys.stdin):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
