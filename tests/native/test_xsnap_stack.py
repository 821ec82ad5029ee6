"""An abort tells what the guest was doing, as far as that can be told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.native.link_driver import Driver

LIMITS: dict[str, Any] = {"meter": 20_000_000, "heap": 16 << 20}
MAX_STACK = 8_192


def aborted(source: str) -> dict[str, object]:
    with Driver(**LIMITS) as worker:
        got = worker.ask(op="evaluate", id=1, source=source, name="a.js")
        assert got["op"] == "abort", got
        assert worker.status() == 70
    return got


def stack_of(source: str) -> list[str]:
    return str(aborted(source)["stack"]).split("\n")


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("for (;;);", [" at (a.js:1)"]),
        (
            "function inner() {\n  for (;;);\n}\n"
            "const outer = () => { inner(); };\nouter();",
            [" at inner (a.js:2)", " at outer (a.js:4)", " at (a.js:5)"],
        ),
        (
            "[1].map(function each() { /(a+)+b/.test('a'.repeat(40)); })",
            [" at exec ()", " at test ()", " at each (a.js:1)", " at map ()"],
        ),
        (
            "class C { get x() { for (;;); } static s() { new C().x; } }\nC.s();",
            [" at get x (a.js:1)", " at s (a.js:1)", " at (a.js:2)"],
        ),
        (
            "const o = { ['n\u00e9\U0001f600']() { for (;;); } };"
            "o['n\u00e9\U0001f600']()",
            [" at n\u00e9\U0001f600 (a.js:1)"],
        ),
        (
            "function* g() { for (;;); }\nconst [x] = g();",
            [" at g (a.js:1)", " at next ()", " at (a.js:2)"],
        ),
        (
            "async function later() {\n  await null;\n  for (;;);\n}\nlater();",
            [" at later (a.js:3)"],
        ),
        (
            "const a = [];\nfunction grow() { for (;;) a.push({ a }); }\ngrow();",
            [" at push ()", " at grow (a.js:2)", " at (a.js:3)"],
        ),
        ("Array.prototype.indexOf.call({ length: 2 ** 40 }, 1)", [" at indexOf ()"]),
    ],
)
def test_the_newest_frames_are_told(source: str, lines: list[str]) -> None:
    found = stack_of(source)
    if lines[0] == " at push ()" and found[0] != lines[0]:
        lines = lines[1:]  # whichever of the two allocated last
    assert found[: len(lines)] == lines


def test_a_deep_stack_is_cut_at_whole_lines() -> None:
    found = str(aborted("const f = () => 1 + f(); f()")["stack"])
    assert len(found) < MAX_STACK
    assert set(found.split("\n")) == {" at f (a.js:1)"}
    assert len(found) > MAX_STACK - 100


def test_long_names_do_not_hide_the_rest() -> None:
    long = "x" * 10_000
    found = stack_of(f"function {long}() {{ for (;;); }}\n{long}();")
    assert found[:2] == [" at (a.js:1)", " at (a.js:2)"]


def test_where_slots_point_backwards_nothing_is_told() -> None:
    got = aborted(
        "let m = new Map();\n"
        "for (let i = 0; i < 1e5; i++) m = new Map([[1, m]]);\n"
        "engoCollect();"
    )
    assert got["reason"] in ("stack overflow", "memory full")
    assert "stack" not in got or got["reason"] == "memory full"


def test_names_that_are_accessors_are_not_run() -> None:
    found = stack_of(
        "function f() { for (;;); }\n"
        "Object.defineProperty(f, 'name', { get() { throw 1; } });\nf();"
    )
    assert found[0] == " at f (a.js:1)"
