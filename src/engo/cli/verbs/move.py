"""`engo move`: give a value another name."""

from __future__ import annotations

from ..agent import name_path, open_agent
from ..grammar import AS, Argument, Given, Verb


def run(given: Given) -> None:
    source = name_path(given.argument("from"))
    target = name_path(given.argument("to"))
    with open_agent(given) as agent:
        agent.call("move", source, target)


VERB = Verb(
    "move",
    "gives a value another name",
    run,
    aliases=["mv"],
    arguments=[
        Argument("from", "a name or a path"),
        Argument("to", "a name or a path; what it stood for is forgotten"),
    ],
    options=[AS],
    examples=[
        ("engo move ten dix", ""),
        ("engo mv ten dir.ten", "into a directory"),
    ],
)
