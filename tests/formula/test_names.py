"""Pet names, special names and paths."""

from __future__ import annotations

import pytest

from engo.captp import BigInt, JSError, Undefined
from engo.formula import names


@pytest.mark.parametrize("name", ["a", "9", "a-b", "x" * 128, "0-"])
def test_pet_names(name: str) -> None:
    assert names.is_pet_name(name)
    assert names.check_pet_name(name) == name
    assert names.check_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "-a", "A", "a_b", "x" * 129, "a\n", "ä", "a b", None, 5, Undefined]
)
def test_what_is_no_pet_name(name: object) -> None:
    assert not names.is_pet_name(name)
    with pytest.raises(JSError, match=r"^Invalid pet name "):
        names.check_pet_name(name)


@pytest.mark.parametrize("name", ["A", "MAIN", "A-1", "X" * 128])
def test_special_names_can_be_looked_up_but_not_bound(name: str) -> None:
    assert names.check_name(name) == name
    with pytest.raises(JSError):
        names.check_pet_name(name)


@pytest.mark.parametrize("name", ["Bad_Name", "", "X" * 129, "Aa"])
def test_what_is_no_name_at_all(name: str) -> None:
    with pytest.raises(JSError) as caught:
        names.check_name(name)
    assert str(caught.value) == f'Invalid name "{name}"'


@pytest.mark.parametrize("path", [[], None, 5, Undefined, "a"])
def test_a_path_is_a_list_with_names(path: object) -> None:
    with pytest.raises(JSError, match=r"^Invalid name path$"):
        names.check_path(path)


def test_paths_have_a_longest() -> None:
    assert len(names.check_path(["a"] * names.MAX_PATH)) == names.MAX_PATH
    with pytest.raises(JSError, match="at most 256 names, got 257"):
        names.check_path(["a"] * (names.MAX_PATH + 1))


def test_one_name_stands_for_a_path() -> None:
    assert names.check_name_or_path("a") == ["a"]
    assert names.check_name_or_path(["a", "B"]) == ["a", "B"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", '"x"'),
        (5, "5"),
        (True, "true"),
        (False, "false"),
        (BigInt(7), '"[7n]"'),
        (["d", "x"], '["d","x"]'),
        (None, "null"),
        (Undefined, '"[undefined]"'),
        ({}, "(an object)"),
    ],
)
def test_values_in_error_texts(value: object, text: str) -> None:
    assert names.shown(value) == text


def test_the_unknown_special_name_lists_those_there_are() -> None:
    error = names.unknown_special("HOST", names.HOST_SPECIALS)
    assert str(error) == (
        'Invalid pet name "HOST" and not one of APPS, AGENT, SELF, MAIN, ENDO, NETS, '
        "PINS, INFO, MAIL, NONE"
    )
