"""`engo stop`: end the daemon and its workers."""

from __future__ import annotations

from ...powers.paths import Paths
from ..grammar import Given, Verb
from ..starting import stop


def run(given: Given) -> None:
    stop(Paths())


VERB = Verb(
    "stop",
    "stops the daemon and its workers",
    run,
    details="Returns once it is gone. It is no failure when none runs.",
    examples=[("engo stop", "named values stay on disk")],
)
