"""`engo cancel`: stop a value and what depends on it."""

from __future__ import annotations

from ...captp.values import Undefined
from ..agent import open_agent
from ..grammar import AS, Argument, Given, Verb


def run(given: Given) -> None:
    said = given.maybe("reason")
    reason: object = Undefined if said is None else said
    with open_agent(given) as agent:
        agent.call("cancel", given.argument("name"), reason)


VERB = Verb(
    "cancel",
    "stops a value and what depends on it, to be made again when it is next used",
    run,
    arguments=[
        Argument("name", "the name of the value, such as a worker"),
        Argument("reason", "what those who wait are told", required=False),
    ],
    options=[AS],
    details="Works on a worker that is stuck in a loop, too. The name stays.",
    examples=[
        ("engo cancel w1", "ends the worker; its next use starts a new one"),
        ("engo cancel counter 'starting over'", ""),
    ],
)
