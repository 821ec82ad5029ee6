"""The list of all workers: names, engine, state, and what each uses.

A worker that is busy is not asked, and one that does not answer in time is not waited
for: the figures that it gave last are shown.
"""

from collections import defaultdict
from typing import TYPE_CHECKING

from engo.captp import Promise, make_promise
from engo.daemon.coroutines import until
from engo.daemon.incarnation import ABSENT, Incarnation
from engo.formula.engines import ORDINARY
from engo.formula.ids import FormulaNumber, split_id
from engo.formula.types import Formula

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engo.daemon.hub import NameHub
    from engo.daemon.node import Daemon

ANSWER_SECONDS = 0.3
"""What idle workers get to say what they use."""

Record = dict[str, object]


async def list_workers(hub: "NameHub") -> list[Record]:
    """A record of each worker, by its first name; those without one come last."""
    daemon = hub.daemon
    await daemon.writes_settled()
    formulas: dict[FormulaNumber, Formula] = dict(daemon.database.formulas("worker"))
    found = {each.number: each for each in daemon.workers.all()}
    for number, incarnation in found.items():
        if number not in formulas:  # made for one program
            formulas[number] = {
                "type": "worker",
                "engine": incarnation.engine,
                "image": incarnation.image,
            }
    await until(_asked(daemon, found.values()))
    names = _names(hub)
    records = [
        _record(daemon, number, formula, sorted(names[number]), found.get(number))
        for number, formula in formulas.items()
    ]
    return sorted(records, key=_order)


def _order(record: Record) -> tuple[bool, str]:
    names, number = record["names"], record["number"]
    assert isinstance(names, list)
    return not names, str(names[0] if names else number)


def _record(
    daemon: "Daemon",
    number: FormulaNumber,
    formula: Formula,
    names: list[str],
    incarnation: Incarnation | None,
) -> Record:
    record: Record = {
        "names": names,
        "number": number,
        "engine": formula.get("engine", daemon.settings.engine),
        "image": formula.get("image", ORDINARY),
        "state": ABSENT if incarnation is None else incarnation.state,
    }
    if incarnation is None or incarnation.state == ABSENT:
        return record
    busy = incarnation.busy
    record["idle"] = 0 if busy else daemon.outside.now() - incarnation.active_at
    if incarnation.pid is not None:
        record["pid"] = incarnation.pid
    if incarnation.usage is not None:
        record |= incarnation.usage._asdict()
    return record


def _asked(daemon: "Daemon", incarnations: "Iterable[Incarnation]") -> Promise:
    """Fulfilled once all idle ones have said what they use, or the time is up."""
    asked = [incarnation.ask_usage() for incarnation in incarnations]
    left = sum(promise.state == "pending" for promise in asked)
    promise, resolver = make_promise(daemon.turns)
    if not left:
        resolver.resolve(None)
        return promise
    stop = daemon.outside.later(ANSWER_SECONDS, lambda: resolver.resolve(None))

    def one(_: object) -> None:
        nonlocal left
        left -= 1
        if not left:
            stop()
            resolver.resolve(None)

    for each in asked:
        if each.state == "pending":
            each.when(one, one)
    return promise


def _names(hub: "NameHub") -> "defaultdict[str, list[str]]":
    """The names by which each worker can be reached from a hub, dots in paths."""
    database = hub.daemon.database
    inner: defaultdict[FormulaNumber, list[tuple[str, FormulaNumber]]] = defaultdict(
        list
    )
    for store, name, directory in database.bound("directory"):
        formula = database.formula(directory)
        if formula is not None:
            inner[store].append((name, split_id(formula["petStore"])[0]))
    for name, special in hub.specials.items():
        formula = hub.daemon.formula(special)
        if formula["type"] == "directory":
            names_in_it = split_id(formula["petStore"])[0]
            inner[hub.store.number].append((name, names_in_it))
    prefixes = _prefixes(hub.store.number, inner)
    names: defaultdict[str, list[str]] = defaultdict(list)
    for store, name, worker in database.bound("worker"):
        if store in prefixes:
            names[worker].append(prefixes[store] + name)
    for name, special in hub.specials.items():
        if hub.daemon.type_of(special) == "worker":
            names[split_id(special)[0]].append(name)
    return names


def _prefixes(
    root: FormulaNumber,
    inner: "defaultdict[FormulaNumber, list[tuple[str, FormulaNumber]]]",
) -> dict[FormulaNumber, str]:
    """What to write before the names of each store; the shortest way to it."""
    prefixes = {root: ""}
    todo = [root]
    for store in todo:  # it grows
        for name, below in inner[store]:
            if below not in prefixes:
                prefixes[below] = f"{prefixes[store]}{name}."
                todo.append(below)
    return prefixes
