"""`engo log`: what the daemon or a worker has written."""

from __future__ import annotations

from ...powers.paths import Paths
from .. import output
from ..agent import Agent, connect, name_path
from ..errors import Failure, UsageError
from ..grammar import Argument, Given, Option, Verb
from ..logfile import follow, tail

LINES = 10  # as tail does
ID_DIGITS = 128  # of a formula's number


def run(given: Given) -> None:
    count = _count(given.option("lines"))
    paths = Paths()
    worker = given.maybe("worker")
    path = paths.log if worker is None else paths.worker_log(_worker_id(worker))
    try:
        with open(path, "rb") as file:
            tail(file, count)
            if given.has("follow"):
                output.flush()
                follow(file)
    except FileNotFoundError as error:
        what = "the daemon" if worker is None else f"worker {worker}"
        raise Failure(f"nothing logged by {what} yet: there is no {path}") from error


def _count(text: str | None) -> int | None:
    """How many lines to show, None for all."""
    if text is None:
        return LINES
    if text == "all":
        return None
    if not (text.isascii() and text.isdigit()):
        raise UsageError(
            f"error: expected a number of lines or 'all', got '{text}'; "
            "see 'engo log --help'"
        )
    return int(text)


def _worker_id(worker: str) -> str:
    """The formula number of a worker's name; the daemon knows names."""
    if len(worker) == ID_DIGITS and not worker.strip("0123456789abcdef"):
        return worker
    path = name_path(worker)
    with Agent(connect("log-follower-probe"), None) as agent:
        found = agent.call("identify", *path)
    if not isinstance(found, str):
        raise Failure(f'Unknown pet name: "{worker}"')
    return found.partition(":")[0]


VERB = Verb(
    "log",
    "prints the daemon's log, or what a worker's console said",
    run,
    arguments=[Argument("worker", "a worker's name or formula number", required=False)],
    options=[
        Option("-f, --follow", "go on with what is written from now on"),
        Option("-l, --lines", f"how many of the last lines ({LINES}), or all", "count"),
    ],
    details="Does not start the daemon. A worker's name needs one that runs.",
    examples=[
        ("engo log", "the last lines of the daemon's log"),
        ("engo log MAIN -l all", "all that the main worker's console said"),
        ("engo log w1 -f", "until Ctrl-C"),
    ],
)
