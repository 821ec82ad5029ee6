"""Values are printed byte for byte as Endo's command line printed them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engo.captp import (
    BigInt,
    Presence,
    RemoteError,
    Session,
    Symbol,
    Tagged,
    Turns,
    Undefined,
    make_promise,
)
from engo.captp.marshal import decode
from engo.cli.inspector import display, inspect

VECTORS = Path(__file__).parents[1] / "vectors" / "endo-cli"


def recorded(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((VECTORS / name).read_text())
    return rows


def value_of(row: dict[str, Any]) -> object:
    """The value of a recorded CTP_RETURN, decoded as the client decodes it."""
    session = Session("cli", turns=Turns())

    def value_for(slot: str, iface: str | None) -> object:
        if slot.startswith("p"):
            return make_promise(session.turns)[0]
        assert iface is not None
        return Presence(session, slot, iface)

    return decode(row["body"], row["slots"], value_for)


VALUES = [
    pytest.param(row, id=f"{name[:2]}-{row['step']}")
    for name in ("02-eval.values.json", "03-store.values.json")
    for row in recorded(name)
]


@pytest.mark.parametrize("row", VALUES)
def test_stdout_is_endos(row: dict[str, Any]) -> None:
    text = display(value_of(row))
    if row["verb"] == "show":
        text = text.strip()
    assert text + "\n" == row["stdout"]


TERMINAL: dict[str, object] = {
    "1+1": 2,
    "'s'": "s",
    "10n": BigInt(10),
    '({a:[1,"x",null,undefined,true]})': {"a": [1, "x", None, Undefined, True]},
}


@pytest.mark.parametrize("source", TERMINAL)
def test_a_terminal_sees_colours(source: str) -> None:
    row = next(row for row in recorded("11-tty.json") if row["cmd"][-1] == source)
    assert display(TERMINAL[source], colours=True) + "\r\n" == row["tty_output"]


# Checked against util.inspect of Node 20; each shows one rule.
RULES = [
    ("quotes", "it's", '"it\'s"'),
    ("both quotes", "'\"", "`'\"`"),
    ("all quotes", "'\"`", "'\\'\"`'"),
    ("escapes", "\n\t\x01\x7f\\", "'\\n\\t\\x01\\x7F\\\\'"),
    ("half a character", "\ud83d", "'\\uD83D'"),
    ("two halves", "\ud83d\udc08", "'🐈'"),
    (
        "long strings",
        ["x" * 10_001],
        "[\n  '" + "x" * 10_000 + "'... 1 more character\n]",
    ),
    ("minus zero", -0.0, "0"),
    ("a large number", 1e21, "1e+21"),
    ("a whole float", 4.0, "4"),
    ("names", {"a-b": 1, "_x1": 2, "$y": 3}, "{ 'a-b': 1, _x1: 2, '$y': 3 }"),
    ("indices first", {"b": 1, "10": 2, "9": 3}, "{ '9': 3, '10': 2, b: 1 }"),
    ("an unusable name", {"__proto__": 1}, "{ ['__proto__']: 1 }"),
    ("depth of arrays", [[[[1]]]], "[ [ [ [Array] ] ] ]"),
    ("empty at depth", [[[[], {}]]], "[ [ [ [], {} ] ] ]"),
    (
        "depth of tags",
        {"a": {"b": {"c": Tagged("match:any", [])}}},
        "{ a: { b: { c: [Object [match:any]] } } }",
    ),
    ("an error", [RemoteError("TypeError", "no")], "[ [TypeError: no] ]"),
    ("an empty error", [RemoteError("Error", "")], "[ [Error] ]"),
    (
        "an error of two lines",
        {"e": RemoteError("Error", "a\nb")},
        "{\n  e: [Error: a\n  b]\n}",
    ),
    ("a symbol", Symbol("@@iterator"), "Symbol(Symbol.iterator)"),
    ("a symbol with at", Symbol.registered("@@x"), "Symbol(@@x)"),
    (
        "lines in columns",
        [7, 10, 5, 6, 2, 9, 5],
        "[\n  7, 10, 5, 6,\n  2,  9, 5\n]",
    ),
    (
        "a split string",
        {"a": "x" * 80 + "\n" + "y"},
        "{\n  a: '" + "x" * 80 + "\\n' +\n    'y'\n}",
    ),
]


@pytest.mark.parametrize(
    ("value", "text"), [pytest.param(v, t, id=name) for name, v, t in RULES]
)
def test_rules(value: object, text: str) -> None:
    assert inspect(value) == text


def test_the_line_breaks_at_the_limit() -> None:
    """67 columns of content share the line with their brackets, 68 do not."""
    assert inspect(["x" * 65]) == "[ '" + "x" * 65 + "' ]"
    assert inspect(["x" * 66]) == "[\n  '" + "x" * 66 + "'\n]"
    assert inspect({"name": "x" * 59}) == "{ name: '" + "x" * 59 + "' }"
    assert inspect({"name": "x" * 60}) == "{\n  name: '" + "x" * 60 + "'\n}"


def test_what_cannot_pass_is_refused() -> None:
    with pytest.raises(TypeError, match="passable value, came set"):
        inspect({1})
