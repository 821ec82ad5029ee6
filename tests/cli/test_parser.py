"""The parser: where options may stand, what they take, what it complains about."""

from __future__ import annotations

import pytest

from engo.cli.errors import UsageError
from engo.cli.grammar import Argument, Given, Option, Verb
from engo.cli.parser import parse

VERB = Verb(
    "toy",
    "plays",
    lambda given: None,
    arguments=[Argument("what", ""), Argument("rest", "", required=False, many=True)],
    options=[
        Option("-n, --name", "", "name"),
        Option("-f, --fast", ""),
        Option("-v, --verbose", ""),
    ],
)
ONE = Verb("one", "", lambda given: None, arguments=[Argument("a", "")])
NONE = Verb("none", "", lambda given: None)


def given(*words: str, verb: Verb = VERB) -> Given:
    return parse(verb, list(words))


@pytest.mark.parametrize(
    "words",
    [
        ["x", "y", "--name", "n"],
        ["--name", "n", "x", "y"],
        ["x", "--name=n", "y"],
        ["x", "-n", "n", "y"],
        ["-nn", "x", "y"],
        ["-n", "other", "-n", "n", "x", "--", "y"],
    ],
)
def test_options_stand_anywhere(words: list[str]) -> None:
    found = given(*words)
    assert found.argument("what") == "x"
    assert found.all("rest") == ["y"]
    assert found.option("name") == "n"
    assert not found.has("fast")


def test_values_may_look_like_options() -> None:
    assert given("x", "-n", "-5").option("name") == "-5"
    assert given("x", "--name", "--fast").option("name") == "--fast"
    assert given("x", "--name=").option("name") == ""


def test_switches_together() -> None:
    found = given("-fv", "x")
    assert found.has("fast")
    assert found.has("verbose")
    assert given("-fn", "n", "x").option("name") == "n"


def test_a_dash_is_an_argument() -> None:
    assert given("-").argument("what") == "-"


def test_two_dashes_end_the_options() -> None:
    found = given("--", "-5n", "--name")
    assert (found.argument("what"), found.all("rest")) == ("-5n", ["--name"])


def test_help_needs_nothing_else() -> None:
    assert given("--help").has("help")
    assert given("-h", "too", "many", verb=ONE).has("help")


@pytest.mark.parametrize(
    ("verb", "words", "complaint"),
    [
        (
            VERB,
            ["-0"],
            "unknown option '-0', expected one of --name, --fast, --verbose",
        ),
        (VERB, ["--nam", "x"], "unknown option '--nam'"),
        (VERB, ["x", "--name"], "option '--name' expects a value <name>"),
        (VERB, ["x", "--fast=1"], "option '--fast' takes no value, got '1'"),
        (VERB, ["-fx", "x"], "unknown option '-x'"),
        (VERB, [], "missing required argument 'what'"),
        (ONE, ["x", "y", "z"], "expected at most 1 argument, got 3: 'y'"),
        (NONE, ["y"], "expected no arguments, got 'y'"),
        (NONE, ["-x"], "unknown option '-x'; see"),
    ],
)
def test_complaints(verb: Verb, words: list[str], complaint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(verb, words)
    line = str(caught.value)
    assert complaint in line
    assert line.endswith(f"; see 'engo {verb.name} --help'")
    assert "\n" not in line
    assert caught.value.code == 2
