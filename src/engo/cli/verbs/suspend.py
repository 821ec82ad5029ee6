"""`engo suspend`: puts idle workers on disk until they are next used."""

from __future__ import annotations

from ..agent import name_path, open_agent, require_names
from ..grammar import AS, Argument, Given, Verb
from ..several import answer_all


def run(given: Given) -> int:
    names = given.all("names")
    require_names(names, "suspend")
    paths = [name_path(name) for name in names]
    with open_agent(given) as agent:
        asked = [agent.send("suspendWorker", path) for path in paths]
        return answer_all(agent, asked, names)


VERB = Verb(
    "suspend",
    "puts idle workers on disk until they are next used",
    run,
    arguments=[Argument("names", "names or paths", required=False, many=True)],
    options=[AS],
    details=(
        "A worker goes on by itself when somebody uses what lives in it, and nobody "
        "notices. One that is busy is suspended when it has done what it does. "
        "Workers of the native engine cannot be suspended."
    ),
    examples=[
        ("engo spawn -e wasm w1", ""),
        ("engo suspend w1", "its memory is given back"),
    ],
)
