"""The help and docs/cli.md: every verb has both, and both are true."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engo.cli.catalog import ALIASES, NAMES, all_verbs, find
from engo.cli.help import overview, page
from engo.cli.parser import parse
from engo.cli.reference import MARKER, render

if TYPE_CHECKING:
    from engo.cli.grammar import Verb

ROOT = Path(__file__).parents[2]
VERBS = all_verbs()


def test_the_page_is_what_the_tables_say() -> None:
    _, marker, written = (ROOT / "docs" / "cli.md").read_text().partition(MARKER)
    assert marker
    assert written == render(), "run: python -m engo.cli.reference docs/cli.md"


def test_every_file_of_verbs_is_in_the_catalog() -> None:
    files = {path.stem for path in (ROOT / "src/engo/cli/verbs").glob("[!_]*.py")}
    assert files == {*NAMES, "daemon"}
    assert [verb.name for verb in VERBS] == list(NAMES)
    assert {name: verb.name for verb in VERBS for name in verb.aliases} == ALIASES


def test_the_overview_names_every_verb() -> None:
    text = overview()
    for verb in VERBS:
        assert f"  {'|'.join([verb.name, *verb.aliases])} " in text
    assert "  daemon " not in text, "a hidden verb is shown"
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_a_page_is_complete(verb: Verb) -> None:
    text = page(verb)
    assert max(map(len, text.splitlines())) <= 80
    assert "Examples:" in text
    for option in verb.options:
        assert option.shown() in text
    for argument in verb.arguments:
        assert f"  {argument.name} " in text


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_examples_parse(verb: Verb) -> None:
    """Every `engo` in an example is a command line that the parser takes."""
    for command, _ in verb.examples:
        words = shlex.split(command)
        words = words[words.index("engo") + 1 :]
        for end in ("|", ">", "<"):
            if end in words:
                words = words[: words.index(end)]
        named = find(words[0])
        assert named is not None, command
        parse(named, words[1:])
