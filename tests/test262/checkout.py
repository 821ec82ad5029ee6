"""A test262 checkout: its tests by path, and which revision it is.

Reads files and never writes; git is not needed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.test262.plan import is_test

if TYPE_CHECKING:
    from collections.abc import Sequence

UNKNOWN: Final = "unknown"
_MAX_REFERENCES: Final = 5  # HEAD names a branch, which names a commit


class CheckoutError(Exception):
    """A folder that is no checkout of test262."""


def checked(folder: Path) -> Path:
    """The folder; raises CheckoutError when the suite is not in it."""
    for part in ("test", "harness/assert.js", "harness/sta.js"):
        if not (folder / part).exists():
            raise CheckoutError(
                f"expected a checkout of test262 with {part} in {folder}, got none; "
                "say DIR=path"
            )
    return folder


def paths(folder: Path, only: Sequence[str]) -> list[str]:
    """The tests' paths below test/, sorted; `only` those that begin so."""
    root = folder / "test"
    found = []
    for place, folders, files in os.walk(root):
        folders.sort()
        below = Path(place).relative_to(root).as_posix()
        prefix = "" if below == "." else f"{below}/"
        found += [prefix + name for name in files if is_test(name)]
    return sorted(path for path in found if is_chosen(path, only))


def is_chosen(path: str, only: Sequence[str]) -> bool:
    """Whether a path is among those that are asked for."""
    return not only or path.startswith(tuple(only))


def source(folder: Path, path: str) -> str:
    """A test's text, line ends as they are; raises OSError, UnicodeDecodeError."""
    return (folder / "test" / path).read_bytes().decode()


def revision(folder: Path) -> str:
    """The commit that is checked out; UNKNOWN when git does not say."""
    git = folder / ".git"
    try:
        if git.is_file():  # a worktree or a submodule: it says where
            git = folder / git.read_text().removeprefix("gitdir:").strip()
        return _commit(git)
    except (OSError, UnicodeDecodeError):
        return UNKNOWN


def _commit(git: Path) -> str:
    name = "HEAD"
    common = git / "commondir"
    shared = git / common.read_text().strip() if common.is_file() else git
    for _ in range(_MAX_REFERENCES):
        place = next((at / name for at in (git, shared) if (at / name).is_file()), None)
        text = place.read_text().strip() if place else _packed(shared, name)
        if not text.startswith("ref:"):
            return text or UNKNOWN
        name = text.removeprefix("ref:").strip()
    return UNKNOWN


def _packed(git: Path, name: str) -> str:
    packed = git / "packed-refs"
    if not packed.is_file():
        return ""
    for line in packed.read_text().splitlines():
        commit, _, reference = line.partition(" ")
        if reference == name:
            return commit
    return ""
