"""What the build says when the pin moves, seen with a newer engine that is made here.

It is a copy of the pinned tree in which two repairs are made as ours are, one is made
in other words, and the anchor of one has moved. Everything is the build's own: the
pin, the archive, the unpacking, the repairs. How one repair is applied is tested in
test_repairs_model.py.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest

from native.xs import fetch, pipeline, repairs
from native.xs.repairs import RepairError, __main__, apply
from native.xs.repairs.model import Edit, Repair
from native.xs.repairs.states import FITS, MISFIT, THERE, states

if TYPE_CHECKING:
    from pathlib import Path

HAS = ("c04_date_constructor", "d01_message_prefix")
"""An exchange of lines and an addition."""
OTHERWISE = "c12_decode_uri"
OTHER_WORDS = "if (fxIsNoScalarValue(d))"
MOVED = "c10_nan_payload"


def named(name: str) -> Repair:
    return next(repair for repair in repairs.REPAIRS if repair.name == name)


def replace(folder: Path, file: str, old: str, new: str) -> None:
    data = (folder / file).read_bytes()
    assert data.count(old.encode()) == 1
    (folder / file).write_bytes(data.replace(old.encode(), new.encode()))


def moved_line() -> tuple[Edit, str]:
    """The first line of the anchor that moves, and what has become of it."""
    edit = named(MOVED).edits[0]
    line = edit.old.splitlines()[0]
    return edit, f"{line} /* newer */"


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The newer engine, unpacked."""
    folder = tmp_path / "moddable"
    pin = fetch.engine_pin()
    fetch.unpack(fetch.archive(pin, pipeline.CACHE), folder, below="moddable")
    for name in HAS:
        for edit in named(name).edits:
            replace(folder, edit.file, edit.old, edit.new)
    [edit] = named(OTHERWISE).edits
    line = next(line for line in edit.new.splitlines() if line not in edit.old)
    other = edit.new.replace(line.strip(), OTHER_WORDS)
    replace(folder, edit.file, edit.old, other)
    edit, line = moved_line()
    replace(
        folder, edit.file, edit.old, edit.old.replace(edit.old.split("\n")[0], line)
    )
    return folder


@pytest.fixture
def pinned(newer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a build that has the newer engine for its pin."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as tar:
        tar.add(newer, "package/moddable")
    data = stream.getvalue()
    digest = base64.b64encode(hashlib.sha512(data).digest()).decode()
    pin = fetch.Pin("@engo/newer", "99.0.0", f"sha512-{digest}")
    build = tmp_path / "build"
    (build / "npm").mkdir(parents=True)
    (build / "npm" / pin.archive).write_bytes(data)
    monkeypatch.setattr(fetch, "engine_pin", lambda: pin)
    monkeypatch.setattr(pipeline, "BUILD", build)
    monkeypatch.setattr(pipeline, "CACHE", build / "npm")
    return build


def use(monkeypatch: pytest.MonkeyPatch, *changed: Repair) -> None:
    """These in the place of those of the same name, as after an edit of their files."""
    by_name = {repair.name: repair for repair in changed}
    everything = tuple(by_name.get(one.name, one) for one in repairs.REPAIRS)
    monkeypatch.setattr(repairs, "REPAIRS", everything)
    monkeypatch.setattr(__main__, "REPAIRS", everything)


def marked() -> Repair:
    """What the newer engine cures otherwise, with the mark that says so."""
    repair = named(OTHERWISE)
    return dataclasses.replace(repair, already=(repair.files[0], OTHER_WORDS))


def written_anew() -> Repair:
    """The repair whose anchor has moved, with the anchor where it is now."""
    repair = named(MOVED)
    edit, line = moved_line()
    first = edit.old.split("\n")[0]
    anew = dataclasses.replace(
        edit, old=edit.old.replace(first, line), new=edit.new.replace(first, line)
    )
    return dataclasses.replace(repair, edits=(anew, *repair.edits[1:]))


def test_the_build_stops_with_the_names_one_after_the_other(
    pinned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    with pytest.raises(RepairError, match=rf"repair {MOVED} does not fit .*missing"):
        pipeline.tree(said.append)
    use(monkeypatch, written_anew())
    with pytest.raises(RepairError, match=rf"repair {OTHERWISE} does not fit"):
        pipeline.tree(said.append)
    assert list(pinned.glob("xs/*/complete")) == []


def test_the_table_tells_all_at_once(
    pinned: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["repairs"])
    assert __main__.main() == 1
    told = capsys.readouterr()
    rows = {line.split()[0]: line.split()[2] for line in told.out.splitlines()[1:]
            if line.split()[0] in {one.name for one in repairs.REPAIRS}}  # fmt: skip
    assert rows.pop(MOVED) == rows.pop(OTHERWISE) == MISFIT
    assert [rows.pop(name) for name in HAS] == [THERE, THERE]
    assert set(rows.values()) == {FITS}
    assert len(told.err.splitlines()) == 2
    assert MOVED in told.err
    assert OTHERWISE in told.err


def test_the_build_goes_on_when_both_are_looked_after(
    pinned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, marked(), written_anew())
    said: list[str] = []
    made = pipeline.tree(said.append)
    assert (made / "complete").exists()
    skipped = [line.partition(":")[0] for line in said if "skipped" in line]
    assert sorted(skipped) == sorted((*HAS, OTHERWISE))
    assert pipeline.tree(said.append) == made


def test_what_is_built_is_what_was_pinned_before_but_for_the_news(
    pinned: Path, newer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, marked(), written_anew())
    made = pipeline.tree(lambda _: None)
    monkeypatch.undo()
    before = pipeline.tree(lambda _: None)
    differ = {
        str(path.relative_to(before))
        for path in before.rglob("*.[ch]")
        if path.read_bytes() != (made / path.relative_to(before)).read_bytes()
    }
    assert differ == {*named(OTHERWISE).files}


def test_what_is_made_by_half_is_not_made_twice(newer: Path) -> None:
    """An engine with one addition of a repair's two: neither done again nor passed."""
    added = Edit("a.c", "one\n", "one\nmore\n"), Edit("a.c", "two\n", "two\nmore\n")
    half = Repair("t01_half", "for the test", added, ())
    texts = {"a.c": "one\nmore\ntwo\n"}
    with pytest.raises(RepairError, match=r"made in a\.c, but not all of it"):
        apply(half, texts.__getitem__, texts.__setitem__)
    assert texts == {"a.c": "one\nmore\ntwo\n"}


def test_all_repairs_fit_the_pinned_engine() -> None:
    folder = pipeline.stock(lambda _: None)

    def read(file: str) -> str:
        return (folder / file).read_bytes().decode("utf-8", "surrogateescape")

    found, misfits = states(repairs.REPAIRS, read)
    assert misfits == []
    assert set(found.values()) == {FITS}
