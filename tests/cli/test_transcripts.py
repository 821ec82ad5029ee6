"""Endo's recorded sessions, replayed with `engo` in the place of `endo`.

Every step runs through the real command line against a real daemon. stdout must be
the recorded one; where the recording shows an error, the command must fail and say
the same name and message. What may differ is listed below, step by step, with why.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .peer import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

VECTORS = Path(__file__).parents[1] / "vectors" / "endo-cli"
STEP_SECONDS = 30.0
INTERRUPT_AFTER = 1.0  # seconds; recorded commands that never end are stopped

DEFECT = "a defect of the recording"
ENGINE = "the JavaScript engine's own text"
OURS = "the command line's own text"
NAMED = "a name is bound once there is a value, not when the evaluation begins"
# step -> why neither stdout nor stderr is compared
EXCUSED: dict[str, dict[int, str]] = {
    "02-eval": {
        1: f"{DEFECT}: ping prints ok on stderr",
        36: "URL is not there yet: it comes with the shims of modern JavaScript",
        37: "the globals of another engine",
        49: "a free name that is not defined is a ReferenceError, the better answer",
        51: "direct eval needs no rejection in a native compartment",
        55: f"{ENGINE}: an error as the value, with its stack",
        82: "a free name that is not defined is a ReferenceError, the better answer",
        105: "reads the log by its place in Endo's state",
    },
    "03-store": {
        50: f"{DEFECT}: only the first name of a path is looked up",
        51: f"{DEFECT}: only the first name of a path is looked up",
        52: f"{DEFECT}: only the first name of a path is looked up",
        83: f"{DEFECT}: only the first name of a path is looked up",
        85: f"{DEFECT}: only the first name of a path is looked up",
        88: f"{DEFECT}: only the first name of a path is looked up",
    },
    "04-workers": {
        14: "counts processes of Node",
        28: f"{DEFECT}: the main worker cannot be cancelled",
        33: NAMED,
        34: NAMED,
        35: NAMED,
        36: NAMED,
        38: "Ctrl-C in the step before has freed the worker",
        42: "kills a worker by its place in Endo's run folder",
        43: f"{DEFECT}: a dead worker is not noticed",
    },
}
# step -> why the text of the error is not compared
OTHER_WORDS: dict[str, dict[int, str]] = {
    "02-eval": {
        7: OURS,
        10: OURS,
        12: OURS,
        35: f"{ENGINE}: the first of its globals",
        47: ENGINE,
        50: ENGINE,
        59: ENGINE,
        60: ENGINE,
        61: ENGINE,
        78: OURS,
        81: OURS,
        84: OURS,
    },
    "03-store": {
        3: f"{DEFECT}: a blank after the method's name",
        6: f"{ENGINE}: JSON",
        12: OURS,
        19: f"{ENGINE}: JSON",
        30: f"{ENGINE}: JSON",
        35: OURS,
        36: OURS,
        37: OURS,
        38: f"{DEFECT}: Check failed",
        41: OURS,
        43: f"{DEFECT}: Check failed",
        111: f"{DEFECT}: an unhandled rejection",
    },
    "04-workers": {
        4: f"{DEFECT}: an unhandled rejection",
        10: f"{ENGINE}: the first of its globals",
        29: OURS,
    },
}
# What the daemon runs workers on by setting, and the sessions replayed with it.
ENGINES = [
    *(("native", scenario) for scenario in sorted(EXCUSED)),
    ("wasm", "02-eval"),
    ("wasm", "04-workers"),
    ("wasm-child", "04-workers"),
]
NOTICES = ("Starting Engo daemon...",)
LONG_NUMBER = re.compile("[0-9a-f]{128}")


@pytest.fixture
def endo(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a session: `endo` is engo, and all paths are new."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    script = bin_folder / "endo"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m engo "$@"\n')
    script.chmod(0o755)
    env = environment(folder)
    env["PATH"] = f"{bin_folder}:{env['PATH']}"
    yield env
    subprocess.run([script, "stop"], env=env, check=False, timeout=STEP_SECONDS)


class Ran:
    """What a step did."""

    def __init__(self, step: dict[str, Any], env: dict[str, str]) -> None:
        process = subprocess.Popen(
            ["sh", "-c", step["cmd"]],
            cwd=VECTORS,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        limit = INTERRUPT_AFTER if "interrupted" in step else STEP_SECONDS
        try:
            out, err = process.communicate(step.get("stdin", ""), timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=STEP_SECONDS)
        self.code = process.returncode
        self.stdout = out
        self.stderr = [line for line in err.splitlines() if line not in NOTICES]


def differences(step: dict[str, Any], ran: Ran, words: bool) -> list[str]:
    """How a step differs from its recording; `words` compares errors' texts."""
    found = []
    if plain(ran.stdout) != plain(step["stdout"]):
        found.append(f"stdout {ran.stdout!r} instead of {step['stdout']!r}")
    failure = step.get("stderr")
    if "interrupted" in step:
        # The shell or engo itself says 130, whoever is asked.
        if ran.code not in (130, -signal.SIGINT):
            found.append(f"exit code {ran.code} instead of 130")
    elif (failure is None) != (ran.code == 0):
        found.append(f"exit code {ran.code}, stderr {ran.stderr}")
    elif failure is not None and len(ran.stderr) != 1:
        found.append(f"stderr {ran.stderr} instead of one line")
    elif failure is not None and words and not says(ran.stderr[0], failure):
        found.append(f"stderr {ran.stderr[0]!r} instead of {failure!r}")
    return found


def plain(text: str) -> str:
    return LONG_NUMBER.sub("<NUMBER>", text)


def says(line: str, failure: str) -> bool:
    """Whether a line is this failure, with or without a place in the code."""
    return re.fullmatch(re.escape(failure) + r"( \([^()]*:\d+\))?", line) is not None


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize(("engine", "scenario"), ENGINES)
def test_session(engine: str, scenario: str, endo: dict[str, str]) -> None:
    endo["ENGO_ENGINE"] = engine
    steps = json.loads((VECTORS / f"{scenario}.json").read_text())
    wrong: list[str] = []
    for step in steps:
        ran = Ran(step, endo)
        number = step["step"]
        if number in EXCUSED[scenario]:
            continue
        found = differences(step, ran, number not in OTHER_WORDS[scenario])
        wrong += [f"{number} {step['cmd'][:100]}: {text}" for text in found]
    assert not wrong, "\n" + "\n".join(wrong)
