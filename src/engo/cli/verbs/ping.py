"""`engo ping`: is the daemon there?"""

from __future__ import annotations

from .. import output
from ..agent import connect
from ..grammar import Given, Verb

PATIENCE = 10.0  # seconds without an answer before we give up


def run(given: Given) -> None:
    with connect("health-checker") as client:
        client.limit(PATIENCE)
        client.wait(client.send(client.endo, "ping"))
    output.line("ok")


VERB = Verb(
    "ping",
    "prints ok if the daemon answers",
    run,
    details="Does not start the daemon. Exits with 1 when nobody answers.",
    examples=[("engo ping", "prints ok")],
)
