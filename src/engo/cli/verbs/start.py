"""`engo start`: start the daemon."""

from __future__ import annotations

from ...powers.paths import Paths
from ..grammar import Given, Verb
from ..starting import start


def run(given: Given) -> None:
    start(Paths())


VERB = Verb(
    "start",
    "starts the daemon",
    run,
    details=(
        "Returns once the daemon answers. Verbs that need the daemon start it by "
        "themselves. One that runs already is a failure."
    ),
    examples=[("engo start", "prints nothing when all is well")],
)
