"""`engo resume`: takes suspended workers from the disk."""

from __future__ import annotations

from ..agent import name_path, open_agent, require_names
from ..grammar import AS, Argument, Given, Verb
from ..several import answer_all


def run(given: Given) -> int:
    names = given.all("names")
    require_names(names, "resume")
    paths = [name_path(name) for name in names]
    with open_agent(given) as agent:
        asked = [agent.send("resumeWorker", path) for path in paths]
        return answer_all(agent, asked, names)


VERB = Verb(
    "resume",
    "takes suspended workers from the disk",
    run,
    arguments=[Argument("names", "names or paths", required=False, many=True)],
    options=[AS],
    details=("Using a worker does the same. One that runs is left as it is."),
    examples=[("engo resume w1", "")],
)
