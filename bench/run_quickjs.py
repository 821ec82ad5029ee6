"""Runs one JavaScript file in PyPI's `quickjs`, for engines.py."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import quickjs  # type: ignore[import-not-found]


def main() -> None:
    context = quickjs.Context()
    context.set_max_stack_size(4 * 1024 * 1024)
    context.add_callable("print", print)
    context.add_callable("now", lambda: time.process_time() * 1000)
    context.eval(Path(sys.argv[1]).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
