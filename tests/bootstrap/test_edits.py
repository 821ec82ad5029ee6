"""Edits of published modules fail loudly when their anchor is not there once."""

import pytest

from engo.bootstrap.edits import EDITS, Edit, EditError, edited

EDIT = Edit("m.js", "a reason", "old\n", "new\n")


def test_only_the_named_module_is_edited() -> None:
    assert edited("m.js", "a\nold\nb\n", (EDIT,)) == "a\nnew\nb\n"
    assert edited("other.js", "a\nold\nb\n", (EDIT,)) == "a\nold\nb\n"


@pytest.mark.parametrize(("source", "times"), [("moved\n", 0), ("old\nold\n", 2)])
def test_a_moved_or_ambiguous_anchor_is_refused(source: str, times: int) -> None:
    with pytest.raises(
        EditError, match=f"once in m.js, got it {times} times.*a reason"
    ):
        edited("m.js", source, (EDIT,))


def test_every_edit_has_a_reason_and_changes_something() -> None:
    for edit in EDITS:
        assert len(edit.reason) > 40
        assert edit.anchor != edit.replacement
        assert edit.anchor.endswith("\n")
