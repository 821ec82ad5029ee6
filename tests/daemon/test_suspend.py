"""Workers that rest: a real daemon, real machines, and nobody who notices."""

from __future__ import annotations

import json
import os
import signal
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engo.captp import RemoteError, Undefined

from .running import Host, Running
from .test_full import full

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENGINES = ("wasm", "wasm-child")
COUNTER = "let n = 0; Far('Counter', { incr: () => ++n })"
KEEPER = """
let kept;
const map = new Map([[harden({}), 'by object']]);
const keys = [...map.keys()];
function* steps() { let i = 0; for (;;) yield ++i; }
const generator = steps();
Far('Keeper', {
  keep: value => { kept = value; },
  ask: () => E(kept).incr(),
  step: () => generator.next().value,
  find: () => map.get(keys[0]),
  wait: async promise => { const first = await promise; return `${first}, ${n++}`; },
  forget: () => { kept = undefined; },
});
let n = 0;
"""


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory, wasm_home: str
) -> Iterator[Running]:
    found = made(tmp_path_factory, wasm_home)
    assert found.start() == "ready"
    yield found
    found.close()
    assert found.output == ""


@pytest.fixture
def running(
    tmp_path_factory: pytest.TempPathFactory, wasm_home: str
) -> Iterator[Running]:
    found = made(tmp_path_factory, wasm_home)
    yield found
    found.close()


def made(factory: pytest.TempPathFactory, home: str) -> Running:
    found = Running(factory.mktemp("d"))
    found.environment["XDG_CACHE_HOME"] = home
    found.environment["ENGO_SUSPEND_AFTER"] = "never"
    return found


@pytest.fixture(params=ENGINES)
def worker(request: pytest.FixtureRequest, shared: Running, guest: Host) -> str:
    """A worker of an engine that can rest, alone in the daemon."""
    for record in guest.call("listWorkers"):
        for name in record["names"]:
            if name != "MAIN":
                guest.call("remove", name)
    until(guest, lambda: files(shared) == [])
    engine = str(request.param)
    guest.call("spawnWorker", "w", engine)
    return "w"


def record_of(host: Host, name: str) -> dict[str, Any]:
    records: list[dict[str, Any]] = host.call("listWorkers")
    (record,) = [record for record in records if name in record["names"]]
    return record


def files(running: Running) -> list[str]:
    return sorted(os.listdir(running.state / "suspended"))


def until(host: Host, condition: Callable[[], bool]) -> None:
    """The daemon does something by itself; ask until it has."""
    for _ in range(10_000):
        if condition():
            return
        host.call("list")
    raise AssertionError("expected it to happen by itself")


def test_nobody_notices(shared: Running, guest: Host, worker: str) -> None:
    keeper = guest.evaluate(KEEPER, worker=worker, name="keeper")
    counter = guest.evaluate(COUNTER, worker="MAIN", name="counter")
    guest.on(keeper, "keep", counter)
    never = guest.evaluating("$cancelled", worker=worker)
    assert guest.on(keeper, "step") == 1
    for round_ in range(3):
        guest.call("suspendWorker", worker)
        assert record_of(guest, worker)["state"] == "suspended"
        assert len(files(shared)) == 1
        assert guest.on(keeper, "step") == round_ + 2
        until(guest, lambda: files(shared) == [])
        assert guest.on(keeper, "find") == "by object"
        assert guest.on(keeper, "ask") == round_ + 1
    assert never.state == "pending"
    assert guest.evaluate("E(k).step()", worker="v", k="keeper") == 5
    guest.call("cancel", worker, "enough")
    with pytest.raises(RemoteError, match="enough"):
        guest.client.wait(never)


def test_a_promise_outlives_the_rest(guest: Host, worker: str) -> None:
    keeper = guest.evaluate(KEEPER, worker=worker, name="keeper")
    kit = guest.evaluate(
        "let settle; const promise = new Promise(resolve => { settle = resolve; }); "
        "Far('Kit', { give: k => E(k).wait(promise), settle: value => settle(value) })",
        worker="v",
    )
    waiting = guest.client.send(kit, "give", keeper)
    assert guest.on(keeper, "step") == 1
    guest.call("suspendWorker", worker)
    guest.on(kit, "settle", "first")
    assert guest.client.wait(waiting) == "first, 0"


def test_files_are_private_and_go_with_the_worker(
    shared: Running, guest: Host, worker: str
) -> None:
    guest.evaluate("1", worker=worker)
    guest.call("suspendWorker", worker)
    folder = shared.state / "suspended"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    number = record_of(guest, worker)["number"]
    (name,) = files(shared)
    assert name.startswith(f"{number}.1.")
    assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    data = (folder / name).read_bytes()
    tables = json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])
    assert tables["name"] == f"Worker {number}"
    guest.call("remove", worker)
    until(guest, lambda: files(shared) == [])


def test_a_damaged_state_is_a_reason(shared: Running, guest: Host, worker: str) -> None:
    counter = guest.evaluate(COUNTER, worker=worker, name="c")
    guest.call("suspendWorker", worker)
    path = shared.state / "suspended" / files(shared)[0]
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(RemoteError, match="the worker could not be resumed: expected"):
        guest.on(counter, "incr")
    until(guest, lambda: files(shared) == [])
    assert guest.evaluate("E(c).incr()", worker=worker, c="c") == 1


def test_what_it_uses_is_listed(guest: Host, worker: str) -> None:
    guest.evaluate("1 + 1", worker=worker)
    awake = record_of(guest, worker)
    assert awake["state"] == "idle"
    assert awake["heap"] > 500_000
    guest.call("suspendWorker", worker)
    resting = record_of(guest, worker)
    assert resting["state"] == "suspended"
    assert resting["meter"] >= awake["meter"] > 0
    assert resting["idle"] < 30
    guest.call("resumeWorker", worker)
    assert record_of(guest, worker)["state"] == "idle"
    assert record_of(guest, "MAIN")["engine"] == "native"


def test_one_that_is_busy_is_suspended_after_that(guest: Host, worker: str) -> None:
    busy = guest.evaluating(
        "let x = 0; for (let i = 0; i < 1e7; i++) x += i; x", worker=worker
    )
    until(guest, lambda: record_of(guest, worker)["state"] == "running")
    guest.call("suspendWorker", worker)
    assert guest.client.wait(busy) == 49999995000000
    assert record_of(guest, worker)["state"] == "suspended"


def test_a_stuck_one_can_be_cancelled_while_it_is_to_be_suspended(
    shared: Running, guest: Host, worker: str
) -> None:
    guest.evaluate("1", worker=worker)
    with shared.client() as client:
        other = Host(client)
        stuck = other.evaluating("for (;;);", worker=worker)
        other.call("list")
        suspending = other.send("suspendWorker", worker)
        other.call("list")
        guest.call("cancel", worker, "enough")
        for promise in (stuck, suspending):
            with pytest.raises(RemoteError, match="enough"):
                client.wait(promise)
    assert guest.evaluate("2", worker=worker) == 2


def test_many_messages_and_rests_at_once(shared: Running, guest: Host) -> None:
    for engine in ENGINES:
        name = f"busy-{engine}"
        guest.call("spawnWorker", name, engine)
        counter = guest.evaluate(COUNTER, worker=name, name=f"c-{engine}")
        asked = []
        for _ in range(40):
            asked.append(guest.client.send(counter, "incr"))
            resting = [guest.send("suspendWorker", name) for _ in range(2)]
            asked.append(guest.client.send(counter, "incr"))
            resting.append(guest.send("resumeWorker", name))
            for promise in resting:
                assert guest.client.wait(promise) is Undefined
        values = [guest.client.wait(promise) for promise in asked]
        assert values == list(range(1, 81))
    assert [line for line in shared.log.splitlines() if "defect" in line] == []


def test_the_default_engine_is_a_setting(running: Running) -> None:
    running.environment["ENGO_ENGINE"] = "wasm"
    assert running.start() == "ready"
    with running.client() as client:
        host = Host(client)
        assert host.evaluate("1 + 1") == 2
        assert host.evaluate("2 + 2", worker="w") == 4
        assert host.on(client.endo, "workers") == []  # no process anywhere
        assert record_of(host, "MAIN")["state"] == "idle"
        assert record_of(host, "w")["engine"] == "wasm"
    running.stop()
    del running.environment["ENGO_ENGINE"]
    assert running.start() == "ready"
    with running.client() as client:
        host = Host(client)
        assert record_of(host, "MAIN")["engine"] == "native"
        assert record_of(host, "w")["engine"] == "wasm"
        assert host.evaluate("3 + 3", worker="w") == 6


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("ENGO_ENGINE", "v8", "expected ENGO_ENGINE to be native, wasm, wasm-child;"),
        ("ENGO_SUSPEND_AFTER", "soon", "expected ENGO_SUSPEND_AFTER to be seconds"),
        ("ENGO_SUSPEND_AFTER", "0", "expected ENGO_SUSPEND_AFTER to be seconds"),
        ("ENGO_SUSPEND_AFTER", "inf", "expected ENGO_SUSPEND_AFTER to be seconds"),
    ],
)
def test_a_setting_that_means_nothing_is_said(
    running: Running, variable: str, value: str, complaint: str
) -> None:
    running.environment[variable] = value
    said = running.start()
    assert said.startswith(f"error: {complaint}")
    assert repr(value) in said


def test_idle_ones_are_suspended_by_themselves(running: Running) -> None:
    running.environment["ENGO_SUSPEND_AFTER"] = "0.05"
    assert running.start() == "ready"
    with running.client() as client:
        host = Host(client)
        host.call("spawnWorker", "n", "native")
        host.call("spawnWorker", "w", "wasm")
        counter = host.evaluate(COUNTER, worker="w", name="c")
        for count in range(1, 4):
            until(host, lambda: record_of(host, "w")["state"] == "suspended")
            assert host.on(counter, "incr") == count
        assert record_of(host, "n")["state"] == "idle"
        until(host, lambda: len(files(running)) == 1)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_what_rests_does_not_outlive_the_daemon(
    running: Running, end: signal.Signals
) -> None:
    assert running.start() == "ready"
    with running.client() as client:
        host = Host(client)
        host.call("spawnWorker", "w", "wasm")
        host.evaluate(COUNTER, worker="w", name="c")
        host.evaluate("E(c).incr()", worker="w", c="c")
        host.call("suspendWorker", "w")
        assert len(files(running)) == 1
    running.process.send_signal(end)
    running.process.wait(30)
    if end == signal.SIGTERM:
        assert files(running) == []
    assert running.start() == "ready"
    with running.client() as client:
        until(Host(client), lambda: files(running) == [])
        assert Host(client).evaluate("E(c).incr()", worker="w", c="c") == 1


def test_the_end_of_the_process_they_share_spares_those_that_rest(
    running: Running,
) -> None:
    assert running.start() == "ready"
    with running.client() as client:
        host = Host(client)
        counters = []
        for name in ("awake", "resting"):
            host.call("spawnWorker", name, "wasm-child")
            counters.append(host.evaluate(COUNTER, worker=name, name=f"c-{name}"))
            assert host.on(counters[-1], "incr") == 1
        awake, resting = counters
        waiting = host.evaluating("new Promise(() => {})", worker="awake")
        host.call("suspendWorker", "resting")
        pid = running.process.pid
        (shared_process,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        os.kill(int(shared_process), signal.SIGKILL)
        for promise in (waiting, client.send(awake, "incr")):
            with pytest.raises(RemoteError, match="the worker has ended: "):
                client.wait(promise)
        assert host.on(resting, "incr") == 2
        assert host.evaluate("E(c).incr()", worker="awake", c="c-awake") == 1


def test_a_full_disk_leaves_it_alive(running: Running) -> None:
    assert running.start() == "ready"
    with running.client() as client:
        host = Host(client)
        host.call("spawnWorker", "w", "wasm")
        counter = host.evaluate(COUNTER, worker="w", name="c")
        assert host.on(counter, "incr") == 1
        with full(running):
            with pytest.raises(RemoteError, match="could not be suspended: "):
                host.call("suspendWorker", "w")
            assert host.on(counter, "incr") == 2
            assert files(running) == []
        host.call("suspendWorker", "w")
        assert host.on(counter, "incr") == 3
