"""The confinement of the WebAssembly host: what it needs works, and what leads out of
it is refused or kills. The host itself is looked at in tests/worker/test_wasm_child."""

import errno
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
XSNAP = HERE.parents[1] / "native/xsnap"
KILLED = [
    "socket",
    "socket of a thread",
    "earlier thread",
    "connect",
    "descriptors elsewhere",
    "execve",
    "fork",
    "vfork",
    "namespace",
    "unshare",
    "kill",
    "tgkill",
    "ptrace",
    "other memory",
    "memfd",
    "mmap exec",
    "mprotect exec",
    "pkey",
    "setrlimit",
    "sigaction",
    "seccomp",
    "io_uring",
    "unlink",
    "unknown call",
    "x32 call",
]
REFUSED = {
    "open": errno.EACCES,
    "create": errno.EACCES,
    "stat": errno.EACCES,
    "fcntl": errno.EACCES,
    "ioctl": errno.ENOTTY,
    "prctl": errno.EINVAL,
    "data limit": errno.ENOMEM,
}
GOT_AWAY = 3
UNKNOWN = 4
REFUSED_BASE = 6


@pytest.fixture(scope="module")
def escape(tmp_path_factory: pytest.TempPathFactory) -> str:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler to build the attempts with")
    program = tmp_path_factory.mktemp("escape") / "escape-host"
    sources = [
        HERE / "escape_host.c",
        XSNAP / "embed/confine_host.c",
        XSNAP / "confine.c",
        XSNAP / "platform/thread_stack.c",
    ]
    command = [compiler, "-O1", f"-I{XSNAP}", *map(str, sources), "-o", str(program)]
    subprocess.run([*command, "-lpthread"], check=True)
    return str(program)


@pytest.mark.parametrize("work", ["nothing", "work"])
def test_what_the_host_does_is_allowed(escape: str, work: str) -> None:
    """Threads, memory, a page mapped over another, epoll, descriptors sent."""
    assert subprocess.run([escape, work], check=False).returncode == GOT_AWAY


@pytest.mark.parametrize("attempt", KILLED)
def test_a_way_out_kills(escape: str, attempt: str) -> None:
    done = subprocess.run([escape, attempt], check=False)
    if done.returncode == UNKNOWN and attempt == "x32 call":
        pytest.skip("this processor has no such calls")
    assert done.returncode == -signal.SIGSYS


@pytest.mark.parametrize("attempt", sorted(REFUSED))
def test_what_is_tried_for_comfort_fails(escape: str, attempt: str) -> None:
    done = subprocess.run([escape, attempt], check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == REFUSED_BASE + REFUSED[attempt]
