"""Workers with Intl on the real command line: spawned, listed, kept, resumed."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from .peer import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECONDS = 60.0
WORKERS = {"n": "native", "w": "wasm", "c": "wasm-child"}
FAR = "Far('F', { f: d => d.toLocaleString() })"
PROGRAM = "new Date(0).toLocaleDateString('en', { timeZone: 'Asia/Tokyo' })"


class Ran(NamedTuple):
    code: int
    stdout: str
    stderr: str


@pytest.fixture
def engo(folder: Path) -> Iterator[Callable[..., Ran]]:
    """Runs `engo` with some words; its daemon ends with the test."""
    env = {**environment(folder), "ENGO_SUSPEND_AFTER": "never"}

    def run(*words: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "engo", *words],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        notice = "Starting Engo daemon...\n"
        return Ran(done.returncode, done.stdout, done.stderr.removeprefix(notice))

    yield run
    run("stop")


def images(engo: Callable[..., Ran]) -> dict[str, str]:
    done = engo("workers", "--json")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    return {
        name: f"{record['engine']} {record['image']}"
        for record in records
        for name in record["names"]
    }


def test_a_session_with_intl(engo: Callable[..., Ran]) -> None:
    done = Ran(0, "", "")
    assert engo("spawn", "--intl", "n") == done
    assert engo("spawn", "-i", "-e", "wasm", "w") == done
    assert engo("spawn", "--engine", "wasm-child", "--intl", "c") == done
    assert engo("spawn", "plain") == done
    kept = {name: f"{engine} endo-intl" for name, engine in WORKERS.items()}
    kept |= {"MAIN": "native endo", "plain": "native endo"}
    assert images(engo) == kept
    for name in WORKERS:
        assert engo("eval", PROGRAM, "-w", name).stdout == "1/1/1970\n"
    assert engo("eval", "typeof Intl", "-w", "plain").stdout == "undefined\n"
    assert "native +intl" in engo("workers").stdout

    # What is there is left as it is, or is another one.
    assert engo("spawn", "n") == done
    assert engo("spawn", "-i", "n") == done
    refused = engo("spawn", "--intl", "plain")
    assert refused.code != 0
    assert '"plain" is a worker of image endo already, not endo-intl' in refused.stderr
    assert "of engine wasm already" in engo("spawn", "-ie", "native", "w").stderr

    # Suspended, resumed, and after a restart of the daemon.
    assert engo("eval", FAR, "-w", "w", "-n", "f").code == 0
    assert engo("suspend", "w", "c") == done
    for name in ("w", "c"):
        assert engo("eval", PROGRAM, "-w", name).stdout == "1/1/1970\n"
    assert engo("eval", "E(f).f(1234.5)", "f").stdout == "1,234.5\n"
    assert engo("restart").code == 0
    assert images(engo) == kept
    for name in WORKERS:
        assert engo("eval", PROGRAM, "-w", name).stdout == "1/1/1970\n"
