"""`engo remove`: forget names."""

from __future__ import annotations

from ..agent import name_path, open_agent, require_names
from ..grammar import AS, Argument, Given, Verb
from ..several import answer_all


def run(given: Given) -> int:
    names = given.all("names")
    require_names(names, "remove")
    paths = [name_path(name) for name in names]
    with open_agent(given) as agent:
        return answer_all(agent, [agent.send("remove", *path) for path in paths])


VERB = Verb(
    "remove",
    "forgets names",
    run,
    aliases=["rm"],
    arguments=[Argument("names", "names or paths", required=False, many=True)],
    options=[AS],
    details="Each name is removed on its own: one that fails does not keep the others.",
    examples=[
        ("engo remove ten", ""),
        ("engo rm ten dir.eleven", "several at once"),
    ],
)
