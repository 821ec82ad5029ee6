"""Random calls and programs come to the same in Engo and in Node.js.

New ones in each run; ENGO_SEED names the seed of a run that failed. What differs for a
reason is in explained.py; what Node.js stops after a while is left out.
"""

from __future__ import annotations

import json
import os
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any

import pytest

from engo import GuestError, Limits, Worker, WorkerDied
from tests.differential import calls
from tests.differential.explained import unexplained
from tests.differential.node import node
from tests.wasm.leaves import statement
from tests.wasm.programs import program

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLS, PART = 4_000, 250
STATEMENTS, PROGRAMS = 500, 200
SEED = int(os.environ.get("ENGO_SEED") or SystemRandom().randrange(1 << 32))
LIMITS = Limits(cpu=60.0, wall=240.0)

# Each program in a context of its own; groupBy is newer than Node.js 20.
RUN = """\
const { createContext, runInContext } = require('node:vm');
const group = 'Object.groupBy ??= (list, f) => list.reduce((o, v, i) => ' +
  '((o[f(v, i)] ??= []).push(v), o), Object.create(null))';
const answer = async (source) => {
  const context = createContext({ TextEncoder, TextDecoder, structuredClone });
  runInContext(group, context);
  try {
    const options = { timeout: 500 };
    return `value ${await runInContext(`'use strict'; ${source}`, context, options)}`;
  } catch (e) {
    return e.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? 'late' : `error ${e.name}`;
  }
};
(async () => {
  const answers = [];
  for (const source of sources) answers.push(await answer(source));
  console.log(JSON.stringify(answers));
})();
"""


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """The calls of this run."""
    random = Random(SEED)
    return [calls.call(random) for _ in range(CALLS)]


@pytest.fixture(scope="module")
def told(asked: list[str], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What Node.js answers to them."""
    script = tmp_path_factory.mktemp("node") / "calls.js"
    return node(script, f"console.log(JSON.stringify({calls.program(asked)}))")


@pytest.fixture(scope="module")
def sources() -> list[str]:
    """The programs of this run."""

    def made() -> Iterator[str]:
        random = Random(SEED)
        for _ in range(STATEMENTS):
            start = f"const log = []; let x = {random.randint(0, 50)};"
            yield f"(() => {{ {start} {statement(random)} return log.join() }})()"
        for _ in range(PROGRAMS):
            yield program(random.getrandbits(32), data=True)

    return list(made())


@pytest.fixture(scope="module")
def ends(sources: list[str], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each comes to in Node.js."""
    script = tmp_path_factory.mktemp("node") / "programs.js"
    return node(script, f"const sources = {json.dumps(sources)};\n{RUN}")


def same(asked: list[str], ours: list[str], theirs: list[str]) -> None:
    """Fail with the first that differs for no reason."""
    different = [
        both for both in zip(asked, ours, theirs, strict=True) if unexplained(*both)
    ]
    assert different[:1] == [], f"ENGO_SEED={SEED}: {len(different)} differ"


@pytest.mark.parametrize("engine", ["native", "wasm"])
def test_calls(engine: Any, asked: list[str], told: list[str]) -> None:
    print(f"ENGO_SEED={SEED}")
    ours: list[str] = []
    with Worker(engine=engine, limits=LIMITS) as worker:
        for start in range(0, CALLS, PART):
            ours += worker.evaluate(calls.program(asked[start : start + PART]))
    same(asked, ours, told)


def end_of(worker: Worker, source: str) -> str:
    try:
        return f"value {worker.evaluate(source)}"
    except GuestError as error:
        return f"error {error.name}"


@pytest.mark.parametrize("engine", ["native", "wasm"])
def test_programs(engine: Any, sources: list[str], ends: list[str]) -> None:
    print(f"ENGO_SEED={SEED}")
    in_time = [pair for pair in zip(sources, ends, strict=True) if pair[1] != "late"]
    assert len(in_time) > len(sources) // 2
    asked, theirs = [list(texts) for texts in zip(*in_time, strict=True)]
    ours: list[str] = []
    worker = Worker(engine=engine, limits=LIMITS)
    try:
        ours.extend(end_of(worker, source) for source in asked)
    except WorkerDied as death:
        pytest.fail(f"ENGO_SEED={SEED}: {death}: {asked[len(ours)]}")
    finally:
        worker.close()
    same(asked, ours, theirs)


def test_the_comparison_can_fail(told: list[str], ends: list[str]) -> None:
    assert unexplained("() => 1 + 1", "2", "3")
    assert not unexplained("() => 1 + 1", "2", "2")
    assert not unexplained(
        "", "error ReferenceError get null_1: undefined variable",
        "error ReferenceError null_1 is not defined",
    )  # fmt: skip
    assert len({*told}) > CALLS // 8
    assert len({*ends}) > (STATEMENTS + PROGRAMS) // 3
