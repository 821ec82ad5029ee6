"""Workers' engines and rests on the real command line against a real daemon."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from .peer import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECONDS = 60.0
HEADS = ["HEAP", "METER", "IDLE"]
COUNTER = "let n = 0; Far('Counter', { up: () => ++n })"


class Ran(NamedTuple):
    code: int
    stdout: str
    stderr: str


@pytest.fixture
def engo(folder: Path) -> Iterator[Callable[..., Ran]]:
    """Runs `engo` with some words; its daemon ends with the test."""
    env = {**environment(folder), "ENGO_SUSPEND_AFTER": "never"}

    def run(*words: str, **settings: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "engo", *words],
            env={**env, **settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        notice = "Starting Engo daemon...\n"
        return Ran(done.returncode, done.stdout, done.stderr.removeprefix(notice))

    yield run
    run("stop")


def states(engo: Callable[..., Ran]) -> dict[str, str]:
    """Engine and state by name, of those that have one."""
    done = engo("workers", "--json")
    assert (done.code, done.stderr) == (0, "")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    return {
        name: f"{record['engine']} {record['state']}"
        for record in records
        for name in record["names"]
    }


def test_a_session_of_rests(engo: Callable[..., Ran], folder: Path) -> None:
    done = Ran(0, "", "")
    assert engo("spawn", "n") == done
    assert engo("mkdir", "d") == done
    assert engo("spawn", "w", "d.w", "-e", "wasm") == done
    assert engo("spawn", "w", "-e", "wasm") == done  # it is there already
    assert engo("spawn", "w") == done
    assert engo("spawn", "--engine", "wasm-child", "c") == done
    for worker in ("n", "w", "c"):
        name = f"counter-{worker}"
        assert engo("eval", COUNTER, "-w", worker, "-n", name).code == 0
        assert engo("eval", "E(c).up()", f"c:{name}").stdout == "1\n"
    assert engo("suspend", "w", "d.w", "c") == done
    assert states(engo) == {
        "MAIN": "native idle",
        "n": "native idle",
        "w": "wasm suspended",
        "d.w": "wasm suspended",
        "c": "wasm-child suspended",
    }
    kept = folder / "state" / "engo" / "suspended"
    assert len(os.listdir(kept)) == 3
    assert engo("suspend", "w") == done
    assert engo("eval", "E(c).up()", "c:counter-w").stdout == "2\n"
    assert engo("resume", "c", "w") == done
    assert states(engo)["c"] == "wasm-child idle"
    assert engo("eval", "E(c).up()", "c:counter-c").stdout == "2\n"
    assert engo("remove", "d.w") == done
    assert engo("cancel", "w") == done
    for _ in range(100):  # they are removed by and by
        if not os.listdir(kept):
            break
        assert engo("ping").code == 0
    assert os.listdir(kept) == []
    assert engo("eval", "E(c).up()", "c:counter-w").stdout == "1\n"  # made again
    assert states(engo)["w"] == "wasm idle"


def test_the_table(engo: Callable[..., Ran]) -> None:
    engo("spawn", "w", "-e", "wasm")
    engo("eval", "1", "-w", "w")
    head, *rows = engo("workers").stdout.splitlines()
    assert head.split() == ["NAME", "ENGINE", "STATE", "PROCESS", *HEADS]
    (row,) = [row for row in rows if row.startswith("w ")]
    assert re.fullmatch(r"w +wasm +idle +daemon +[\d.]+ MiB +\d{4,} +[\d.]+ s", row), (
        row
    )
    assert any(re.fullmatch(r"MAIN +native +absent( +-){4}", row) for row in rows)


def test_what_cannot_be_done(engo: Callable[..., Ran]) -> None:
    engo("spawn", "n")
    engo("store", "--text", "x", "-n", "text")
    native = (
        "Error: a worker of engine native cannot be suspended; make one with "
        "--engine wasm or wasm-child\n"
    )
    for verb in ("suspend", "resume"):
        assert engo(verb, "n") == Ran(1, "", native)
        nobody = 'TypeError: Unknown pet name: "nobody"\n'
        assert engo(verb, "nobody") == Ran(1, "", nobody)
        text = 'Error: expected "text" to be a worker, found a marshal\n'
        assert engo(verb, "text") == Ran(1, "", text)
        path = 'Error: Pet name path "a..b" contains an empty segment.\n'
        assert engo(verb, "a..b") == Ran(2, "", path)
        both = f"n: {native}nobody: {nobody}"
        assert engo(verb, "n", "nobody") == Ran(1, "", both)
    taken = (
        'Error: "n" is a worker of engine native already, not wasm; remove it, or '
        "choose another name\n"
    )
    assert engo("spawn", "n", "-e", "wasm") == Ran(1, "", taken)
    text = 'Error: expected "text" to be a worker, found a marshal\n'
    assert engo("spawn", "text", "-e", "wasm") == Ran(1, "", text)


def test_the_default_is_a_setting(engo: Callable[..., Ran]) -> None:
    wrong = engo("start", ENGO_ENGINE="v8")
    assert wrong == Ran(
        1, "", "expected ENGO_ENGINE to be native, wasm, wasm-child; got 'v8'\n"
    )
    assert engo("start", ENGO_ENGINE="wasm").code == 0
    assert engo("eval", "1 + 1").stdout == "2\n"
    assert engo("spawn", "w", "x", "-e", "native").code == 0
    assert engo("eval", "2 + 2", "-w", "y").stdout == "4\n"
    assert engo("suspend", "MAIN") == Ran(0, "", "")
    found = states(engo)
    assert found["MAIN"] == "wasm suspended"
    assert found["w"] == "native idle"
    assert found["y"] == "wasm idle"
