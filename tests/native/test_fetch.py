"""What the build takes from npm is what was pinned, or it stops."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from native.xs import compile as compiling
from native.xs import fetch

ROOT = Path(__file__).parents[2]


def pin_of(data: bytes) -> fetch.Pin:
    digest = base64.b64encode(hashlib.sha512(data).digest()).decode()
    return fetch.Pin("@engo/example", "1.0.0", f"sha512-{digest}")


def archive_of(*members: tarfile.TarInfo | tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
            else:
                name, content = member
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def test_what_was_pinned_is_taken() -> None:
    assert fetch.verified(pin_of(b"engine"), b"engine") == b"engine"


def test_another_archive_is_refused_with_both_digests() -> None:
    pin = pin_of(b"engine")
    with pytest.raises(fetch.FetchError, match=r"expected sha512-.*got sha512-"):
        fetch.verified(pin, b"engine!")


def test_a_weak_integrity_is_refused() -> None:
    pin = fetch.Pin("x", "1", "sha1-abc")
    with pytest.raises(fetch.FetchError, match="sha512 integrity"):
        fetch.verified(pin, b"")


def test_the_cache_is_verified_too(tmp_path: Path) -> None:
    pin = pin_of(b"engine")
    (tmp_path / pin.archive).write_bytes(b"altered")
    with pytest.raises(fetch.FetchError, match="not the pinned one"):
        fetch.archive(pin, tmp_path)


def test_unpacking_keeps_one_folder(tmp_path: Path) -> None:
    data = archive_of(("package/moddable/xs/a.c", b"a"), ("package/README", b"r"))
    fetch.unpack(data, tmp_path / "xs", below="moddable")
    assert [path.name for path in (tmp_path / "xs").rglob("*") if path.is_file()] == [
        "a.c"
    ]


def link_member() -> tarfile.TarInfo:
    info = tarfile.TarInfo("package/moddable/link")
    info.type = tarfile.SYMTYPE
    info.linkname = "/etc/passwd"
    return info


@pytest.mark.parametrize(
    "member",
    [("package/../../climbs", b""), ("/absolute", b""), link_member()],
    ids=["climbs", "absolute", "link"],
)
def test_an_unsafe_member_is_refused(
    member: tarfile.TarInfo | tuple[str, bytes], tmp_path: Path
) -> None:
    with pytest.raises(fetch.FetchError, match="plain files"):
        fetch.unpack(archive_of(member), tmp_path / "xs")
    assert not (tmp_path / "xs").exists()


def test_too_large_an_archive_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fetch, "MAX_ARCHIVE", 4)
    fetch.unpack(archive_of(("package/a", b"1234")), tmp_path / "fits")
    with pytest.raises(fetch.FetchError, match="at most 4 bytes"):
        fetch.unpack(archive_of(("package/a", b"12345")), tmp_path / "not")


def test_the_lock_file_has_no_addresses_and_pins_the_closure() -> None:
    lock = json.loads((ROOT / "native/xs/endo/package-lock.json").read_text())
    fetch.check_lock(lock)
    names = {pin.package for pin in fetch.closure_pins()}
    assert {"@endo/captp", "@endo/exo", "@endo/patterns", "ses"} <= names


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"resolved": "somewhere", "integrity": "sha512-"}, "no address"),
        ({"version": "1.0.0"}, "expected an integrity"),
    ],
)
def test_a_lock_file_with_a_fault_is_refused(
    fields: dict[str, str], reason: str
) -> None:
    with pytest.raises(fetch.FetchError, match=reason):
        fetch.check_lock({"packages": {"node_modules/x": fields}})


def test_an_object_is_compiled_once_per_content(tmp_path: Path) -> None:
    source = tmp_path / "one.c"
    source.write_text("int one(void) { return 1; }\n")
    unit = compiling.Unit(source, ("-O0",), "no headers")
    first, fresh = compiling.objects("cc", [unit], tmp_path / "objects")
    again, fresh_again = compiling.objects("cc", [unit], tmp_path / "objects")
    assert (first, fresh, fresh_again) == (again, 1, 0)
    source.write_text("int one(void) { return 2; }\n")
    changed, fresh_changed = compiling.objects("cc", [unit], tmp_path / "objects")
    assert changed != first
    assert fresh_changed == 1


def test_the_compiler_s_words_reach_the_developer(tmp_path: Path) -> None:
    source = tmp_path / "bad.c"
    source.write_text("int one(void) { return nothing; }\n")
    with pytest.raises(compiling.CompileError, match="nothing"):
        compiling.objects("cc", [compiling.Unit(source, (), "")], tmp_path / "objects")
