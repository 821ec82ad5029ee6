"""`engo cat`: write the bytes of a blob to standard output."""

from __future__ import annotations

from .. import output
from ..agent import name_path, open_agent
from ..blobs import chunks
from ..grammar import AS, Argument, Given, Verb


def run(given: Given) -> None:
    path = name_path(given.argument("name"))
    with open_agent(given) as agent:
        for chunk in chunks(agent, agent.lookup(path)):
            output.raw(chunk)


VERB = Verb(
    "cat",
    "writes the bytes of a blob",
    run,
    arguments=[Argument("name", "a name, or a path such as dir.name")],
    options=[AS],
    examples=[
        ("engo cat picture > picture.png", ""),
        ("engo cat text | head", ""),
    ],
)
