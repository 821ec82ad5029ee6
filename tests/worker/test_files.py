"""The file power: keys, replaced files, sealed memory."""

import os
from pathlib import Path

import pytest

from engo.powers.files import ensure_folder, read_file, read_or_make_key, replacing
from engo.powers.memory import SealedMemory, reopen


def test_key_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "snapshot.key"
    assert read_or_make_key(str(path), b"1" * 32) == b"1" * 32
    assert read_or_make_key(str(path), b"2" * 32) == b"1" * 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["snapshot.key"]


def test_key_that_others_may_read_or_of_another_length(tmp_path: Path) -> None:
    path = tmp_path / "k"
    path.write_bytes(b"1" * 31)
    path.chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        read_or_make_key(str(path), bytes(32))
    path.chmod(0o600)
    with pytest.raises(ValueError, match="32 bytes, got 31"):
        read_or_make_key(str(path), bytes(32))
    path.write_bytes(b"1" * 33)
    with pytest.raises(ValueError, match="at most 32 bytes"):
        read_or_make_key(str(path), bytes(32))


def test_replacing_is_all_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "f"
    with replacing(str(path), "t") as stream:
        stream.write(b"one")
    assert read_file(str(path), 3) == b"one"
    block = replacing(str(path), "t")
    block.__enter__().write(b"two")
    assert block.__exit__(KeyError, KeyError(), None) is not True
    assert path.read_bytes() == b"one"
    assert len(list(tmp_path.iterdir())) == 1


def test_ensure_folder_twice(tmp_path: Path) -> None:
    ensure_folder(str(tmp_path / "x" / "y"))
    ensure_folder(str(tmp_path / "x" / "y"))
    assert (tmp_path / "x" / "y").is_dir()


def test_sealed_memory_cannot_change_and_has_own_offsets() -> None:
    with SealedMemory("test", [b"ab", b"", b"cd"]) as memory:
        assert memory.size == 4
        with pytest.raises(PermissionError):
            os.write(memory.descriptor, b"x")
        with pytest.raises(PermissionError):
            os.ftruncate(memory.descriptor, 0)
        for _ in range(2):
            descriptor = reopen(memory.descriptor)
            assert os.read(descriptor, 10) == b"abcd"
            os.close(descriptor)
    memory.close()
