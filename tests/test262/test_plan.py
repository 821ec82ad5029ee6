"""What is run of a test, how often, and what is skipped for which reason."""

from __future__ import annotations

import pytest

from tests.test262 import skips
from tests.test262.metadata import MetadataError
from tests.test262.plan import DONE, is_test, kinds, plan


def made_of(flags: str = "", rest: str = "", body: str = "") -> str:
    return f"/*---\nflags: [{flags}]\n{rest}---*/\n{body}"


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("", ("sloppy", "strict")),
        ("generated", ("sloppy", "strict")),
        ("onlyStrict", ("strict",)),
        ("noStrict", ("sloppy",)),
        ("module", ("module",)),
        ("raw", ("raw",)),
        ("raw, module", ("module",)),
    ],
)
def test_flags_say_how_a_test_is_run(flags: str, expected: tuple[str, ...]) -> None:
    assert tuple(run.kind for run in plan("a.js", made_of(flags)).runs) == expected


def test_only_a_strict_run_has_the_directive() -> None:
    for flags in ("", "raw", "module", "noStrict"):
        for run in plan("a.js", made_of(flags)).runs:
            strict = run.source.startswith('"use strict";\n/*---')
            assert strict == (run.kind == "strict")


def test_an_async_test_is_given_done_first() -> None:
    source = made_of("async", "includes: [a.js, sta.js, doneprintHandle.js]\n")
    for run in plan("a.js", source).runs:
        assert run.includes == (DONE, "a.js")
        assert run.waits


def test_a_raw_test_is_given_nothing() -> None:
    assert plan("a.js", made_of("raw, async")).runs[0].includes == ()


@pytest.mark.parametrize(
    ("body", "imports"),
    [
        ("import('./a.js')", True),
        ("import (x)", True),
        ("import.meta", True),
        ("import /* x */ ('a')", True),
        ("// an important word, and imported()", False),
        ("reimport", False),
    ],
)
def test_scripts_that_may_import_are_told_apart(body: str, imports: bool) -> None:
    assert all(run.imports == imports for run in plan("a.js", made_of(body=body)).runs)


@pytest.mark.parametrize(
    ("path", "source", "reason"),
    [
        ("intl402/a.js", made_of(), skips.INTL),
        ("language/a.js", made_of("CanBlockIsFalse"), skips.BLOCK),
        ("language/a.js", made_of("", "features: [a, cross-realm]\n"), skips.REALM),
        ("language/a.js", made_of("", "features: [Intl.Locale-info]\n"), skips.INTL),
        ("language/a.js", made_of("", "features: [decorators]\n"), skips.PROPOSAL),
        ("language/a.js", made_of(body="$262.agent.start('')"), skips.AGENT),
    ],
)
def test_what_is_skipped_says_why(path: str, source: str, reason: str) -> None:
    made = plan(path, source)
    assert (made.skip, made.runs) == (reason, ())


def test_a_feature_that_only_begins_alike_is_run() -> None:
    assert plan("a.js", made_of("", "features: [Internal, Temporality]\n")).skip is None


def test_a_flag_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(MetadataError, match="onFridays"):
        plan("a.js", made_of("onFridays"))


def test_fixtures_are_no_tests() -> None:
    assert is_test("a.js")
    assert not is_test("a_FIXTURE.js")
    assert not is_test("a.json")


def test_every_kind_is_of_a_test_without_flags_or_of_a_flag() -> None:
    assert kinds(frozenset()) == ("sloppy", "strict")
