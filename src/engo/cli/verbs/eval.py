"""`engo eval`: evaluate JavaScript in a worker and print what comes out."""

from __future__ import annotations

from .. import printing
from ..agent import name_path, open_agent, optional_path
from ..errors import UsageError
from ..grammar import AS, JSON, NAME, Argument, Given, Option, Verb
from ..inputs import read_text

MAIN = "MAIN"  # the worker of the host, where nothing else is asked for


def run(given: Given) -> None:
    names, paths = endowments(given.all("names"))
    result = optional_path(given.option("name"))
    source = read_text(given.argument("source"))
    worker = given.option("worker")
    with open_agent(given) as agent:
        agent.show_console()
        value = agent.call(
            "evaluate", MAIN if worker is None else worker, source, names, paths, result
        )
        printing.value(value, json=given.has("json"))


def endowments(words: list[str]) -> tuple[list[str], list[list[str]]]:
    """Names in the code and what they stand for, from `name` or `name:pet.name`."""
    names: list[str] = []
    paths: list[list[str]] = []
    for word in words:
        name, *pet = word.split(":")
        if len(pet) > 1:
            raise UsageError(
                f'Error: Specify either a name or endowmentName:pet-name, got: "{word}"'
            )
        names.append(name)
        paths.append(name_path(pet[0] if pet else name))
    return names, paths


VERB = Verb(
    "eval",
    "evaluates JavaScript in a worker and prints its value",
    run,
    arguments=[
        Argument("source", "the JavaScript, or - to read it from standard input"),
        Argument(
            "names",
            "named values the source may use: name, or name:pet.name to rename",
            required=False,
            many=True,
        ),
    ],
    options=[
        AS,
        Option("-w, --worker", "the worker to use; made if there is none", "name"),
        NAME,
        JSON,
    ],
    details=(
        "What the source writes to console appears on stderr. A named result is "
        "kept as its formula: after a restart of the daemon it is evaluated again."
    ),
    examples=[
        ("engo eval '1 + 1'", "prints 2"),
        ("engo eval '10' -n ten", "prints 10 and keeps it as ten"),
        ("engo eval 'x * 2' x:ten", "prints 20"),
        ("engo eval 'let n = 0; Far(\"C\", { up: () => ++n })' -n c -w w1", ""),
        ("engo eval 'E(c).up()' c", "calls an object in another worker"),
        ("engo eval - < program.js", "reads the source from a file"),
        ("engo eval -- -5n", "-- ends the options"),
    ],
)
