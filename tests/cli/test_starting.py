"""Starting a daemon: what it inherits, and what is said when it does not come up.

The daemon here is a script that stands in for `python -m engo daemon`.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from engo.cli import starting

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import Outcome

    Engo = Callable[..., Outcome]
    Daemon = Callable[[str], None]


@pytest.fixture
def daemon(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Daemon:
    """Makes the body of a shell script what `engo start` runs."""

    def become(body: str) -> None:
        script = folder / "daemon"
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(script))

    return become


def log(folder: Path) -> str:
    return (folder / "state" / "engo" / "engo.log").read_text()


def test_a_daemon_that_is_ready(engo: Engo, daemon: Daemon, folder: Path) -> None:
    daemon('echo "$@"; echo ready >&3')
    assert engo("start") == (0, "", "")
    assert log(folder) == "-m engo daemon --ready-fd 3\n"


LOOK = """
import os, sys
print(repr(sys.stdin.read()), os.getsid(0) == os.getpid())
print("to stderr", file=sys.stderr)
os.write(3, b"ready\\n")
"""


def test_what_a_daemon_inherits(engo: Engo, daemon: Daemon, folder: Path) -> None:
    """Nothing as its input, the log as its output, the pipe; a session of its own."""
    (folder / "look.py").write_text(LOOK)
    daemon(f"exec {sys.executable} {folder}/look.py")
    assert engo("start") == (0, "", "")
    assert set(log(folder).splitlines()) == {"'' True", "to stderr"}
    assert (folder / "state" / "engo").stat().st_mode & 0o777 == 0o700
    assert (folder / "state" / "engo" / "engo.log").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("echo error: another daemon has it >&3", "another daemon has it"),
        ("echo oops; exit 3", "the daemon ended before it was ready (exit status 3)"),
        ("kill -9 $$", "the daemon ended before it was ready (signal 9)"),
        ("echo surprise >&3", "the daemon ended before it was ready (exit status 0)"),
    ],
)
def test_a_daemon_that_fails(
    engo: Engo, daemon: Daemon, folder: Path, body: str, line: str
) -> None:
    daemon(body)
    code, stdout, stderr = engo("start")
    assert (code, stdout) == (1, "")
    assert stderr.startswith(line)
    assert len(stderr.splitlines()) == 1
    if "ended" in line:
        assert stderr == f"{line}; see {folder}/state/engo/engo.log\n"


def test_a_daemon_that_says_nothing(
    engo: Engo, daemon: Daemon, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "START_SECONDS", 0.1)
    os.mkfifo(folder / "end")
    daemon(f"read line < {folder}/end")
    code, _, stderr = engo("start")
    (folder / "end").write_text("now\n")
    assert code == 1
    assert "was not ready within" in stderr


def test_a_daemon_that_fails_but_stays(
    engo: Engo, daemon: Daemon, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "REAP_SECONDS", 0.1)
    os.mkfifo(folder / "end")
    daemon(f"exec 3>&-; read line < {folder}/end")
    stderr = engo("start").stderr
    (folder / "end").write_text("now\n")
    assert "ended before it was ready (process" in stderr


def test_no_interpreter(
    engo: Engo, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(folder / "nothing"))
    code, _, stderr = engo("start")
    assert code == 1
    assert stderr == f"cannot start {folder}/nothing: No such file or directory\n"


def test_a_state_folder_that_cannot_be(engo: Engo, folder: Path) -> None:
    (folder / "state").write_text("a file")
    code, _, stderr = engo("start")
    assert code == 1
    assert stderr.startswith(f"cannot write the daemon's log {folder}/state/engo/")


@pytest.mark.parametrize("words", [["start"], ["eval", "1"], ["ping"], ["stop"]])
def test_a_socket_path_that_is_too_long(
    engo: Engo, folder: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("ENGO_SOCK", "/" + "x" * 107)
    code, stdout, stderr = engo(*words)
    assert (code, stdout) == (1, "")
    assert "expected a socket path of at most 107 bytes, got 108" in stderr
    assert len(stderr.splitlines()) == 1


def test_verbs_start_it_when_nobody_answers(
    engo: Engo, daemon: Daemon, folder: Path
) -> None:
    daemon("echo error: not today >&3")
    assert engo("eval", "1") == (1, "", "Starting Engo daemon...\nnot today\n")
    assert engo("ping").stderr.startswith("cannot connect")
