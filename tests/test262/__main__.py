"""`make test262 DIR=path`: run a checkout of test262 and compare with what is known.

    python -m tests.test262 DIR [--mode M] [--engine E] [--only PATH ...] [--update]

Exit status 0: every result is as the lists say; 1: some came out otherwise, either
way; 2: the command or the checkout is wrong. The lists are in expected/, one for each
mode and engine. How tests are run is pool.py's.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.test262 import checkout, expected, pool, report
from tests.test262.images import ENGINES, MODES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.test262.report import Verdict

LISTS: Final = Path(__file__).with_name("expected")
EVERY: Final = 1000  # tests between two words of progress
SHOWN: Final = 200  # changes


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m tests.test262",
        description="Run a checkout of test262 and compare with the expected failures.",
    )
    made.add_argument("checkout", type=Path, help="the folder with test/ and harness/")
    made.add_argument(
        "--mode",
        choices=(*MODES, "all"),
        default="all",
        help="in the start compartment, or in one after lockdown",
    )
    made.add_argument("--engine", choices=(*ENGINES, "all"), default="all")
    made.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="PATH",
        help="only the tests whose paths below test/ begin so",
    )
    made.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    made.add_argument(
        "--seconds", type=float, default=10.0, help="CPU time that one run may take"
    )
    made.add_argument(
        "--before",
        nargs="+",
        default=[],
        metavar="FILE",
        help="scripts to run in each machine before anything else, such as shims",
    )
    made.add_argument("--update", action="store_true", help="write the lists anew")
    made.add_argument(
        "--lists", type=Path, default=LISTS, help="the folder of the lists"
    )
    made.add_argument(
        "--results", type=Path, help="also write each test's result, a line of JSON"
    )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit status."""
    options = parser().parse_args(arguments)
    try:
        folder = checkout.checked(options.checkout)
        paths = checkout.paths(folder, options.only)
        if not paths:
            raise checkout.CheckoutError("expected a test to run, got none")
        modes = MODES if options.mode == "all" else (options.mode,)
        engines = ENGINES if options.engine == "all" else (options.engine,)
        status = 0
        for mode in modes:
            for engine in engines:
                status = max(status, _one(options, paths, mode, engine))
    except (checkout.CheckoutError, expected.ListError, pool.JobError) as error:
        print(f"test262: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("test262: interrupted", file=sys.stderr)
        return 130
    return status


def _one(options: argparse.Namespace, paths: list[str], mode: str, engine: str) -> int:
    """A whole run in one mode on one engine."""
    before = time.monotonic()
    verdicts = _verdicts(options, paths, mode, engine)
    took = time.monotonic() - before
    print(f"\n{mode}, {engine}: {len(paths)} files in {took:.0f} s")
    print(report.table(verdicts))
    if why := report.skipped(verdicts):
        print(f"skipped:\n{why}")
    _keep_results(options.results, mode, engine, verdicts)
    return _compared(options, mode, engine, verdicts)


def _verdicts(
    options: argparse.Namespace, paths: list[str], mode: str, engine: str
) -> dict[str, Verdict]:
    verdicts: dict[str, Verdict] = {}

    def told(path: str, verdict: Verdict) -> None:
        verdicts[path] = verdict
        if len(verdicts) % EVERY == 0:
            print(f"{mode}, {engine}: {len(verdicts)} of {len(paths)}", file=sys.stderr)

    line = pool.command(mode, engine, options.seconds, options.checkout, options.before)
    pool.run_all(
        paths,
        lambda: pool.Job(line, options.checkout, options.seconds),
        max(1, min(options.jobs, len(paths))),
        told,
    )
    return verdicts


def _keep_results(
    path: Path | None, mode: str, engine: str, verdicts: dict[str, Verdict]
) -> None:
    if path is None:
        return
    with path.open("a", encoding="utf-8") as stream:
        for test in sorted(verdicts):
            named = {"mode": mode, "engine": engine, "path": test}
            stream.write(json.dumps({**named, **verdicts[test]._asdict()}) + "\n")


def _compared(
    options: argparse.Namespace, mode: str, engine: str, verdicts: dict[str, Verdict]
) -> int:
    """Compare with the list, or write it; the exit status."""
    path = options.lists / f"{mode}-{engine}.txt"
    known = expected.Expected(checkout.UNKNOWN, {})
    if path.is_file():
        known = expected.read(path.read_text(encoding="utf-8"))
    elif not options.update:
        print(f"no list {path.name} yet: --update makes it")
    revision = checkout.revision(options.checkout)
    came = {test: verdict.runs for test, verdict in verdicts.items()}
    if options.update:
        results = expected.updated(known.results, came, options.only)
        title = f"What does not pass in mode {mode} on engine {engine}"
        text = expected.write(title, expected.Expected(revision, results))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.name}: {len(results)} files")
        return 0
    found = expected.compare(known.results, came, options.only)
    if path.is_file() and known.revision != revision:
        print(f"the list is of revision {known.revision}, the checkout is {revision}")
    if found:
        print(f"{len(found)} runs came out otherwise than {path.name} says:")
        print(report.changes(found, verdicts, SHOWN))
    else:
        print(f"all as {path.name} says")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
