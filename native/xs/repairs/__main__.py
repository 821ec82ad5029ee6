"""`python -m native.xs.repairs`: the repairs, what each changes, and how it stands.

Prints only; applying is the build's business.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from native.xs.repairs import REPAIRS, Repair
from native.xs.repairs.states import FITS, states

if TYPE_CHECKING:
    from collections.abc import Mapping


def row(repair: Repair, state: str) -> str:
    """One row of the table, with the programs on lines of their own."""
    files = ", ".join(file.rpartition("/")[2] for file in repair.files)
    head = f"{repair.name:<34} {repair.lines:>3}  {state:<7}  {files}"
    return "\n".join(
        [head, f"    {repair.reason}", *(f"    - {name}" for name in repair.programs)]
    )


def table(state_of: Mapping[str, str]) -> str:
    """All repairs, as text."""
    total = sum(repair.lines for repair in REPAIRS)
    files = len({file for repair in REPAIRS for file in repair.files})
    rows = [row(repair, state_of.get(repair.name, "")) for repair in REPAIRS]
    fit = sum(state_of.get(repair.name) == FITS for repair in REPAIRS)
    end = f"{len(REPAIRS)} repairs, {fit} fit, {total} lines in {files} files"
    return "\n".join([f"{'name':<32} lines  {'state':<7}  files", *rows, end])


def main() -> int:
    """Print the table; 1 when a repair does not fit the pinned engine."""
    parser = argparse.ArgumentParser(prog="python -m native.xs.repairs")
    parser.add_argument("--table", action="store_true", help="list the repairs")
    parser.parse_args()
    # What it is fetched and unpacked by is only needed here.
    from native.xs.pipeline import stock

    folder = stock(lambda _: None)

    def read(file: str) -> str:
        data = (folder / file).read_bytes()
        return data.decode("utf-8", "surrogateescape")

    found, misfits = states(REPAIRS, read)
    sys.stdout.write(table(found) + "\n")
    sys.stderr.write("".join(f"{text}\n" for text in misfits))
    return 1 if misfits else 0


if __name__ == "__main__":
    sys.exit(main())
