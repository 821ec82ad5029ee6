"""`engo show`: print a named value."""

from __future__ import annotations

from .. import printing
from ..agent import name_path, open_agent
from ..grammar import AS, JSON, Argument, Given, Verb


def run(given: Given) -> None:
    path = name_path(given.argument("name"))
    with open_agent(given) as agent:
        value = agent.answer(agent.lookup(path))
        printing.value(value, json=given.has("json"), trim=True)


VERB = Verb(
    "show",
    "prints the named value",
    run,
    arguments=[Argument("name", "a name, or a path such as dir.name")],
    options=[AS, JSON],
    details="Blanks around a string are left out; --json keeps them.",
    examples=[
        ("engo show ten", "prints what is kept as ten"),
        ("engo show notes.today", "a name in a directory"),
        ("engo show AGENT", "special names are in capitals"),
    ],
)
