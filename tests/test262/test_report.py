"""Totals, and the revision and the tests of a checkout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.test262 import checkout, report
from tests.test262.expected import Change
from tests.test262.report import Verdict

if TYPE_CHECKING:
    from pathlib import Path

VERDICTS = {
    "language/a.js": Verdict({"sloppy": "pass", "strict": "pass"}, {}),
    "language/b.js": Verdict({"sloppy": "pass", "strict": "fail"}, {"strict": "why"}),
    "built-ins/c.js": Verdict({"sloppy": "fail", "strict": "crash"}, {}),
    "built-ins/d.js": Verdict({}, {}, "no such thing"),
    "built-ins/e.js": Verdict({"raw": "timeout"}, {}),
    "annexB/f.js": Verdict({}, {}, "no such thing"),
}


def test_a_file_counts_once_with_its_worst_result() -> None:
    lines = [line.split() for line in report.table(VERDICTS).splitlines()]
    assert [line[0] for line in lines] == [
        *("folder", "annexB", "built-ins", "language", "language", "all")
    ]
    built_ins, language, both, everything = lines[2:]
    assert built_ins[1:] == ["3", "0", "0", "0", "1", "1", "1", "0.00"]
    assert language[1:] == ["2", "1", "1", "0", "0", "0", "0", "50.00"]
    assert both[3:] == ["5", "1", "1", "0", "1", "1", "1", "25.00"]
    assert everything[1:] == ["6", "1", "1", "0", "1", "1", "2", "25.00"]
    assert lines[1][-1] == "-"  # nothing of annexB was run


def test_reasons_are_counted() -> None:
    assert report.skipped(VERDICTS) == "     2  no such thing"


def test_changes_say_why_and_end_somewhere() -> None:
    found = [
        Change("language/b.js", "strict", "pass", "fail"),
        Change("language/gone.js", "raw", "fail", "gone"),
        Change("language/a.js", "sloppy", "fail", "pass"),
    ]
    assert report.changes(found, VERDICTS, 2) == (
        "language/b.js (strict): expected pass, got fail\n"
        "    why\n"
        "language/gone.js (raw): expected fail, got gone\n"
        "... and 1 more"
    )


COMMIT = "be13516fb0123456789012345678901234567890"


def test_the_revision_is_a_detached_head(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text(f"{COMMIT}\n")
    assert checkout.revision(tmp_path) == COMMIT


def test_the_revision_is_a_branch_loose_or_packed(tmp_path: Path) -> None:
    git = tmp_path / ".git"
    (git / "refs/heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "packed-refs").write_text(f"# pack-refs\n{COMMIT} refs/heads/main\n")
    assert checkout.revision(tmp_path) == COMMIT
    (git / "refs/heads/main").write_text("f" * 40)
    assert checkout.revision(tmp_path) == "f" * 40


def test_the_revision_of_a_worktree_is_found(tmp_path: Path) -> None:
    git = tmp_path / "main/.git/worktrees/other"
    git.mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "commondir").write_text("../..\n")
    (tmp_path / "main/.git/refs/heads").mkdir(parents=True)
    (tmp_path / "main/.git/refs/heads/main").write_text(COMMIT)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/.git").write_text(f"gitdir: {git}\n")
    assert checkout.revision(tmp_path / "other") == COMMIT


def test_without_git_the_revision_is_unknown(tmp_path: Path) -> None:
    assert checkout.revision(tmp_path) == checkout.UNKNOWN
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("ref: HEAD\n")  # names itself for ever
    assert checkout.revision(tmp_path) == checkout.UNKNOWN


def test_tests_are_found_in_order_and_chosen_by_their_begin(tmp_path: Path) -> None:
    for path in ("b/z.js", "b/a_FIXTURE.js", "a/x.js", "a/y.json", "c.js"):
        (tmp_path / "test" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "test" / path).touch()
    assert checkout.paths(tmp_path, []) == ["a/x.js", "b/z.js", "c.js"]
    assert checkout.paths(tmp_path, ["b/", "c"]) == ["b/z.js", "c.js"]


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    with pytest.raises(checkout.CheckoutError, match=r"harness/assert\.js"):
        checkout.checked(tmp_path)
