"""Numbers, ids and locators: what is one, and what is said of what is none."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo.captp import JSError
from engo.formula.ids import (
    FormulaNumber,
    NodeNumber,
    derive_number,
    is_number,
    make_id,
    node_of_public_key,
    number_of_bytes,
    split_id,
)
from engo.formula.locators import format_locator, parse_locator
from engo.formula.types import TYPES

NUMBER = FormulaNumber("0a" * 64)
NODE = NodeNumber("1b" * 64)
numbers = st.binary(min_size=64, max_size=64).map(number_of_bytes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0a" * 64, True),
        ("0a" * 63 + "0", False),
        ("0a" * 64 + "0", False),
        ("0A" * 64, False),
        ("0a" * 63 + "0\n", False),
        ("", False),
        (5, False),
        (None, False),
    ],
)
def test_a_number_is_128_lower_case_hex_digits(text: object, expected: bool) -> None:
    assert is_number(text) is expected


@given(numbers, numbers)
def test_an_id_is_split_into_what_it_was_made_of(
    number: FormulaNumber, other: FormulaNumber
) -> None:
    node = NodeNumber(other)
    assert split_id(make_id(number, node)) == (number, node)


@pytest.mark.parametrize("text", ["abc", NUMBER, f"{NUMBER}:", f"{NUMBER}:{NODE}:", 7])
def test_what_is_no_id_is_named(text: object) -> None:
    with pytest.raises(JSError, match=r"^Invalid formula identifier "):
        split_id(text)


def test_the_text_is_endos() -> None:
    with pytest.raises(JSError) as caught:
        split_id("abc")
    assert str(caught.value) == 'Invalid formula identifier "abc"'


def test_derived_numbers_are_the_hash_of_nonce_and_purpose() -> None:
    expected = hashlib.sha512((NUMBER + "peers").encode()).hexdigest()
    assert derive_number(NUMBER, "peers") == expected


def test_a_node_is_the_hash_of_its_key() -> None:
    assert node_of_public_key(bytes(32)) == hashlib.sha512(bytes(32)).hexdigest()
    with pytest.raises(ValueError, match="32 bytes, got 31"):
        node_of_public_key(bytes(31))


def test_random_numbers_need_64_bytes() -> None:
    with pytest.raises(ValueError, match="64 random bytes, got 63"):
        number_of_bytes(bytes(63))


@given(numbers, numbers, st.sampled_from([*TYPES, "remote"]))
def test_locators_are_read_as_written(
    number: FormulaNumber, other: FormulaNumber, kind: str
) -> None:
    node = NodeNumber(other)
    text = format_locator(number, node, kind)
    assert text == f"endo://{node}/?id={number}&type={kind}"
    found = parse_locator(text)
    assert (found.number, found.node, found.type) == (number, node, kind)
    assert found.id == make_id(number, node)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("garbage", "URL"),
        ("", "URL"),
        ("endo://[x", "URL"),
        ("http://x", "protocol"),
        ("endo://x", "node identifier"),
        (f"endo://{NODE}/", "search params"),
        (f"endo://{NODE}/?id={NUMBER}", "search params"),
        (f"endo://{NODE}/?id={NUMBER}&type=eval&x=1", "search params"),
        (f"endo://{NODE}/?id={NUMBER}&id={NUMBER}&type=eval", "search params"),
        (f"endo://{NODE}/?id=5&type=eval", "id"),
        (f"endo://{NODE}/?id={NUMBER}&type=nosuch", "type"),
    ],
)
def test_what_is_wrong_with_a_locator_is_said(text: str, wrong: str) -> None:
    with pytest.raises(JSError) as caught:
        parse_locator(text)
    assert str(caught.value) == f'Invalid locator "{text}": Invalid {wrong}.'


def test_a_locator_is_a_text() -> None:
    with pytest.raises(JSError, match=r"Invalid locator \(an object\): Invalid URL"):
        parse_locator(5)
