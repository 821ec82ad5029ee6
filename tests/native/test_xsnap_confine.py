"""The confinement is in effect: what the kernel says of a worker, and what happens to
a process under the same confinement that tries to leave it."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.native.link_driver import Driver, executable, sanitized

HERE = Path(__file__).resolve().parent
XSNAP = HERE.parents[1] / "native/xsnap"
ATTEMPTS = [
    "open",
    "socket",
    "execve",
    "fork",
    "kill",
    "ptrace",
    "memfd",
    "mmap exec",
    "mprotect exec",
    "setrlimit",
    "sigaction",
    "unknown call",
]


def status_lines(pid: int) -> dict[str, str]:
    text = Path(f"/proc/{pid}/status").read_text()
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def limits(pid: int) -> dict[str, str]:
    text = Path(f"/proc/{pid}/limits").read_text()
    return {line[:26].strip(): line[26:47].strip() for line in text.splitlines()}


def test_a_worker_is_filtered_before_it_is_ready() -> None:
    if sanitized():
        pytest.skip("a sanitizer's build has no seccomp filter")
    with Driver() as worker:
        status = status_lines(worker.pid)
        assert status["Seccomp"].strip() == "2"
        assert status["NoNewPrivs"].strip() == "1"


def test_a_worker_holds_its_own_descriptors_only() -> None:
    """3 in, 4 out, 5 debug; the page and the snapshot are mapped, then closed."""
    with Driver() as first:
        image = first.snapshot()
    with Driver(image=image) as worker:
        held = {int(name) for name in os.listdir(f"/proc/{worker.pid}/fd")}
    assert held - {0, 1, 2} == {3, 4, 5}


def test_a_worker_has_limits() -> None:
    with Driver(heap=64 << 20) as worker:
        found = limits(worker.pid)
    assert found["Max core file size"] == "0"
    assert found["Max processes"] == "0"
    assert int(found["Max open files"]) <= 8
    if not sanitized():
        assert int(found["Max address space"]) < 2 << 30


def test_the_program_says_what_it_is_for() -> None:
    done = subprocess.run(
        [executable()], capture_output=True, text=True, close_fds=True, check=False
    )
    assert done.returncode == 64
    assert "started by Engo" in done.stderr
    done = subprocess.run(
        [executable(), "--nonsense"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 64
    done = subprocess.run(
        [executable(), "--version"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout[:11]) == (0, "engo-xsnap ")


@pytest.fixture(scope="module")
def escape(tmp_path_factory: pytest.TempPathFactory) -> str:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler to build the attempts with")
    program = tmp_path_factory.mktemp("escape") / "escape"
    files = ("confine.c", "platform/thread_stack.c")
    sources = [HERE / "escape.c", *(XSNAP / name for name in files)]
    command = [compiler, "-O1", f"-I{XSNAP}", *map(str, sources), "-o", str(program)]
    subprocess.run([*command, "-lpthread"], check=True)
    return str(program)


def test_what_is_allowed_is_not_killed(escape: str) -> None:
    assert subprocess.run([escape, "nothing"], check=False).returncode == 3


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_attempt_to_leave_is_killed(escape: str, attempt: str) -> None:
    done = subprocess.run([escape, attempt], check=False)
    assert done.returncode == -signal.SIGSYS
