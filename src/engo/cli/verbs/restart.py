"""`engo restart`: end the daemon and start it again."""

from __future__ import annotations

from ...powers.paths import Paths
from ..grammar import Given, Verb
from ..starting import start, stop


def run(given: Given) -> None:
    paths = Paths()
    stop(paths)
    start(paths)


VERB = Verb(
    "restart",
    "stops the daemon and starts it again",
    run,
    details=(
        "Stored values are there again; named results of eval are evaluated again "
        "when they are next used."
    ),
    examples=[("engo restart", "starts it when none runs")],
)
