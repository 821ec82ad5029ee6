"""Thousands of random patterns mean on every engine what they mean in Node.js.

New ones in each run; ENGO_SEED names the seed of a run that failed. What differs for
a reason is in regexp_patterns.EXPLAINED.
"""

from __future__ import annotations

import os
from random import SystemRandom
from typing import Any

import pytest

from engo import Limits, Worker
from tests.differential.node import node
from tests.native.regexp_patterns import cases, program, unexplained

COUNT = 4_000
PART = 500  # cases of one evaluation
SEED = int(os.environ.get("ENGO_SEED") or SystemRandom().randrange(1 << 32))
LIMITS = Limits(cpu=60.0, wall=240.0)
CASES = cases(SEED, COUNT)


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What Node.js says of each case."""
    script = tmp_path_factory.mktemp("node") / "cases.js"
    return node(script, f"console.log(JSON.stringify({program(CASES)}))")


def answers(engine: Any) -> list[str]:
    found: list[str] = []
    with Worker(engine=engine, limits=LIMITS) as worker:
        for start in range(0, COUNT, PART):
            found += worker.evaluate(program(CASES[start : start + PART]))
    return found


@pytest.mark.parametrize("engine", ["native", "wasm"])
def test_patterns_mean_what_they_mean_in_node(
    engine: str, theirs: list[str], flavour: str
) -> None:
    if flavour != "normal":
        pytest.skip("workers of the library are of the build that it was made with")
    if engine == "wasm":
        pytest.importorskip("wasmtime", reason="pip install wasmtime")
    print(f"ENGO_SEED={SEED}")
    ours = answers(engine)
    different = [
        (case, mine, other)
        for case, mine, other in zip(CASES, ours, theirs, strict=True)
        if unexplained(case, mine, other)
    ]
    assert different[:1] == [], f"ENGO_SEED={SEED}: {len(different)} differ"


def test_the_comparison_can_fail(theirs: list[str]) -> None:
    case = ("(a)b", "", "ab")
    assert unexplained(case, '[[0,["ab","a"]]]', '[[0,["ab","b"]]]')
    assert not unexplained(case, "[1]", "[1]")
    assert len({*theirs}) > COUNT // 3
