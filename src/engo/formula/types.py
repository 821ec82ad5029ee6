"""The formula types, as Endo main has them: members, references, JSON text.

A formula is a dict with `type` and the members of its type. `TYPES` is the one table;
docs/formulas.md has a row for each, which a test compares.
"""

import json
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final

from engo.formula.engines import ENGINES, IMAGES
from engo.formula.ids import FormulaId, check_id

Formula = Mapping[str, Any]


class Kind(Enum):
    """What a member of a formula holds."""

    ID = "id"
    IDS = "ids"
    TEXT = "text"
    TEXTS = "texts"
    ENGINE = "engine"  # may be left out
    IMAGE = "image"  # may be left out


class FormulaError(ValueError):
    """A formula that is none: a member is missing, unknown or of the wrong type."""


TYPES: Final[Mapping[str, Mapping[str, Kind]]] = {
    "endo": {
        "host": Kind.ID,
        "leastAuthority": Kind.ID,
        "networks": Kind.ID,
        "peers": Kind.ID,
        "pins": Kind.ID,
    },
    "host": {
        "endo": Kind.ID,
        "handle": Kind.ID,
        "inspector": Kind.ID,
        "mailHub": Kind.ID,
        "mailboxStore": Kind.ID,
        "networks": Kind.ID,
        "petStore": Kind.ID,
        "pins": Kind.ID,
        "worker": Kind.ID,
    },
    "guest": {
        "handle": Kind.ID,
        "hostAgent": Kind.ID,
        "hostHandle": Kind.ID,
        "mailHub": Kind.ID,
        "mailboxStore": Kind.ID,
        "petStore": Kind.ID,
        "worker": Kind.ID,
    },
    "handle": {"agent": Kind.ID},
    # Without an engine it follows the daemon's setting.
    "worker": {"engine": Kind.ENGINE, "image": Kind.IMAGE},
    "least-authority": {},
    "loopback-network": {},
    "pet-store": {},
    "mailbox-store": {},
    "known-peers-store": {},
    "directory": {"petStore": Kind.ID},
    "mail-hub": {"store": Kind.ID},
    "pet-inspector": {"petStore": Kind.ID},
    "eval": {
        "names": Kind.TEXTS,
        "source": Kind.TEXT,
        "values": Kind.IDS,
        "worker": Kind.ID,
    },
    "lookup": {"hub": Kind.ID, "path": Kind.TEXTS},
    "marshal": {"body": Kind.TEXT, "slots": Kind.IDS},
    "readable-blob": {"content": Kind.TEXT},
    "make-unconfined": {
        "powers": Kind.ID,
        "specifier": Kind.TEXT,
        "worker": Kind.ID,
    },
    # Engo's own: `engo run FILE --name`, one module without imports.
    "run-module": {
        "arguments": Kind.TEXTS,
        "fileName": Kind.TEXT,
        "powers": Kind.ID,
        "source": Kind.TEXT,
        "worker": Kind.ID,
    },
}

OPTIONAL: Final = frozenset({Kind.ENGINE, Kind.IMAGE})
"""Kinds of members that a formula may go without."""
_NAMING: Final = frozenset({"pet-store", "mailbox-store", "known-peers-store"})


def holds_names(kind: str) -> bool:
    """Whether formulas of this type have entries: names bound to ids."""
    return kind in _NAMING


def _holds(value: object, kind: Kind) -> bool:
    if kind in (Kind.IDS, Kind.TEXTS):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind is Kind.ENGINE:
        return value in ENGINES
    if kind is Kind.IMAGE:
        return value in IMAGES
    return isinstance(value, str)


def _required(members: Mapping[str, Kind]) -> set[str]:
    return {name for name, kind in members.items() if kind not in OPTIONAL}


def check_formula(formula: object) -> Formula:
    """The formula, when it is one; raises FormulaError."""
    if not isinstance(formula, dict):
        raise FormulaError(f"expected a formula as a record, got {type(formula)}")
    kind = formula.get("type")
    members = TYPES.get(kind) if isinstance(kind, str) else None
    if members is None:
        raise FormulaError(
            f"expected one of {len(TYPES)} formula types, got {kind!r}; the state may "
            "have been written by a newer Engo"
        )
    found = formula.keys() - {"type"}
    if not _required(members) <= found <= members.keys():
        raise FormulaError(
            f"expected the members {sorted(members)} in a formula of type {kind}, "
            f"got {sorted(found)}"
        )
    for name, holds in members.items():
        if name in formula and not _holds(formula[name], holds):
            raise FormulaError(
                f"expected {kind}.{name} to be {holds.value}, got {formula[name]!r:.80}"
            )
    for reference in references(formula):
        check_id(reference)
    return formula


def references(formula: Formula) -> Iterator[FormulaId]:
    """The ids that a formula holds, in the order of its members."""
    for name, kind in TYPES[formula["type"]].items():
        if kind is Kind.ID:
            yield FormulaId(formula[name])
        elif kind is Kind.IDS:
            for item in formula[name]:
                yield FormulaId(item)


def to_json(formula: Formula) -> str:
    """The text that is stored: keys sorted, one line, no characters lost."""
    return json.dumps(formula, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def from_json(text: str) -> Formula:
    """A stored formula; raises FormulaError."""
    try:
        formula = json.loads(text)
    except ValueError as error:
        raise FormulaError(f"expected a formula in JSON: {error}") from error
    return check_formula(formula)
