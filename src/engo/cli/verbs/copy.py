"""`engo copy`: give a value a second name."""

from __future__ import annotations

from ..agent import name_path, open_agent
from ..grammar import AS, Argument, Given, Verb


def run(given: Given) -> None:
    source = name_path(given.argument("from"))
    target = name_path(given.argument("to"))
    with open_agent(given) as agent:
        agent.call("copy", source, target)


VERB = Verb(
    "copy",
    "gives a value a second name",
    run,
    aliases=["cp"],
    arguments=[
        Argument("from", "a name or a path"),
        Argument("to", "a name or a path; what it stood for is forgotten"),
    ],
    options=[AS],
    examples=[
        ("engo copy ten dix", ""),
        ("engo cp ten dir.ten", "into a directory"),
    ],
)
