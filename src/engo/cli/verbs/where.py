"""`engo where`: the places Engo uses."""

from __future__ import annotations

from ...powers.paths import Paths
from .. import output
from ..errors import UsageError
from ..grammar import Argument, Given, Verb

PLACES = ("state", "run", "sock", "log", "cache")


def run(given: Given) -> None:
    place = given.argument("place")
    if place not in PLACES:
        raise UsageError(
            f"error: expected one of {', '.join(PLACES)}, got '{place}'; "
            "see 'engo where --help'"
        )
    attribute = "socket" if place == "sock" else place
    output.line(getattr(Paths(), attribute))


VERB = Verb(
    "where",
    "prints where Engo keeps its state, socket, log and cache",
    run,
    arguments=[Argument("place", "state, run, sock, log or cache")],
    details=(
        "ENGO_SOCK, then ENDO_SOCK, name the socket; XDG_STATE_HOME, "
        "XDG_RUNTIME_DIR and XDG_CACHE_HOME the folders."
    ),
    examples=[
        ("engo where log", "the file of the daemon's log"),
        ("ENGO_SOCK=/run/engo/sock engo where sock", "prints /run/engo/sock"),
    ],
)
