"""Contents by SHA-512: whole or not there, whatever fails."""

from __future__ import annotations

import errno
import hashlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engo.powers.disk import SystemDisk
from engo.store.content import CHUNK_BYTES, ContentStore, Disk
from engo.store.errors import (
    MissingContent,
    StoreError,
    StoreFailed,
    StoreFull,
    StoreReadOnly,
)
from engo.testing.disk import FaultyDisk

if TYPE_CHECKING:
    from pathlib import Path


def opened(folder: Path, disk: Disk | None = None) -> ContentStore:
    store = ContentStore(str(folder), disk or SystemDisk())
    store.open()
    return store


def stored(store: ContentStore, *pieces: bytes, token: str = "t") -> str:
    writer = store.writer(token)
    for piece in pieces:
        writer.write(piece)
    return writer.finish()


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    store = opened(tmp_path_factory.mktemp("store"))
    data = b"".join(pieces)
    sha512 = stored(store, *pieces)
    assert sha512 == hashlib.sha512(data).hexdigest()
    assert store.read(sha512, 0) == data
    assert store.size(sha512) == len(data)


def test_pieces(tmp_path: Path) -> None:
    store = opened(tmp_path)
    data = bytes(range(256)) * 300
    sha512 = stored(store, data)
    first = store.read(sha512, 0)
    assert len(first) == CHUNK_BYTES
    assert first + store.read(sha512, CHUNK_BYTES) == data
    assert store.read(sha512, len(data)) == b""


def test_the_same_content_twice_is_one_file_and_private(tmp_path: Path) -> None:
    store = opened(tmp_path / "store")
    sha512 = stored(store, b"x")
    assert stored(store, b"x", token="u") == sha512
    (file,) = (tmp_path / "store").iterdir()
    assert file.name == sha512
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "store").stat().st_mode & 0o777 == 0o700


def test_what_was_being_written_is_forgotten_at_the_start(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.writer("half").write(b"half")
    kept = stored(store, b"whole")
    again = opened(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [kept]
    assert again.read(kept, 0) == b"whole"


def test_abandoning_leaves_nothing(tmp_path: Path) -> None:
    writer = opened(tmp_path).writer("t")
    writer.write(b"x")
    writer.abandon()
    writer.abandon()
    assert list(tmp_path.iterdir()) == []


def test_finishing_twice_is_harmless(tmp_path: Path) -> None:
    store = opened(tmp_path)
    writer = store.writer("t")
    writer.write(b"x")
    writer.sync()
    assert writer.finish() == writer.sha512 == writer.finish()
    writer.abandon()
    assert store.read(writer.sha512, 0) == b"x"


def test_retaining(tmp_path: Path) -> None:
    store = opened(tmp_path)
    one, two = stored(store, b"1"), stored(store, b"2", token="u")
    assert store.retain_only({one}) == 1
    assert [file.name for file in tmp_path.iterdir()] == [one]
    store.remove(one)
    store.remove(two)
    assert list(tmp_path.iterdir()) == []


def test_content_that_is_not_there(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with pytest.raises(MissingContent, match="SHA-512 abababab…"):
        store.read("ab" * 64, 0)
    with pytest.raises(MissingContent):
        store.size("ab" * 64)


def test_every_operation_made_to_fail(tmp_path: Path) -> None:
    """Failure as a loop: the nth operation fails, until none does."""
    refusals: list[StoreError] = []
    for failing in range(1, 100):
        folder = tmp_path / str(failing)
        opened(folder)
        disk = FaultyDisk(failing)
        store = opened(folder, disk)
        try:
            sha512 = stored(store, b"a", b"b")
        except StoreError as error:
            refusals.append(error)
            assert disk.failed
            # Not half a content, and nothing but what the next start removes.
            names = [file.name for file in folder.iterdir()]
            assert all(name.endswith(".new") or len(name) == 128 for name in names)
            opened(folder)
            assert all(len(file.name) == 128 for file in folder.iterdir())
        else:
            assert not disk.failed
            assert store.read(sha512, 0) == b"ab"
            assert len(refusals) > 4
            assert {type(error) for error in refusals} == {StoreFull}
            return
    pytest.fail("never succeeded")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (errno.ENOSPC, StoreFull),
        (errno.EDQUOT, StoreFull),
        (errno.EFBIG, StoreFull),
        (errno.EROFS, StoreReadOnly),
        (errno.EACCES, StoreReadOnly),
        (errno.EIO, StoreFailed),
    ],
)
def test_what_the_system_says_gets_a_name(
    tmp_path: Path, code: int, expected: type[StoreError]
) -> None:
    store = opened(tmp_path, FaultyDisk(1, code))
    with pytest.raises(expected):
        store.writer("t")
