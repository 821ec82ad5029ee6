"""`engo daemon`: be the daemon; what `engo start` runs. Not shown in the help."""

from __future__ import annotations

from ..errors import UsageError
from ..grammar import Given, Option, Verb


def run(given: Given) -> int:
    ready = given.option("ready-fd")
    if ready is not None and not (ready.isascii() and ready.isdigit()):
        raise UsageError(f"error: expected a descriptor's number, got '{ready}'")
    from ...daemon.entry import main

    return main(None if ready is None else int(ready))


VERB = Verb(
    "daemon",
    "runs the daemon in the foreground",
    run,
    options=[Option("--ready-fd", "where to write 'ready' or 'error: why'", "number")],
    hidden=True,
)
