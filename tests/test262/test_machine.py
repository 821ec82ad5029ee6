"""The harness's own tests, shaped like test262's, in every mode and on every engine.

suite/ stands for a checkout; its files are ours.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engo.worker.errors import WorkerDied
from tests.test262 import checkout, machine, plan
from tests.test262.images import COMPARTMENT, ENGINES, MODES, Images
from tests.test262.machine import Machine, judge
from tests.test262.metadata import MetadataError, Negative

if TYPE_CHECKING:
    from collections.abc import Iterator

SUITE = Path(__file__).with_name("suite")
SECONDS = 0.5
# What does not pass, with its result and a word of the reason.
BAD = {
    "ends/failure.js": ("fail", "Test262Error: one expected 2, got 1"),
    "ends/memory.js": ("abort", "memory full"),
    "ends/thrown.js": ("fail", "cannot be told"),
    "ends/time-out.js": ("timeout", "a crank took more than"),
    "flags/async-fails.js": ("fail", "Test262Error: on purpose"),
    "flags/async-silent.js": ("fail", "expected a word that it is done"),
    "flags/includes-fails.js": ("fail", "a helper failed"),
    "flags/includes-missing.js": ("fail", "nowhere.js"),
    "modules/outside.js": ("fail", "a path below test/"),
    "modules/stuck.js": ("fail", "never came to its end"),
    "negative/no-error.js": ("fail", "expected RangeError, came to its end"),
    "negative/other-type.js": ("fail", "expected RangeError, got TypeError"),
    "negative/ran.js": ("fail", "expected SyntaxError, got String"),
}
FROZEN = {"host/mutable.js": ("fail", "")}
UNREADABLE = "flags/unknown.js"
TESTS = [path for path in checkout.paths(SUITE, []) if path != UNREADABLE]


@pytest.fixture(scope="module", params=[(m, e) for m in MODES for e in ENGINES])
def runner(request: pytest.FixtureRequest) -> Iterator[tuple[str, Machine]]:
    mode, engine = request.param
    base = [(SUITE / "harness" / name).read_text() for name in plan.BASE]
    with Images(mode, engine, base) as images:
        yield mode, Machine(images, SUITE, SECONDS)


@pytest.mark.parametrize("path", TESTS)
def test_each_test_of_the_suite(runner: tuple[str, Machine], path: str) -> None:
    mode, of = runner
    made = plan.plan(path, checkout.source(SUITE, path))
    known = {**BAD, **FROZEN} if mode == COMPARTMENT else BAD
    result, word = known.get(path, ("pass", ""))
    assert made.runs or made.skip
    for run in made.runs:
        came = of.run(run)
        assert (came.result, came.detail if result == "pass" else "") == (result, "")
        assert word in came.detail


def test_every_list_names_tests_that_there_are() -> None:
    assert {*BAD, *FROZEN} <= set(TESTS)
    with pytest.raises(MetadataError):
        plan.plan(UNREADABLE, checkout.source(SUITE, UNREADABLE))


ERROR = Negative("runtime", "TypeError")


@pytest.mark.parametrize(
    ("told", "printed", "negative", "waits", "expected"),
    [
        ("", [], None, False, "pass"),
        ("TypeError\nTypeError: x", [], None, False, "fail"),
        ("TypeError\nTypeError: x", [], ERROR, False, "pass"),
        ("Type\nTypeError: x", [], ERROR, False, "fail"),
        ("", [], ERROR, False, "fail"),
        ("", [], None, True, "fail"),
        ("", ["a line", machine.COMPLETE], None, True, "pass"),
        ("", [machine.COMPLETE, f"{machine.FAILURE} x"], None, True, "fail"),
        ("TypeError\n", [machine.COMPLETE], None, True, "fail"),
        ("TypeError\n", [], ERROR, True, "pass"),
    ],
)
def test_what_an_end_means(
    told: str,
    printed: list[str],
    negative: Negative | None,
    waits: bool,
    expected: str,
) -> None:
    assert judge(told, printed, negative, waits=waits).result == expected


class DyingWorker:
    """Stands for a Worker whose process falls over."""

    def deliver(self, order: bytes) -> None:
        raise WorkerDied("killed by signal 11", -11)


def test_a_machine_that_falls_over_is_a_crash() -> None:
    run = plan.plan("a.js", "").runs[0]
    came = machine._outcome_of(DyingWorker(), b"", run)  # type: ignore[arg-type]
    assert came == ("crash", "killed by signal 11 (-11)")
