"""Real worker processes: nothing leaks, and death at any message is told."""

import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import engo
from engo.powers.clock import SystemClock
from engo.powers.spawn import Child


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def children() -> set[str]:
    own = f"/proc/self/task/{threading.get_native_id()}/children"
    return set(Path(own).read_text().split())


@pytest.mark.parametrize("ending", ["close", "kill", "abort", "killed"])
def test_fifty_cycles_leak_nothing(ending: str) -> None:
    def cycle() -> None:
        with engo.Worker(launcher=launcher, limits=limits) as worker:
            worker.evaluate("1")
            if ending == "kill":
                worker.kill()
            elif ending == "abort":
                with pytest.raises(engo.LimitExceeded):
                    worker.evaluate("for (;;);")
            elif ending == "killed":
                assert worker.pid is not None
                os.kill(worker.pid, signal.SIGKILL)
                with pytest.raises(engo.WorkerDied, match="SIGKILL"):
                    worker.evaluate("1")

    limits = engo.Limits(meter=100_000)
    with engo.Launcher() as launcher:
        cycle()
        before = descriptors(), children(), threading.active_count()
        for _ in range(50):
            cycle()
        assert (descriptors(), children(), threading.active_count()) == before


class Dying:
    """A launcher whose child is killed after so many writes."""

    def __init__(self, launcher: engo.Launcher, after: int) -> None:
        self._launcher = launcher
        self.after = after

    def image(self, name: str) -> Any:
        return self._launcher.image(name)

    def start(self, origin: Any, limits: engo.Limits) -> Child:
        child = self._launcher.start(origin, limits)
        write = child.write

        def dying(data: bytes | memoryview) -> int:
            self.after -= 1
            if self.after < 0:
                child.kill()
                child.reap(10.0)
            return write(data)

        child.write = dying  # type: ignore[method-assign]
        return child


def session(launcher: Any) -> list[Any]:
    """One of everything; the number of writes is the number of messages."""
    with engo.Worker(launcher=launcher, on_call=bytes, key=bytes(32)) as worker:
        worker.evaluate("globalThis.handleCommand = data => issueCommand(data)")
        worker.deliver(b"1")
        worker.deliver(bytes(100_000))
        worker.evaluate("postCommand(new ArrayBuffer(1)).then(() => 1)")
        return [worker.status(), worker.evaluate("1")]


def death_of(launcher: Any) -> engo.WorkerDied | None:
    try:
        session(launcher)
    except engo.WorkerDied as death:
        return death
    return None


def test_killed_at_every_message() -> None:
    before = descriptors(), children()
    deaths = []
    with engo.Launcher() as launcher:
        for after in range(1000):
            death = death_of(Dying(launcher, after))
            if death is None:  # only the goodbye was left
                break
            deaths.append(death)
    assert len(deaths) >= 9
    assert all("SIGKILL" in death.reason for death in deaths)
    assert (descriptors(), children()) == before


def test_low_descriptors_are_moved_out_of_the_way() -> None:
    """With 3 to 7 free in the parent, its pipes get the numbers the child needs."""
    script = (
        "import os; os.closerange(3, 64)\n"
        "import engo\n"
        "with engo.Worker() as worker: assert worker.evaluate('1 + 1') == 2\n"
    )
    run_python(script)


def test_closed_standard_descriptors() -> None:
    script = (
        "import os, engo\n"
        "os.close(0), os.close(1)\n"
        "with engo.Worker() as worker: assert worker.evaluate('1 + 1') == 2\n"
    )
    run_python(script)


def test_the_worker_ends_with_its_supervisor() -> None:
    """Even when the guest never looks up and the supervisor is killed."""
    script = (
        "import engo, os, sys\n"
        "worker = engo.Worker()\n"
        "handle = worker.submit_evaluate('for (;;);')\n"
        "worker._core.flush()\n"
        "while worker._core.child.page.state != 2: pass\n"
        "print(worker.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    pid = int(run_python(script, status=-9))
    ended = select.poll()
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended.register(descriptor, select.POLLIN)
    assert ended.poll(5_000)
    os.close(descriptor)


def test_a_worker_outlives_the_thread_that_opened_it() -> None:
    opened: list[engo.Worker] = []
    thread = threading.Thread(target=lambda: opened.append(engo.Worker()))
    thread.start()
    thread.join()
    with opened[0] as worker:
        assert worker.evaluate("1 + 1") == 2


def run_python(script: str, status: int = 0) -> str:
    folder = str(Path(engo.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": folder}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done.stdout


def test_ctrl_c_while_waiting_leaves_the_worker() -> None:
    limits = engo.Limits(cpu=5)
    with engo.Worker(limits=limits) as worker:
        timer = threading.Timer(
            0.2, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT)
        )
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            worker.evaluate("for (let i = 0; i < 3e7; i++);")
        timer.join()
        assert worker.evaluate("1 + 1") == 2


def test_importing_engo_costs_nothing() -> None:
    script = (
        "import sys; before = set(sys.modules); import engo, engo.native\n"
        "print(sorted(set(sys.modules) - before))"
    )
    assert run_python(script).strip() == "['engo', 'engo.native']"


def test_blocking_worker_imports_no_event_loop() -> None:
    script = "import sys, engo; engo.Worker; print('asyncio' in sys.modules)"
    assert run_python(script).strip() == "False"


def test_cpu_clock_of_a_child() -> None:
    with engo.Worker() as worker:
        clock, pid = SystemClock(), worker.pid
        assert pid is not None
        first = clock.cpu_seconds(pid)
        worker.evaluate("for (let i = 0; i < 1e6; i++);")
        second = clock.cpu_seconds(pid)
        assert first is not None
        assert second is not None
        assert 0 < second - first < 5
    assert clock.cpu_seconds(pid) is None
