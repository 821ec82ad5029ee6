"""`engo list`: the names the host knows, or those of a directory."""

from __future__ import annotations

from .. import codes, output
from ..agent import Agent, name_path, open_agent
from ..errors import Failure
from ..grammar import AS, Argument, Given, Option, Verb

COLUMN = 20  # where values begin
GAP = 2  # blanks at least between a name and its value


def run(given: Given) -> int:
    directory = given.maybe("directory")
    path = None if directory is None else name_path(directory)
    with open_agent(given) as agent:
        hub = None if path is None else agent.lookup(path)
        if given.has("follow"):
            _follow(agent, hub, given.has("json"))
            return codes.OK
        found = agent.call("list") if hub is None else agent.call_on(hub, "list")
        code = codes.OK
        for name in _names(found):
            if not given.has("verbose"):
                output.line(name)
                continue
            try:
                _verbose(agent, hub, name, given.has("json"))
            except Failure as failure:  # the others are there all the same
                output.note(f"{name}: {failure}")
                code = failure.code
        return code


def _follow(agent: Agent, hub: object, json: bool) -> None:
    """Every change of names, first the names that are there; until interrupted."""
    if hub is None:
        changes = agent.send("followNameChanges")
    else:
        changes = agent.send_to(hub, "followNameChanges")
    while True:
        item = agent.call_on(changes, "next")
        if not isinstance(item, dict) or item.get("done") is not False:
            return
        change = item.get("value")
        if json:
            from ..printing import json_text

            output.line(json_text(change))
        elif isinstance(change, dict):
            added = "add" in change
            name = change.get("add" if added else "remove")
            output.line(f"{'+' if added else '-'}{name}")
        output.flush()


def _names(found: object) -> list[str]:
    if not isinstance(found, list):
        raise Failure("expected an array of names from the daemon")
    return [name for name in found if isinstance(name, str)]


def _verbose(agent: Agent, hub: object, name: str, json: bool) -> None:
    if hub is None:
        value = agent.call("lookup", name)
    else:
        value = agent.call_on(hub, "lookup", name)
    if json:
        from ..printing import json_text

        output.line(json_text({"name": name, "value": value}))
    else:
        padded = name.ljust(max(COLUMN, len(name) + GAP))
        output.line(padded + _short(value))


def _short(value: object) -> str:
    """A string in quotes, a capability by its interface, else the value."""
    iface = getattr(value, "iface", None)
    if isinstance(iface, str):
        return iface.removeprefix("Alleged: ")
    if isinstance(value, str):
        return f"'{value}'"
    from ..inspector import inspect

    return inspect(value)


VERB = Verb(
    "list",
    "prints the names that the host or a directory knows",
    run,
    aliases=["ls"],
    arguments=[
        Argument("directory", "a name, or a path such as dir.sub", required=False)
    ],
    options=[
        AS,
        Option("-f, --follow", "go on with +name and -name as names come and go"),
        Option("-v, --verbose", "what each name stands for, too"),
        Option("-j, --json", "with --verbose or --follow, one JSON object a line"),
    ],
    examples=[
        ("engo list", "special names first, then yours"),
        ("engo ls -v", "with values"),
        ("engo ls NETS", "what is in a directory"),
    ],
)
