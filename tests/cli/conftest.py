"""Fixtures of the command line's tests: a folder, an environment, `engo` in process."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from engo.cli import main

from .peer import environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Outcome(NamedTuple):
    """What a command did."""

    code: int
    stdout: str
    stderr: str


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a short name: a socket's path has 107 bytes."""
    return tmp_path_factory.mktemp("e")


@pytest.fixture
def engo(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Callable[..., Outcome]:
    """Runs `engo` with some words in this process."""
    for name, value in environment(folder).items():
        monkeypatch.setenv(name, value)

    def run(*words: str) -> Outcome:
        code = main(list(words))
        captured = capfdbinary.readouterr()
        return Outcome(code, captured.out.decode(), captured.err.decode())

    return run
