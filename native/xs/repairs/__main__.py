"""`python -m native.xs.repairs --table`: the repairs and what each changes.

Prints only; applying is the build's business.
"""

from __future__ import annotations

import argparse
import sys

from native.xs.repairs import REPAIRS, Repair


def row(repair: Repair) -> str:
    """One row of the table, with the programs on lines of their own."""
    files = ", ".join(file.rpartition("/")[2] for file in repair.files)
    head = f"{repair.name:<34} {repair.lines:>3}  {files}"
    return "\n".join(
        [head, f"    {repair.reason}", *(f"    - {name}" for name in repair.programs)]
    )


def table() -> str:
    """All repairs, as text."""
    total = sum(repair.lines for repair in REPAIRS)
    files = len({file for repair in REPAIRS for file in repair.files})
    rows = [row(repair) for repair in REPAIRS]
    end = f"{len(REPAIRS)} repairs, {total} lines in {files} files"
    return "\n".join([f"{'name':<32} lines  files", *rows, end])


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m native.xs.repairs")
    parser.add_argument("--table", action="store_true", help="list the repairs")
    parser.parse_args()
    sys.stdout.write(table() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
