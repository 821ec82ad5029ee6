"""The front matter parser: every form that the suite uses, and what it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test262.metadata import (
    MAX_BLOCK,
    MAX_ITEMS,
    Metadata,
    MetadataError,
    Negative,
    block_of,
    fields_of,
    parse,
)


def front(text: str) -> str:
    return f"// Copyright\n/*---\n{text}---*/\nbody();\n"


def test_a_test_without_front_matter_asks_for_nothing() -> None:
    said = parse("body();")
    assert said == Metadata()


def test_lists_may_be_on_one_line() -> None:
    said = parse(front("flags: [ async,module ]\nincludes: [b.js, a.js]\n"))
    assert said.flags == {"async", "module"}
    assert said.includes == ("b.js", "a.js")


def test_lists_may_be_items_below() -> None:
    said = parse(front("features:\n  - Symbol\n  - 'let'\nincludes:\n- a.js\n"))
    assert said.features == {"Symbol", "let"}
    assert said.includes == ("a.js",)


def test_a_list_on_one_line_may_go_on_below() -> None:
    said = parse(front("flags: [async,\n  module]\n"))
    assert said.flags == {"async", "module"}


def test_negative_is_a_block() -> None:
    said = parse(front("negative:\n  phase: parse\n  type: SyntaxError\n"))
    assert said.negative == Negative("parse", "SyntaxError")


def test_text_may_hold_anything() -> None:
    text = (
        "es6id: 1.2\n"
        "description: >\n"
        "    flags: [raw] is no flag here\n"
        "      - nor an item\n"
        "info: |\n"
        "    1. Let x be a: b.\n"
        "\n"
        "    # no comment\n"
        "  2. text that moves left\n"
        "esid: sec-x\n"
    )
    said = fields_of(block_of(front(text)))
    assert said["esid"] == "sec-x"
    assert said["es6id"] == "1.2"
    assert parse(front(text)).flags == set()


def test_plain_text_may_go_on_deeper() -> None:
    said = fields_of("description: one\n  two: three\nauthor:\n  Somebody\n")
    assert said == {"description": "one two: three", "author": "Somebody"}


def test_quotes_and_comments_are_taken_off() -> None:
    said = fields_of("a: 'one # two' # three\nb: \"four\"\nc: five # six\n# d: e\n")
    assert said == {"a": "one # two", "b": "four", "c": "five"}


def test_the_whole_block_may_be_set_in() -> None:
    assert parse(front("  flags: [raw]\n  esid: x\n")).flags == {"raw"}


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_every_line_end_is_one(end: str) -> None:
    said = parse(front("flags: [raw]\nfeatures: [a]\n").replace("\n", end))
    assert said == Metadata(frozenset({"raw"}), features=frozenset({"a"}))


def test_an_empty_list_is_empty() -> None:
    assert parse(front("flags: []\nfeatures:\nincludes: [  ]\n")) == Metadata()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flags: [raw\n", "ends with"),
        ("flags: raw\n", "flags to be a list"),
        ("negative: SyntaxError\n", "phase and type"),
        ("negative:\n  phase: parse\n", "phase and type"),
        ("just words\n", "a key and a colon"),
        ("a: 1\na: 2\n", "twice"),
        ("flags:\n  - a\n  b\n", "begins with -"),
        ("flags:\n" + "  - a\n" * (MAX_ITEMS + 1), "items"),
        ("x: " + "a" * MAX_BLOCK + "\n", "characters"),
    ],
)
def test_what_is_not_understood_is_an_error(text: str, expected: str) -> None:
    with pytest.raises(MetadataError, match=expected):
        parse(front(text))


def test_an_open_block_is_an_error() -> None:
    with pytest.raises(MetadataError, match="expected ---"):
        parse("/*---\nflags: [raw]\n")


@given(st.text(max_size=200))
def test_any_text_is_metadata_or_an_error(text: str) -> None:
    try:
        fields = fields_of(text)
    except MetadataError:
        return
    assert all(isinstance(value, (str, list, dict)) for value in fields.values())


@given(
    st.lists(st.from_regex(r"[A-Za-z][\w.-]{0,12}", fullmatch=True), max_size=8),
    st.booleans(),
)
def test_a_list_means_the_same_in_both_forms(items: list[str], below: bool) -> None:
    text = "".join(f"\n  - {i}" for i in items) if below else f" [{', '.join(items)}]"
    assert parse(front(f"includes:{text}\n")).includes == tuple(items)
