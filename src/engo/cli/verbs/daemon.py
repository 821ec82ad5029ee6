"""`engo daemon`: be the daemon; what `engo start` runs. Not shown in the help."""

from __future__ import annotations

import os

from ..errors import UsageError
from ..grammar import Given, Option, Verb

MAX_INHERITED = 4_096  # descriptors that a parent may have left open


def run(given: Given) -> int:
    ready = given.option("ready-fd")
    if ready is not None and not (ready.isascii() and ready.isdigit()):
        raise UsageError(f"error: expected a descriptor's number, got '{ready}'")
    if ready is not None:
        # What our starter's parent left open would keep its pipes from ending.
        os.closerange(int(ready) + 1, MAX_INHERITED)
    from ...daemon.entry import main

    return main(None if ready is None else int(ready))


VERB = Verb(
    "daemon",
    "runs the daemon in the foreground",
    run,
    options=[Option("--ready-fd", "where to write 'ready' or 'error: why'", "number")],
    hidden=True,
)
