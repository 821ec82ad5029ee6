"""A repair is applied whole or not at all, and says why when it does not fit."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from native.xs.repairs import REPAIRS, __main__, apply, apply_all, chosen
from native.xs.repairs.model import Edit, Repair, RepairError
from native.xs.repairs.states import FITS, MISFIT, THERE, states

if TYPE_CHECKING:
    from pathlib import Path

ONE = Repair("t01_one", "for the test", (Edit("a.c", "old", "new"),), ())


def applied(repair: Repair, tree: dict[str, str]) -> tuple[str, dict[str, str]]:
    """What was said, and the tree afterwards."""
    after = dict(tree)

    def write(file: str, text: str) -> None:
        after[file] = text

    return apply(repair, tree.__getitem__, write), after


def test_a_text_is_replaced() -> None:
    said, tree = applied(ONE, {"a.c": "an old line\n"})
    assert tree == {"a.c": "an new line\n"}
    assert said == "t01_one: applied"


def test_a_missing_anchor_is_named() -> None:
    with pytest.raises(RepairError, match=r"t01_one.*a\.c.*'old' once, it is missing"):
        applied(ONE, {"a.c": "nothing\n"})


def test_an_ambiguous_anchor_is_named() -> None:
    with pytest.raises(RepairError, match=r"t01_one.*a\.c.*it was found 2 times"):
        applied(ONE, {"a.c": "old old\n"})


def test_a_count_is_exact() -> None:
    twice = dataclasses.replace(ONE, edits=(Edit("a.c", "old", "new", count=2),))
    assert applied(twice, {"a.c": "old old"})[1] == {"a.c": "new new"}
    with pytest.raises(RepairError, match="2 times, it was found 3 times"):
        applied(twice, {"a.c": "old old old"})


def test_later_edits_see_earlier_ones() -> None:
    chain = dataclasses.replace(
        ONE, edits=(Edit("a.c", "old", "newer"), Edit("a.c", "newer", "newest"))
    )
    assert applied(chain, {"a.c": "old"})[1] == {"a.c": "newest"}


def test_nothing_is_written_when_a_later_edit_does_not_fit() -> None:
    tree = {"a.c": "old", "b.c": "other"}
    written: list[str] = []
    two = dataclasses.replace(
        ONE, edits=(Edit("a.c", "old", "new"), Edit("b.c", "gone", "new"))
    )
    with pytest.raises(RepairError, match=r"b\.c"):
        apply(two, tree.__getitem__, lambda file, _: written.append(file))
    assert written == []


def test_an_engine_that_has_the_repair_is_left_alone() -> None:
    had = dataclasses.replace(ONE, already=("a.c", "repaired upstream"))
    tree = {"a.c": "old; repaired upstream"}
    assert applied(had, tree) == ("t01_one: skipped, a.c has it", tree)
    assert applied(had, {"a.c": "old"})[1] == {"a.c": "new"}


def test_what_was_taken_over_word_for_word_is_not_made_again() -> None:
    line = "  if (count > limit) return limit;\n"
    adds = dataclasses.replace(ONE, edits=(Edit("a.c", "at\n", f"at\n{line}"),))
    tree = {"a.c": f"at\n{line}"}
    assert applied(adds, tree) == ("t01_one: skipped, its text is there", tree)
    elsewhere = {"a.c": f"at\nat\n{line}"}
    with pytest.raises(RepairError, match="found 2 times"):
        applied(adds, elsewhere)


def test_a_repair_is_left_out_by_either_name() -> None:
    first = REPAIRS[0]
    short = first.name.partition("_")[0]
    assert chosen([first.name]) == chosen([short]) == REPAIRS[1:]


def test_an_unknown_name_to_leave_out_is_refused() -> None:
    with pytest.raises(RepairError, match="'x99'"):
        chosen(["x99"])


def test_a_tree_without_the_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RepairError, match="is missing"):
        apply_all(tmp_path)


def test_bytes_that_are_not_edited_stay(tmp_path: Path) -> None:
    for repair in REPAIRS:
        for edit in repair.edits:
            path = tmp_path / edit.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"\xff\r\n")
    file = REPAIRS[0].files[0]
    edits = [edit for edit in REPAIRS[0].edits if edit.file == file]
    text = "\n".join(edit.old for edit in edits)
    (tmp_path / file).write_bytes(b"\xff\r\n" + text.encode())
    apply_all(tmp_path, leave_out=[repair.name for repair in REPAIRS[1:]])
    new = "\n".join(edit.new for edit in edits)
    assert (tmp_path / file).read_bytes() == b"\xff\r\n" + new.encode()


def test_names_are_unique_and_in_the_table() -> None:
    names = [repair.name for repair in REPAIRS]
    assert len(set(names)) == len(names)
    table = __main__.table(dict.fromkeys(names, FITS))
    assert all(name in table for name in names)
    assert f"{len(names)} fit" in table


def test_states_are_told_for_all_and_nothing_is_written() -> None:
    had = dataclasses.replace(ONE, name="t02_had", already=("b.c", "upstream"))
    after = Repair("t03_after", "sees t01", (Edit("a.c", "new", "newer"),), ())
    moved = Repair("t04_moved", "moved", (Edit("a.c", "gone", "new"),), ())
    tree = {"a.c": "old", "b.c": "upstream"}
    found, misfits = states((ONE, had, moved, after), tree.__getitem__)
    assert found == {
        "t01_one": FITS,
        "t02_had": THERE,
        "t04_moved": MISFIT,
        "t03_after": FITS,
    }
    assert len(misfits) == 1
    assert "t04_moved" in misfits[0]
    assert tree == {"a.c": "old", "b.c": "upstream"}
