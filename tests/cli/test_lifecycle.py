"""The real daemon from the command line: start, stop, restart, and what goes wrong."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

import engo

from .peer import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[..., "Ran"]

SECONDS = 30
ENDED = "the worker has ended: interrupted; its next use starts a new one"


class Ran(NamedTuple):
    code: int
    stdout: str
    stderr: str


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "engo", *words]


@pytest.fixture
def run(folder: Path) -> Iterator[Run]:
    """Runs `engo` as a process of its own; ends the daemon when the test is over."""
    env = environment(folder)

    def run(*words: str, stdin: str = "", **more: str) -> Ran:
        done = subprocess.run(
            command(*words),
            env=env | more,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    yield run
    run("stop")


def test_a_day_in_the_life(run: Run, folder: Path) -> None:
    assert run("ping").code == 1
    assert run("start") == (0, "", "")
    assert run("ping") == (0, "ok\n", "")
    assert run("store", "--text", "kept", "-n", "v") == (0, "", "")
    assert run("restart") == (0, "", "")
    assert run("show", "v") == (0, "kept\n", "")
    assert run("stop") == (0, "", "")
    assert not (folder / "captp0.sock").exists()
    assert run("stop") == (0, "", "")
    assert run("show", "v") == (0, "kept\n", "Starting Engo daemon...\n")


def test_a_second_daemon_is_refused(run: Run) -> None:
    assert run("start").code == 0
    code, stdout, stderr = run("start")
    assert (code, stdout) == (1, "")
    assert len(stderr.splitlines()) == 1
    assert run("ping").code == 0


def test_a_second_daemon_on_another_socket_is_refused(run: Run, folder: Path) -> None:
    """It is the state that must have one daemon, not the socket."""
    assert run("start").code == 0
    code, _, stderr = run("start", ENGO_SOCK=str(folder / "other.sock"))
    assert code == 1
    assert len(stderr.splitlines()) == 1
    assert run("ping").code == 0


def test_a_stale_socket_is_replaced(run: Run, folder: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(folder / "captp0.sock"))
    left.close()
    assert run("ping").stderr.endswith("'engo start' starts it\n")
    assert run("start") == (0, "", "")
    assert run("ping").code == 0


def test_a_file_in_the_place_of_the_socket_is_kept(run: Run, folder: Path) -> None:
    (folder / "captp0.sock").write_text("mine")
    code, _, stderr = run("start")
    assert code == 1
    assert len(stderr.splitlines()) == 1
    assert (folder / "captp0.sock").read_text() == "mine"


def test_a_socket_folder_that_cannot_be(run: Run, folder: Path) -> None:
    (folder / "file").write_text("")
    code, _, stderr = run("start", ENGO_SOCK=str(folder / "file" / "sock"))
    assert code == 1
    assert len(stderr.splitlines()) == 1


def test_commands_that_start_it_together(run: Run, folder: Path) -> None:
    """All of them are answered by the one daemon that comes up."""
    env = environment(folder)
    together = [
        subprocess.Popen(
            command("list"), env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]
    outcomes = [process.communicate(timeout=SECONDS) for process in together]
    codes = [process.returncode for process in together]
    assert codes == [0] * 4, outcomes
    assert len({stdout for stdout, _ in outcomes}) == 1


def test_the_daemon_keeps_nothing_of_its_starter(run: Run, folder: Path) -> None:
    """A pipe that the starter's parent holds ends when the parent closes it."""
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    subprocess.run(
        command("start"),
        env=environment(folder),
        pass_fds=[writing],
        check=True,
        timeout=SECONDS,
    )
    os.close(writing)
    assert os.read(reading, 1) == b""
    os.close(reading)


def test_logs(run: Run) -> None:
    assert run("eval", "console.log('hello log'), 1") == (
        0,
        "1\n",
        "Starting Engo daemon...\nhello log\n",
    )
    assert "hello log" in run("log", "MAIN", "-l", "all").stdout
    assert run("log").code == 0
    code, _, stderr = run("log", "nosuch")
    assert (code, len(stderr.splitlines())) == (1, 1)


def test_the_place_of_an_error(run: Run) -> None:
    source = "const f = () => {\n  throw TypeError('boom');\n};\nf();\n"
    assert run("eval", "-", stdin=source).stderr.splitlines()[-1] == (
        "TypeError: boom (eval:2)"
    )


def test_the_place_of_an_error_of_another_worker(run: Run) -> None:
    source = "Far('F', {\n  fail() { throw TypeError('inside'); }\n})"
    assert run("eval", source, "-n", "f", "-w", "w1").code == 0
    outcome = run("eval", "E(f).fail()", "f", "-w", "w2")
    assert outcome == (1, "", "TypeError: inside (eval:2)\n")


def test_a_program(run: Run, folder: Path) -> None:
    file = folder / "p.js"
    file.write_text(
        "export const main = async (powers, ...args) => {\n"
        "  console.log('args', args.length);\n"
        "  if (args[0] === 'fail') throw RangeError('failed');\n"
        "  return args.join('+');\n"
        "};\n"
    )
    assert run("start").code == 0
    assert run("run", str(file), "a", "b") == (0, "a+b\n", "args 2\n")
    assert run("run", str(file), "fail") == (
        1,
        "",
        f"args 1\nRangeError: failed ({file}:3)\n",
    )
    file.write_text("export const main = 1 +;\n")
    code, stdout, stderr = run("run", str(file))
    assert (code, stdout) == (1, "")
    assert stderr.startswith("SyntaxError: ")
    assert f"{file}:1" in stderr


def test_an_interrupted_evaluation_is_cancelled(run: Run, folder: Path) -> None:
    """The worker is free again; who comes before it is ended hears so."""
    assert run("start").code == 0
    running = subprocess.Popen(
        command("eval", "console.log('in it'); for (;;) {}", "-w", "w1"),
        env=environment(folder),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with pytest.raises(subprocess.TimeoutExpired):
        running.communicate(timeout=1)
    running.send_signal(2)
    running.communicate(timeout=SECONDS)
    assert running.returncode == 130
    answers = (run("eval", "1", "-w", "w1") for _ in range(20))
    refused = []
    for answer in answers:
        if answer.code == 0:
            break
        refused.append(answer.stderr)
    assert answer == (0, "1\n", "")
    assert set(refused) <= {f"Error: {ENDED}\n"}


def test_the_script_is_the_command(run: Run, folder: Path) -> None:
    """What pip installs: bin/engo, with the interpreter's path in its first line."""
    script = Path(__file__).parents[2] / "bin" / "engo"
    assert script.read_text().startswith("#!python\n")
    done = subprocess.run(
        [sys.executable, script, "--version"],
        env=environment(folder),
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    assert done.stdout == run("--version").stdout == f"{engo.__version__}\n"


def test_a_relative_socket_path(run: Run, folder: Path) -> None:
    """It is taken word for word, so it is where the command runs."""
    env = environment(folder) | {"ENGO_SOCK": "here"}
    for words in (["start"], ["ping"], ["stop"]):
        subprocess.run(
            command(*words), env=env, cwd=folder, check=True, timeout=SECONDS
        )
    assert not (folder / "here").exists()


def test_a_flood_of_lines_arrives_whole(run: Run) -> None:
    """Both ends once waited for the other to read, from some 9,000 lines on."""
    line = "`line ${i} ${'-'.repeat(90)}`"
    flood = run("eval", f"for (let i = 0; i < 30000; i++) console.log({line})")
    assert (flood.code, flood.stdout) == (0, "undefined\n")
    lines = [line for line in flood.stderr.splitlines() if line.startswith("line ")]
    assert [int(line.split()[1]) for line in lines] == list(range(30_000))


INTERRUPTED = """
import runpy, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "engo.cli":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Finder())
runpy.run_module("engo", run_name="__main__")
"""


def test_ctrl_c_while_the_command_is_loaded() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(engo.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        env=environment,
        capture_output=True,
        timeout=SECONDS,
    )
    assert (done.returncode, done.stderr) == (130, b"")
