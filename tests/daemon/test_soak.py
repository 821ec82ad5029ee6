"""Nothing grows: memory, descriptors and tables after much use; many idle workers."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import Any

import pytest

from engo.captp import Far, RemoteError, Undefined

from .running import Host, Running

MIB = 1 << 20
IDLE_WORKERS = int(os.environ.get("ENGO_IDLE_WORKERS", "100"))


def resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def test_an_idle_daemon_is_small(daemon: Running) -> None:
    with daemon.client() as client:
        Host(client).evaluate("1")
        assert resident(daemon.process.pid) <= 45 * MIB


def mixed(host: Host, rounds: int) -> None:
    for index in range(rounds):
        host.evaluate("1 + 1")
        host.call("storeValue", index, "v")
        host.evaluate("[Far('A', {}), Far('B', {})]")
        held = host.evaluate("Far('C', { echo: x => x })")
        mine = Far("Mine")
        assert host.on(held, "echo", mine) is mine
        with pytest.raises(RemoteError):
            host.evaluate("throw Error('x')")
        follower = host.call("followNameChanges")
        host.on(follower, "next")
        host.call("has", "nosuch")


def test_much_use_leaves_nothing_behind(daemon: Running) -> None:
    pid = daemon.process.pid
    for _ in range(2):  # the first fills caches and pools
        before = resident(pid), descriptors(pid)
        for _ in range(15):
            with daemon.client() as client:
                mixed(Host(client), 15)
    grown = resident(pid) - before[0]
    assert grown < 3 * MIB, f"{grown} bytes more"
    # The daemon may not have seen the end of the last client yet.
    assert descriptors(pid) <= before[1] + 1


def test_pings_do_not_add_up(daemon: Running) -> None:
    pid = daemon.process.pid
    with daemon.client() as client:
        host = Host(client)
        for _ in range(2):
            before = resident(pid)
            for _ in range(100):
                pings = [client.send(client.endo, "ping") for _ in range(50)]
                assert [client.wait(ping) for ping in pings] == ["pong"] * 50
    # A stock client keeps answers until it hangs up: some bytes for each.
    assert resident(pid) - before < 5_000 * 1_000
    assert host.client.session.connected is False


def test_workers_that_come_and_go(daemon: Running) -> None:
    pid = daemon.process.pid
    with daemon.client() as client:
        host = Host(client)
        for _ in range(2):
            before = resident(pid), descriptors(pid)
            for _ in range(25):
                host.evaluate("1", worker=Undefined)
                host.evaluate("1", worker="w")
                host.call("remove", "w")
            host.call("list")
        grown = resident(pid) - before[0]
    assert grown < 2 * MIB, f"{grown} bytes more"
    assert descriptors(pid) <= before[1] + 8


@pytest.mark.timeout(60 + IDLE_WORKERS // 4)
def test_many_idle_workers(daemon: Running) -> None:
    pid = daemon.process.pid
    with daemon.client() as client:
        host = Host(client)
        before = resident(pid)
        found = [
            host.evaluating(f"{index}", worker=f"w{index}")
            for index in range(IDLE_WORKERS)
        ]
        assert [client.wait(promise) for promise in found] == [*range(IDLE_WORKERS)]
        workers: Any = host.on(client.endo, "workers")
        assert len(workers) == IDLE_WORKERS
        each = (resident(pid) - before) / IDLE_WORKERS
        assert each < 200_000, f"{each:.0f} bytes of the daemon for each worker"
        assert host.evaluate("1 + 1", worker="w0") == 2
    assert daemon.stop() == 0
    for record in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(record["pid"], 0)
