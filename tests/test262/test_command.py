"""The command as a whole: jobs that die or hang, lists, exit statuses."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.test262 import pool
from tests.test262.__main__ import main
from tests.test262.pool import Job, JobError, run_all

if TYPE_CHECKING:
    from tests.test262.report import Verdict

SUITE = Path(__file__).with_name("suite")
# Answers each path, but falls over or hangs where it is told to.
FAKE = """
import os, signal, sys
for line in sys.stdin:
    if "crash" in line:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "hang" in line:
        signal.pause()
    print('{"runs": {"raw": "pass"}, "details": {}}', flush=True)
"""


class HastyJob(Job):
    """A job that does not wait long."""

    def __init__(self, command: list[str], folder: Path) -> None:
        super().__init__(command, folder, 1.0)
        self._patience = 3.0


def folder_of(tmp_path: Path, *names: str) -> Path:
    (tmp_path / "test").mkdir()
    for name in names:
        (tmp_path / "test" / name).write_text("/*---\nflags: [raw]\n---*/\n")
    return tmp_path


def run_fake(folder: Path, names: list[str], jobs: int) -> dict[str, str]:
    came: dict[str, Verdict] = {}
    command = [sys.executable, "-c", FAKE]
    run_all(names, lambda: HastyJob(command, folder), jobs, came.__setitem__)
    return {path: verdict.word for path, verdict in came.items()}


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_job_that_ends_costs_one_test(tmp_path: Path, jobs: int) -> None:
    names = ["a.js", "crash-1.js", "b.js", "hang.js", "crash-2.js", "c.js"]
    came = run_fake(folder_of(tmp_path, *names), names, jobs)
    assert came == {
        **dict.fromkeys(("a.js", "b.js", "c.js"), "pass"),
        **dict.fromkeys(("crash-1.js", "crash-2.js"), "crash"),
        "hang.js": "timeout",
    }


def test_a_job_that_cannot_start_is_an_error_and_no_crash(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit(3)"]
    with pytest.raises(JobError, match="status 3"):
        run_all(["a.js"], lambda: Job(command, tmp_path, 1.0), 2, lambda *_: None)


def call(tmp_path: Path, *more: str) -> int:
    # Not the test that waits for its time to end.
    only = ["ends/f", "ends/i", "flags/", "host/", "negative/", "skipped/"]
    return main(
        [
            *(str(SUITE), "--lists", str(tmp_path), "--mode", "plain"),
            *("--jobs", "2", "--only", *only, *more),
        ]
    )


def test_a_run_is_held_against_its_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plain-native.txt"
    native = ("--engine", "native")
    assert call(tmp_path, *native) == 1  # nothing is known yet
    assert "no list plain-native.txt yet" in capsys.readouterr().out
    assert not path.exists()

    assert call(tmp_path, *native, "--update") == 0
    listed = path.read_text()
    assert "ends/failure.js\tsloppy strict\n" in listed
    assert "flags/unknown.js\traw\n" in listed
    assert "flags/both.js" not in listed
    capsys.readouterr()

    assert call(tmp_path, *native) == 0
    told = capsys.readouterr().out
    assert "all as plain-native.txt says" in told
    assert "skipped:" in told

    # An unexpected pass, an unexpected failure, another way to fail, one that is gone.
    path.write_text(
        listed.replace("ends/failure.js\tsloppy strict\n", "")
        .replace("flags/async-silent.js\tsloppy\n", "")
        .replace("# revision: unknown", "# revision: 0123")
        + "flags/both.js\tstrict\nflags/async-silent.js\tsloppy:timeout\n"
        + "host/no-more.js\traw\n"
    )
    assert call(tmp_path, *native) == 1
    told = capsys.readouterr().out
    for change in (
        "ends/failure.js (sloppy): expected pass, got fail",
        "ends/failure.js (strict): expected pass, got fail",
        "flags/both.js (strict): expected fail, got pass",
        "flags/async-silent.js (sloppy): expected timeout, got fail",
        "host/no-more.js (raw): expected fail, got gone",
        "5 runs came out otherwise",
        "the list is of revision 0123, the checkout is",
    ):
        assert change in told


def test_both_engines_give_the_same_and_results_are_kept(tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    assert call(tmp_path, "--update", "--results", str(results)) == 0
    native, wasm = (
        (tmp_path / f"plain-{engine}.txt").read_text().splitlines()[1:]
        for engine in ("native", "wasm")
    )
    assert native == wasm
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    by_engine = {
        engine: {
            line["path"]: line["runs"] for line in lines if line["engine"] == engine
        }
        for engine in ("native", "wasm")
    }
    assert by_engine["native"] == by_engine["wasm"]
    assert by_engine["wasm"]["host/gc.js"] == {"sloppy": "pass", "strict": "pass"}


def test_scripts_may_run_before_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shim = tmp_path / "shim.js"
    shim.write_text("globalThis.leaked = 1;")
    options = ("--lists", str(tmp_path), "--mode", "plain", "--engine", "native")
    more = ("--only", "ends/isolated-1.js", "--before", str(shim))
    assert main([str(SUITE), *options, *more]) == 1
    assert "expected undefined, got number" in capsys.readouterr().out


def test_what_cannot_be_run_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 2
    assert "expected a checkout of test262" in capsys.readouterr().err
    assert call(tmp_path, "--only", "nowhere/") == 2
    assert "expected a test to run, got none" in capsys.readouterr().err
    (tmp_path / "plain-native.txt").write_text("no list")
    assert call(tmp_path, "--only", "host/gc.js", "--engine", "native") == 2
    assert "line 1" in capsys.readouterr().err


def test_a_jobs_command_names_everything() -> None:
    line = pool.command("plain", "wasm", 2.0, SUITE, ["a.js"])
    assert line[1:] == [
        *("-m", "tests.test262.job", "plain", "wasm", "2.0"),
        *(str(SUITE.resolve()), "a.js"),
    ]
