"""Of the archives for Intl only pinned files are used, from npm or from vendor/."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from native.xs import intl_packages as intl
from native.xs.fetch import FetchError
from native.xs.pipeline import CACHE

ROOT = Path(__file__).parents[2]


def archive_of(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"package/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return stream.getvalue()


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A cache with one pinned package of two files, of which one is used."""
    data = archive_of({"index.js": b"1", "locale-data/en.js": b"2", "all.js": b"3"})
    wanted: dict[str, Any] = {"index.js": "", "locale-data/en.js": ""}
    fields = {"package": "@a/b", "version": "1.0.0", "integrity": "", "files": wanted}
    pins = tmp_path / "pins.json"
    pins.write_text(json.dumps({"packages": [intl.repinned(fields, data)]}))
    monkeypatch.setattr(intl, "PINS", pins)
    monkeypatch.setattr(intl, "VENDOR", tmp_path / "vendor")
    (tmp_path / "a-b-1.0.0.tgz").write_bytes(data)
    return tmp_path


def test_what_is_used_is_laid_out(pinned: Path) -> None:
    modules = intl.intl_packages(pinned / "build", pinned)
    found = {
        str(path.relative_to(modules)): path.read_bytes()
        for path in modules.rglob("*")
        if path.is_file()
    }
    assert found == {"@a/b/index.js": b"1", "@a/b/locale-data/en.js": b"2"}
    assert intl.intl_packages(pinned / "build", pinned / "none") == modules


def test_a_source_distribution_needs_no_archive(pinned: Path) -> None:
    carried = intl.vendor(pinned)
    (pinned / "a-b-1.0.0.tgz").unlink()
    modules = intl.intl_packages(pinned / "build", pinned)
    assert (modules / "@a/b/index.js").read_bytes() == b"1"
    assert carried.name == "intl.tgz"


@pytest.mark.parametrize(
    ("files", "reason"),
    [({"index.js": b"1"}, "expected @a/b/locale-data/en.js in the archive"),
     ({"index.js": b"!", "locale-data/en.js": b"2"}, "not the pinned one")],
)  # fmt: skip
def test_other_files_are_refused(
    pinned: Path, files: dict[str, bytes], reason: str
) -> None:
    (pinned / "vendor").mkdir()
    data = archive_of({f"@a/b/{name}": content for name, content in files.items()})
    (pinned / "vendor" / "intl.tgz").write_bytes(data)
    with pytest.raises(FetchError, match=reason):
        intl.intl_packages(pinned / "build", pinned)


def test_another_archive_is_refused(pinned: Path) -> None:
    (pinned / "a-b-1.0.0.tgz").write_bytes(archive_of({"index.js": b"1"}))
    with pytest.raises(FetchError, match="not the pinned one"):
        intl.intl_packages(pinned / "build", pinned)


def test_packages_want_one_another_in_these_versions() -> None:
    modules = intl.intl_packages(ROOT / "build", CACHE)
    pins = {package.pin.package: package.pin.version for package in intl.packages()}
    for name in pins:
        manifest = json.loads((modules / name / "package.json").read_text())
        wanted = manifest.get("dependencies", {})
        assert wanted == {key: pins[key] for key in wanted}, name
