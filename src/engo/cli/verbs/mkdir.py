"""`engo mkdir`: make a directory of names."""

from __future__ import annotations

from ..agent import name_path, open_agent
from ..grammar import AS, Argument, Given, Verb


def run(given: Given) -> None:
    path = name_path(given.argument("path"))
    with open_agent(given) as agent:
        agent.call("makeDirectory", path)


VERB = Verb(
    "mkdir",
    "makes a directory of names",
    run,
    arguments=[Argument("path", "a name, or a path in a directory that exists")],
    options=[AS],
    examples=[
        ("engo mkdir notes", ""),
        ("engo store --text 'rain' -n notes.today", "names in it are paths"),
    ],
)
