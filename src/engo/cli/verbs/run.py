"""`engo run`: run a program of one module in a worker."""

from __future__ import annotations

from ...captp.values import Undefined
from .. import printing
from ..agent import open_agent, optional_path
from ..grammar import AS, JSON, NAME, Argument, Given, Option, Verb
from ..inputs import read_file_text

NOTHING = "NONE"  # the powers of a program that is given none


def run(given: Given) -> None:
    file = given.argument("file")
    result = optional_path(given.option("name"))
    source = read_file_text(file)
    worker = given.option("worker")
    powers = given.option("powers")
    with open_agent(given) as agent:
        agent.show_console()
        value = agent.call(
            "runModule",
            Undefined if worker is None else worker,
            source,
            file,
            NOTHING if powers is None else powers,
            given.all("args"),
            result,
        )
        if value is not Undefined:
            printing.value(value, json=given.has("json"))


VERB = Verb(
    "run",
    "runs a program in a worker and prints what its main returns",
    run,
    arguments=[
        Argument("file", "a JavaScript module without imports that exports main"),
        Argument("args", "given to main as texts", required=False, many=True),
    ],
    options=[
        AS,
        Option(
            "-p, --powers",
            "what main gets first: NONE (the default), AGENT, ENDO or a name",
            "name",
        ),
        Option("-w, --worker", "the worker to use, else one of its own", "name"),
        NAME,
        JSON,
    ],
    details=(
        "The module's main(powers, ...args) is called; its value is printed unless "
        "it is undefined. Options may stand anywhere; after -- all words are "
        "arguments of the program."
    ),
    examples=[
        ("engo run hello.js world", "calls main(powers, 'world')"),
        ("engo run tool.js -p AGENT", "the program may use your names"),
        ("engo run tool.js -- --flag", "--flag goes to the program"),
    ],
)
