"""What falls with what."""

from __future__ import annotations

import pytest

from engo.formula.ids import FormulaId
from engo.formula.liveness import Liveness


def ids(text: str) -> list[FormulaId]:
    return [FormulaId(letter) for letter in text]


def live(**depends: str) -> Liveness:
    liveness = Liveness()
    for name, on in depends.items():
        liveness.enter(FormulaId(name), ids(on))
    return liveness


def test_dependents_fall_each_before_its_own() -> None:
    liveness = live(w="", a="w", b="a", c="w")
    assert liveness.fall(FormulaId("w")) == [("w", 0), ("a", 1), ("b", 2), ("c", 1)]
    assert len(liveness) == 0


def test_what_does_not_depend_stays() -> None:
    liveness = live(w="", v="", a="w", b="v")
    liveness.fall(FormulaId("w"))
    assert FormulaId("v") in liveness
    assert FormulaId("b") in liveness
    assert FormulaId("a") not in liveness


def test_dependents_of_what_was_never_live_fall_too() -> None:
    liveness = live(a="w")
    assert liveness.fall(FormulaId("w")) == [("a", 1)]


def test_a_diamond_and_a_cycle_fall_once() -> None:
    liveness = live(w="", a="w", b="w", c="ab")
    fallen = [name for name, _ in liveness.fall(FormulaId("w"))]
    assert sorted(fallen) == ["a", "b", "c", "w"]
    liveness = live(a="b", b="a")
    assert sorted(name for name, _ in liveness.fall(FormulaId("a"))) == ["a", "b"]


def test_who_leaves_takes_nobody_along() -> None:
    liveness = live(w="", a="w")
    liveness.leave(FormulaId("w"))
    assert FormulaId("a") in liveness
    liveness.leave(FormulaId("w"))
    assert liveness.fall(FormulaId("w")) == [("a", 1)]


def test_nothing_enters_twice_and_dependencies_count_once() -> None:
    liveness = live(w="", a="ww")
    with pytest.raises(ValueError, match="not to be live already"):
        liveness.enter(FormulaId("a"), [])
    liveness.leave(FormulaId("a"))
    assert liveness.fall(FormulaId("w")) == [("w", 0)]
