"""Values that Python has no type for."""

from __future__ import annotations

import pytest

from engo.captp import BigInt, Symbol, Tagged, Thrown, Undefined


def test_undefined() -> None:
    assert repr(Undefined) == "Undefined"
    assert not Undefined


def test_bigint_counts_like_an_int_and_shows_as_a_bigint() -> None:
    assert BigInt(5) + 1 == 6
    assert (repr(BigInt(-5)), str(BigInt(-5))) == ("-5n", "-5")


def test_symbols() -> None:
    assert Symbol("@@iterator") == Symbol("@@iterator")
    assert Symbol("a") != Symbol("b")
    assert Symbol.registered("@@odd").name == "@@@@odd"
    assert len({Symbol("a"), Symbol("a")}) == 1
    assert repr(Symbol("a")) == "Symbol('a')"
    with pytest.raises(ValueError, match="well-known"):
        Symbol("@@odd")


def test_tagged() -> None:
    assert Tagged("t", [1]) == Tagged("t", [1])
    assert Tagged("t", [1]) != Tagged("u", [1])
    assert Tagged("t", [1]) != ["t", 1]
    assert repr(Tagged("t", [1])) == "Tagged('t', [1])"
    with pytest.raises(TypeError):
        hash(Tagged("t", [1]))


def test_thrown() -> None:
    assert str(Thrown({"code": 7})) == "thrown: {'code': 7}"
