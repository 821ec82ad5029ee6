"""Formulas: what is one, what it refers to, its text; the page that lists them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo.captp import JSError
from engo.formula.engines import ENGINES, IMAGES, check_engine, check_image
from engo.formula.types import (
    OPTIONAL,
    TYPES,
    FormulaError,
    Kind,
    check_formula,
    from_json,
    holds_names,
    references,
    to_json,
)

ID = f"{'0a' * 64}:{'1b' * 64}"
PAGE = Path(__file__).parents[2] / "docs" / "formulas.md"
TEXT = st.text(st.characters(exclude_categories=[]), max_size=20)
SAMPLES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.ID: st.just(ID),
    Kind.IDS: st.lists(st.just(ID), max_size=3),
    Kind.TEXT: TEXT,
    Kind.TEXTS: st.lists(TEXT, max_size=3),
    Kind.ENGINE: st.sampled_from(ENGINES),
    Kind.IMAGE: st.sampled_from(IMAGES),
}


def formulas() -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(sorted(TYPES)).flatmap(
        lambda kind: st.fixed_dictionaries(
            {"type": st.just(kind), **members(kind, optional=False)},
            optional=members(kind, optional=True),
        )
    )


def members(kind: str, *, optional: bool) -> dict[str, st.SearchStrategy[Any]]:
    return {
        name: SAMPLES[held]
        for name, held in TYPES[kind].items()
        if (held in OPTIONAL) is optional
    }


@given(formulas())
def test_what_is_written_is_read(formula: dict[str, Any]) -> None:
    text = to_json(formula)
    assert "\n" not in text
    assert text.isascii()
    assert from_json(text) == formula
    assert to_json(from_json(text)) == text


@given(formulas())
def test_references_are_all_the_ids(formula: dict[str, Any]) -> None:
    assert to_json(formula).count(ID) >= len(list(references(formula)))
    assert set(references(formula)) <= {ID}


def test_a_text_that_begins_with_a_bracket_comes_back_as_it_was() -> None:
    formula = {"type": "marshal", "body": "#[1,2,3]", "slots": []}
    assert from_json(to_json(formula)) == formula


@pytest.mark.parametrize(
    ("formula", "wrong"),
    [
        (5, "as a record"),
        ({}, "formula types, got None"),
        ({"type": "nosuch"}, "formula types, got 'nosuch'"),
        ({"type": []}, "formula types"),
        ({"type": "handle"}, r"the members \['agent'\]"),
        ({"type": "worker", "x": 1}, r"the members \['engine', 'image'\]"),
        ({"type": "worker", "engine": "v8"}, "worker.engine to be engine, got 'v8'"),
        ({"type": "worker", "engine": None}, "worker.engine to be engine, got None"),
        ({"type": "worker", "image": "bare"}, "worker.image to be image, got 'bare'"),
        ({"type": "pet-store", "engine": "wasm"}, r"the members \[\]"),
        ({"type": "handle", "agent": 5}, "handle.agent to be id"),
        ({"type": "marshal", "body": "#1", "slots": [5]}, "marshal.slots to be ids"),
        ({"type": "marshal", "body": 1, "slots": []}, "marshal.body to be text"),
    ],
)
def test_what_is_no_formula_is_said(formula: object, wrong: str) -> None:
    with pytest.raises(FormulaError, match=wrong):
        check_formula(formula)


def test_a_worker_of_before_engines_is_one() -> None:
    assert from_json('{"type":"worker"}') == {"type": "worker"}


def test_engines_have_names() -> None:
    assert [check_engine(engine) for engine in ENGINES] == list(ENGINES)
    with pytest.raises(JSError, match=r'engine of native, .*; got "v8"'):
        check_engine("v8")
    with pytest.raises(JSError, match="got no text"):
        check_engine(["wasm"])


def test_images_have_names() -> None:
    assert [check_image(image) for image in IMAGES] == list(IMAGES)
    with pytest.raises(JSError, match='image of endo, endo-intl; got "bare"'):
        check_image("bare")
    with pytest.raises(JSError, match="got no text"):
        check_image(None)


def test_references_are_checked() -> None:
    with pytest.raises(JSError, match="Invalid formula identifier"):
        check_formula({"type": "handle", "agent": "x"})


def test_json_that_is_none() -> None:
    with pytest.raises(FormulaError, match="in JSON"):
        from_json("{")


def test_which_types_hold_names() -> None:
    assert holds_names("pet-store")
    assert not holds_names("directory")


def test_every_type_has_a_row_in_the_page() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", PAGE.read_text(), re.MULTILINE)
    listed = {
        kind: set(re.findall(r"`([A-Za-z]+)`", members)) for kind, members in rows
    }
    assert listed == {kind: set(members) for kind, members in TYPES.items()}
