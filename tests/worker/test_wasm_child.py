"""Machines of a host process: its confinement, its death, its limits, its lies.

What a worker of it does is in test_conformance.py; the socket in frames/test_hosting.
"""

import array
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import engo
from engo.frames.hosting import (
    BARE,
    HOST_VERSION,
    Ended,
    Open,
    Ready,
    Suspended,
    encode_order,
    encode_report,
)
from engo.powers.hosting import HostedLine
from engo.worker import wasm_host
from engo.worker.errors import LaunchError, SnapshotWrongKey
from engo.worker.wasm_child import HostedChild, WasmChildLauncher
from engo.worker.wasm_host import WasmHost
from engo.worker.wasm_inprocess import WasmLauncher

KEY = bytes(32)


@pytest.fixture
def launcher(wasm_cache: str) -> Iterator[WasmChildLauncher]:
    """A host of one's own, which may be killed."""
    with WasmChildLauncher(folder=wasm_cache) as made:
        yield made


def status_lines(pid: int) -> dict[str, str]:
    text = Path(f"/proc/{pid}/status").read_text()
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def fd_flags(pid: int, descriptor: str) -> int:
    text = Path(f"/proc/{pid}/fdinfo/{descriptor}").read_text()
    return int(text.split("flags:\t")[1].split("\n")[0], 8)


def test_the_host_is_confined_in_every_thread(launcher: WasmChildLauncher) -> None:
    with engo.Worker(launcher=launcher) as worker:
        worker.evaluate("1")
        [pid] = launcher.pids
        for thread in Path(f"/proc/{pid}/task").iterdir():
            lines = status_lines(int(thread.name))
            assert (lines["Seccomp"].strip(), lines["NoNewPrivs"].strip()) == ("2", "1")
        for path in Path(f"/proc/{pid}/fd").iterdir():
            target, flags = os.readlink(path), fd_flags(pid, path.name)
            if target.startswith("/") and path.name not in "012":
                assert flags & os.O_ACCMODE == os.O_RDONLY or "memfd:" in target, target


def test_workers_share_the_process_and_the_next_one_takes_what_is_too_many(
    wasm_cache: str,
) -> None:
    with WasmChildLauncher(folder=wasm_cache, machines=2) as launcher:
        workers = [engo.Worker(launcher=launcher) for _ in range(3)]
        assert len(launcher.pids) == 2
        assert [worker.evaluate("1 + 1") for worker in workers] == [2, 2, 2]
        for worker in workers:
            worker.close()


def test_killing_the_process_ends_its_workers_with_a_reason(
    launcher: WasmChildLauncher,
) -> None:
    workers = [engo.Worker(launcher=launcher) for _ in range(3)]
    [pid] = launcher.pids
    handle = workers[0].submit_evaluate("for (;;);")
    os.kill(pid, signal.SIGKILL)
    for worker in workers:
        with pytest.raises(
            engo.WorkerDied, match=r"hosted it ended: killed by SIGKILL"
        ):
            worker.evaluate("1")
    with pytest.raises(engo.WorkerDied, match="SIGKILL"):
        handle.result()
    for worker in workers:
        worker.close()
    with engo.Worker(launcher=launcher) as worker:
        assert worker.evaluate("1 + 1") == 2
        assert launcher.pids != [pid]


def test_what_a_killed_machine_shared_goes_on(launcher: WasmChildLauncher) -> None:
    with engo.Worker(launcher=launcher) as other:
        for source in ("for (;;);", "Array(2**32-1).indexOf(1)"):
            worker = engo.Worker(launcher=launcher)
            timer = threading.Timer(0.2, worker.kill)
            timer.start()
            with pytest.raises(engo.WorkerDied, match="killed by its owner"):
                worker.evaluate(source)
            timer.join()
            worker.close()
            assert other.evaluate("1 + 1") == 2
        assert len(launcher.pids) == 1


def test_a_machine_that_is_never_read_can_be_killed(
    launcher: WasmChildLauncher,
) -> None:
    """It waits for room in its pipe; others do not notice."""
    with engo.Worker(launcher=launcher) as other:
        worker = engo.Worker(launcher=launcher)
        worker.submit_evaluate("for (;;) console.log('x'.repeat(60000))")
        worker._core.flush()
        while worker._core.child.page.crank_meter == 0:
            assert other.evaluate("1") == 1
        worker.close()
        assert other.evaluate("1") == 1
        assert len(launcher.pids) == 1


def test_cpu_limit_counts_a_machines_own_time(launcher: WasmChildLauncher) -> None:
    """Two spin, only the one with the limit ends, and after its own half second."""
    limits = engo.Limits(cpu=0.5)
    with (
        engo.Worker(launcher=launcher) as spinning,
        engo.Worker(launcher=launcher, limits=limits) as limited,
    ):
        spinning.submit_evaluate("for (;;);")
        spinning._core.flush()
        with pytest.raises(engo.CrankTimeout, match=r"0\.5 seconds of CPU"):
            limited.evaluate("for (;;);")
        assert limited._core.child.page is not None


def test_the_host_has_no_memory_left(wasm_cache: str) -> None:
    """A process with a cap: machines end or are not made, in words."""
    room = 300 << 20
    with WasmChildLauncher(folder=wasm_cache, memory=room) as launcher:
        hungry = "let a = []; for (;;) a.push(new Uint8Array(1e6));"
        limits = engo.Limits(heap=2_000 << 20)
        ends = []
        for _ in range(3):
            with (
                pytest.raises((engo.WorkerDied, LaunchError)) as caught,
                engo.Worker(launcher=launcher, limits=limits) as worker,
            ):
                worker.evaluate(hungry)
            ends.append(str(caught.value))
        assert all(ends), ends
        with engo.Worker(launcher=launcher) as worker:
            assert worker.evaluate("1 + 1") == 2


def test_two_hundred_machines_in_one_process(launcher: WasmChildLauncher) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard >= 2_000, "this test needs descriptors"
    workers = [engo.Worker(launcher=launcher) for _ in range(200)]
    assert len(launcher.pids) == 1
    for number, worker in enumerate(workers):
        worker.submit_evaluate(f"globalThis.n = {number}; n + 1")
    for number, worker in enumerate(workers):
        assert worker.collect() == [number + 1]
    for worker in workers:
        worker.close()
    [pid] = launcher.pids
    # The last closes are on their way; the next machine is made after them.
    with engo.Worker(launcher=launcher) as worker:
        assert worker.evaluate("1") == 1
        assert len(os.listdir(f"/proc/{pid}/fd")) < 40


def test_nothing_leaks_here(launcher: WasmChildLauncher) -> None:
    def cycle() -> None:
        with engo.Worker(launcher=launcher) as worker:
            worker.evaluate("1")

    cycle()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(30):
        cycle()
    assert len(os.listdir("/proc/self/fd")) == before


def test_suspend_and_resume_in_another_process(
    launcher: WasmChildLauncher, wasm_cache: str
) -> None:
    with engo.Worker(launcher=launcher, key=KEY) as worker:
        worker.evaluate("globalThis.map = new Map([[Array, 7]]); let n = 1")
        worker.evaluate("globalThis.gen = (function* () { yield 1; yield 2 })()")
        worker.evaluate("gen.next().value")
        state = worker.suspend()
    with WasmChildLauncher(folder=wasm_cache) as other:
        assert other.pids != launcher.pids
        with engo.Worker(launcher=other, key=KEY, resume=state) as worker:
            assert worker.evaluate("[map.get(Array), gen.next().value]") == [7, 2]
            again = worker.suspend()
        with engo.Worker(launcher=other, key=KEY, resume=again) as worker:
            assert worker.evaluate("map.get(Array)") == 7
        with pytest.raises(SnapshotWrongKey):
            engo.Worker(launcher=other, key=bytes(31) + b"\1", resume=again)


def test_a_machine_in_process_goes_on_in_a_host(
    launcher: WasmChildLauncher, wasm_launcher: WasmLauncher
) -> None:
    with engo.Worker(launcher=wasm_launcher, key=KEY) as worker:
        worker.evaluate("globalThis.n = 41")
        state = worker.suspend()
    with engo.Worker(launcher=launcher, key=KEY, resume=state) as worker:
        assert worker.evaluate("n + 1") == 42


def test_a_stack_of_ones_own(launcher: WasmChildLauncher) -> None:
    limits = engo.Limits(stack=8_192)
    with engo.Worker(launcher=launcher, limits=limits) as worker:
        assert worker.evaluate("1 + 1") == 2
        with pytest.raises(engo.UsageError, match="a machine at rest"):
            worker.suspend()


def test_closing_the_launcher_ends_the_workers(wasm_cache: str) -> None:
    launcher = WasmChildLauncher(folder=wasm_cache)
    worker = engo.Worker(launcher=launcher)
    [pid] = launcher.pids
    launcher.close()
    launcher.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(engo.WorkerDied, match="its owner closed it"):
        worker.evaluate("1")
    worker.close()


def test_the_process_ends_with_its_supervisor(wasm_cache: str) -> None:
    program = (
        "import sys, os, engo\n"
        "from engo.worker.wasm_child import WasmChildLauncher\n"
        "launcher = WasmChildLauncher(folder=sys.argv[1])\n"
        "worker = engo.Worker(launcher=launcher)\n"
        "worker.submit_evaluate('for (;;);'); worker._core.flush()\n"
        "print(*launcher.pids, flush=True)\n"
        "os._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, wasm_cache],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    until = time.monotonic() + 10
    while Path(f"/proc/{done.stdout.strip()}").exists():
        assert time.monotonic() < until, "the host outlives its supervisor"


# A host that is none: a script on the other end of the control socket


LIAR = """
import socket, array, sys
control = socket.socket(fileno=3)
def take():
    data, rights, _, _ = control.recvmsg(513, 64)
    files = array.array("i")
    for _, _, part in rights:
        files.frombytes(part)
    return data, list(files)
"""


def liar(script: str) -> WasmHost:
    """A host whose process runs a script."""
    return WasmHost([sys.executable, "-I", "-S", "-c", LIAR + script], {})


def open_on(host: WasmHost) -> HostedChild:
    line = HostedLine()
    try:
        number = host.open(Open(0, BARE, 1 << 20, 0, 0, ""), line, None)
    finally:
        line.given()
    return HostedChild(host, number, line, "bare")


READY = encode_report(Ready(HOST_VERSION, "build"))


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"nonsense",
        b"x" * 513,
        READY * 2,
        encode_report(Ended(1, 0, "before ready")),
        READY + b"|" + encode_report(Ended(7, 0, "of nobody")),
        READY + b"|" + READY,
        READY + b"|" + encode_report(Suspended(1, 10)),
        READY + b"|" + encode_report(Ended(1, 0, ""))[:-2],
    ],
)
def test_a_host_that_lies_is_killed(said: bytes) -> None:
    script = f"take()\nfor part in {said!r}.split(b'|'): control.send(part)\ntake()\n"
    if not said:
        script = "take(); control.send(b''); take()"
    host = liar(script)
    child = open_on(host)
    assert child.reap(10) is not None
    assert child.ending.startswith("the process that hosted it ended: ")
    with pytest.raises(LaunchError):
        open_on(host)
    child.close()
    host.close()


def test_a_host_that_sends_descriptors_is_killed() -> None:
    script = (
        "rights = [(1, 1, array.array('i', [0, 1]))]\n"
        f"take(); control.sendmsg([{READY!r}], rights); take()"
    )
    host = liar(script)
    child = open_on(host)
    before = len(os.listdir("/proc/self/fd"))
    assert child.reap(10) == -signal.SIGKILL
    assert "expected no descriptors" in child.ending
    assert len(os.listdir("/proc/self/fd")) <= before
    child.close()
    host.close()


def test_a_host_that_does_not_kill_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wasm_host, "CONFIRM", 0.1)
    host = liar(f"control.send({READY!r})\nwhile take()[0]: pass\n")
    child, other = open_on(host), open_on(host)
    child.kill()
    child.kill()
    assert child.reap(10) == -signal.SIGKILL
    assert "did not end within 0.1 s" in child.ending
    assert other.reap(10) == -signal.SIGKILL
    child.close()
    other.close()
    host.close()


def test_a_host_that_is_never_ready_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wasm_host, "START", 0.2)
    host = liar("take()\nwhile take()[0]: pass\n")
    child = open_on(host)
    assert child.reap(10) == -signal.SIGKILL
    assert "was not ready within 0.2 s" in child.ending
    child.close()
    host.close()


def test_a_kill_waits_for_a_host_that_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """But one that nobody else waits for is not waited for."""
    monkeypatch.setattr(wasm_host, "CONFIRM", 0.05)
    script = (
        "take(), take()\n"
        "kill = take()[0]\n"
        "import time; time.sleep(0.3)\n"
        f"control.send({READY!r})\n"
        "control.send(b'\\x82' + kill[1:5] + bytes(4))\n"
        "take()\n"
    )
    host = liar(script)
    child, other = open_on(host), open_on(host)
    child.kill()
    assert child.reap(10) == 0
    assert host.alive
    child.close()
    other.close()
    host.close()
    host = liar("while take()[0]: pass\n")
    alone = open_on(host)
    alone.close()
    assert alone.reap(0) is None or not host.alive
    host.close()


def test_orders_wait_for_a_host_that_is_slow() -> None:
    """More than the socket holds; none is lost, no descriptor stays here."""
    script = (
        "import os\n"
        f"control.send({READY!r})\n"
        "os.read(control.fileno(), 0)\n"
        "files = []\n"
        "sys.stdin.read()\n"
        "for _ in range(600):\n"
        "    data, got = take()\n"
        "    [os.close(each) for each in got]\n"
        "    control.send(b'\\x82' + data[1:5] + bytes(4))\n"
        "take()\n"
    )
    host = liar(script)
    children = [open_on(host) for _ in range(600)]
    assert [child.reap(30) for child in children] == [0] * 600
    for child in children:
        child.close()
    assert host.machines == 0
    host.close()


def test_a_host_refuses_what_breaks_the_page(launcher: WasmChildLauncher) -> None:
    engo.Worker(launcher=launcher).close()
    [host] = launcher._hosts
    one, other = socket.socketpair()
    order = encode_order(Open(77, BARE, 1 << 20, 0, 0, ""))
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [one.fileno()]))]
    sender = socket.socket(fileno=os.dup(host._process.control.fileno()))
    with one, other, sender:
        sender.sendmsg([order], rights)
        assert host.end_of(1, 10) is not None
    assert not host.alive


def test_an_engine_of_ones_own(
    wasm_cache: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each worker without a launcher has a process, which ends with it."""
    monkeypatch.setenv("XDG_CACHE_HOME", wasm_cache)
    before = threading.active_count()
    with engo.Worker(engine="wasm-child") as worker:
        assert worker.evaluate("1 + 1") == 2
        assert worker.pid is None
    assert threading.active_count() == before


def test_a_forked_process_only_closes(launcher: WasmChildLauncher) -> None:
    with engo.Worker(launcher=launcher) as worker:
        pid = os.fork()
        if pid == 0:
            worker.close()
            launcher.close()
            os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
        assert worker.evaluate("1 + 1") == 2


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
class TestAsync:
    async def test_suspend_resume_and_the_end_of_the_process(
        self, launcher: WasmChildLauncher
    ) -> None:
        async with engo.open_worker(launcher=launcher, key=KEY) as worker:
            await worker.evaluate("globalThis.n = 41")
            state = await worker.suspend()
        deaths: list[engo.WorkerDied] = []
        async with engo.open_worker(
            launcher=launcher, key=KEY, resume=state, on_death=deaths.append
        ) as worker:
            assert await worker.evaluate("n + 1") == 42
            os.kill(launcher.pids[0], signal.SIGKILL)
            with pytest.raises(engo.WorkerDied, match="hosted it ended"):
                await worker.evaluate("for (;;);")
        assert len(deaths) == 1

    async def test_a_machine_at_work_is_not_suspended(
        self, launcher: WasmChildLauncher
    ) -> None:
        async with engo.open_worker(launcher=launcher, key=KEY) as worker:
            await worker.evaluate("globalThis.n = 1")
            child = worker._core.child
            assert isinstance(child, HostedChild)
            worker.kill()
            await worker.wait_ended()
            with pytest.raises(engo.UsageError):
                child.suspend(KEY, launcher.build())
