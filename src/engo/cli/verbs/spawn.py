"""`engo spawn`: make workers."""

from __future__ import annotations

from ..agent import name_path, open_agent, require_names
from ..grammar import AS, Argument, Given, Verb
from ..several import answer_all


def run(given: Given) -> int:
    names = given.all("names")
    require_names(names, "spawn")
    paths = [name_path(name) for name in names]
    with open_agent(given) as agent:
        return answer_all(agent, [agent.send("provideWorker", path) for path in paths])


VERB = Verb(
    "spawn",
    "makes workers, each under a name",
    run,
    arguments=[Argument("names", "names or paths", required=False, many=True)],
    options=[AS],
    details="A name that stands for something already is left as it is.",
    examples=[
        ("engo spawn w1", ""),
        ("engo eval '1 + 1' -w w1", "uses it; eval also makes workers by itself"),
    ],
)
