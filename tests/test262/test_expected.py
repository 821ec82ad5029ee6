"""Lists of expected failures: their text, what a change is, and --update."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test262.expected import (
    Change,
    Expected,
    ListError,
    compare,
    read,
    updated,
    write,
)

RESULTS = {
    "language/b.js": {"sloppy": "fail", "strict": "timeout"},
    "built-ins/a.js": {"module": "crash"},
}


def test_a_list_is_sorted_text_with_its_revision() -> None:
    text = write("A title", Expected("0123abcd", RESULTS))
    assert text == (
        "# A title. Made by --update; see docs/test262.md.\n"
        "# revision: 0123abcd\n"
        "built-ins/a.js\tmodule:crash\n"
        "language/b.js\tsloppy strict:timeout\n"
    )
    assert read(text) == Expected("0123abcd", RESULTS)


RUNS = st.dictionaries(
    st.sampled_from(["sloppy", "strict", "module", "raw"]),
    st.sampled_from(["fail", "abort", "timeout", "crash"]),
    min_size=1,
)
PATHS = st.from_regex(r"[a-z][\w./ -]{0,20}\.js", fullmatch=True).filter(
    lambda path: len(path.splitlines()) == 1
)


@given(st.dictionaries(PATHS, RUNS))
def test_what_was_written_is_read(results: dict[str, dict[str, str]]) -> None:
    assert read(write("t", Expected("r", results))).results == results


@pytest.mark.parametrize(
    "text",
    [
        *("a.js", "a.js\t", "a.js\tsloppy:pass", "a.js\tsloppy:odd", "a.js\t:fail"),
        *("a.js\tsloppy\na.js\tstrict", "a.js\tsloppy  strict"),
    ],
)
def test_what_is_no_list_is_an_error(text: str) -> None:
    with pytest.raises(ListError):
        read(text)


def test_what_came_as_expected_is_no_change() -> None:
    came = {**RESULTS, "language/c.js": {"raw": "pass"}}
    assert compare(RESULTS, came) == []


def test_a_change_is_told_in_both_directions() -> None:
    came = {
        "language/b.js": {"sloppy": "pass", "strict": "fail"},
        "built-ins/a.js": {"module": "crash"},
        "language/new.js": {"raw": "abort"},
    }
    assert compare(RESULTS, came) == [
        Change("language/b.js", "sloppy", "fail", "pass"),
        Change("language/b.js", "strict", "timeout", "fail"),
        Change("language/new.js", "raw", "pass", "abort"),
    ]


def test_a_listed_test_that_is_not_run_any_more_is_a_change() -> None:
    came = {"built-ins/a.js": {"module": "crash"}, "language/b.js": {}}
    assert compare(RESULTS, came) == [
        Change("language/b.js", "sloppy", "fail", "gone"),
        Change("language/b.js", "strict", "timeout", "gone"),
    ]


def test_what_was_not_asked_for_is_no_change() -> None:
    came = {"built-ins/a.js": {"module": "crash"}}
    assert compare(RESULTS, came, ["built-ins/"]) == []


def test_an_update_keeps_what_was_not_asked_for() -> None:
    came = {"language/b.js": {"sloppy": "pass"}, "language/c.js": {"raw": "fail"}}
    assert updated(RESULTS, came, ["language/"]) == {
        "built-ins/a.js": {"module": "crash"},
        "language/c.js": {"raw": "fail"},
    }
    assert updated(RESULTS, came) == {"language/c.js": {"raw": "fail"}}
