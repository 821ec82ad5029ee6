"""Workers: cancelled, killed, stuck; what their end does to others."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from engo.captp import RemoteError, Undefined

from .running import Host, Running

if TYPE_CHECKING:
    from engo.captp import Promise

ENGINES = ("native", "wasm")
COUNTER = "let n = 0; Far('Counter', { incr: () => ++n })"
LOOP = "(() => { for (;;); })()"


def pids(host: Host) -> dict[str, int]:
    """Processes by the worker's number."""
    records: Any = host.on(host.client.endo, "workers")
    return {record["number"]: record["pid"] for record in records}


def pid_of(host: Host, name: str) -> int:
    return pids(host)[host.call("identify", name).partition(":")[0]]


def rejection(host: Host, promise: Promise) -> RemoteError:
    with pytest.raises(RemoteError) as caught:
        host.client.wait(promise)
    return caught.value


def test_a_worker_is_made_once_under_its_name(host: Host) -> None:
    first = host.call("provideWorker", "w")
    assert first.iface == "Alleged: EndoWorker"
    assert host.call("provideWorker", "w") is first
    host.evaluate("1", worker="w")
    assert host.call("list")[-1] == "w"
    host.call("storeValue", 5, "five")
    assert host.call("provideWorker", "five") == 5


def test_cancelling_a_value_makes_it_anew(host: Host) -> None:
    host.evaluate(COUNTER, worker="w", name="c")
    assert host.evaluate("E(c).incr()", c="c") == 1
    assert host.call("cancel", "c") is Undefined
    assert host.evaluate("E(c).incr()", c="c") == 1
    assert host.evaluate("E(c).incr()", name="last", c="c") == 2
    assert host.call("lookup", "last") == 2
    host.call("cancel", "last")
    assert host.call("lookup", "last") == 3
    host.call("storeValue", 5, "five")
    host.call("cancel", "five")
    assert host.call("lookup", "five") == 5


@pytest.mark.processes
def test_cancelling_a_worker_ends_what_it_holds(host: Host) -> None:
    host.evaluate(COUNTER, worker="w", name="c")
    host.evaluate("E(c).incr()", name="last", c="c")
    held = host.call("lookup", "c")
    pid = pid_of(host, "w")
    host.call("cancel", "w", "my reason")
    with pytest.raises(RemoteError, match="my reason"):
        host.on(held, "incr")
    assert host.call("lookup", "last") == 1  # made again, in a new counter
    assert pid_of(host, "w") != pid


def test_main_can_be_cancelled(host: Host) -> None:
    stuck = host.evaluating(LOOP)
    waiting = host.evaluating("1")
    host.call("cancel", "MAIN")
    assert rejection(host, stuck).message == "Cancelled"
    assert rejection(host, waiting).message == "Cancelled"
    assert host.evaluate("2") == 2


def test_cancelled_is_told_to_the_program(host: Host) -> None:
    program = (
        "let told = 'nothing'; $cancelled.catch(e => { told = e.message; }); "
        "Far('Told', { told: () => told })"
    )
    told = host.evaluate(program, name="told")
    assert host.on(told, "told") == "nothing"
    host.call("cancel", "told", "enough")
    assert host.on(told, "told") == "enough"


@pytest.mark.processes
def test_a_program_that_never_answers_can_be_cancelled(
    daemon: Running, host: Host
) -> None:
    never = host.evaluating("new Promise(() => {})", worker="w", name="never")
    host.evaluate("1", worker="w")
    pid = pid_of(host, "w")
    assert host.call("has", "never") is False
    with daemon.client() as other:
        Host(other).call("cancel", "w", "enough")
    assert rejection(host, never).message == "enough"
    with pytest.raises(ProcessLookupError):
        _wait_gone(pid)


def _wait_gone(pid: int) -> None:
    """Until the process has ended; then raises ProcessLookupError."""
    descriptor = os.pidfd_open(pid)
    try:
        import select

        assert select.select([descriptor], [], [], 10)[0], f"{pid} does not end"
    finally:
        os.close(descriptor)
    for _ in range(1_000):  # until the daemon has reaped it
        os.kill(pid, 0)
        os.sched_yield()
    raise ProcessLookupError


@pytest.mark.processes
def test_a_killed_worker_is_replaced(host: Host) -> None:
    host.evaluate(COUNTER, worker="w", name="c")
    host.evaluate("E(c).incr()", c="c")
    other = host.evaluate("1", worker="other")
    assert other == 1
    pending = host.evaluating("new Promise(() => {})", worker="w")
    host.evaluate("1", worker="w")
    os.kill(pid_of(host, "w"), signal.SIGKILL)
    error = rejection(host, pending)
    assert error.js_name == "Error"
    assert error.message.startswith("the worker has ended: ")
    assert error.message.endswith("; its next use starts a new one")
    assert host.evaluate("E(c).incr()", c="c") == 1
    assert host.evaluate("2", worker="other") == 2


def test_a_client_that_hangs_up_cancels_what_it_waits_for(
    daemon: Running, host: Host
) -> None:
    host.evaluate(COUNTER, worker="w", name="c")
    with daemon.client() as other:
        gone = Host(other)
        gone.evaluate("1", worker="w")
        gone.evaluating("$cancelled.catch(() => E(c).incr())", worker="w", c="c")
        gone.evaluate("1", worker="w")  # the one before has begun
    for _ in range(1_000):
        if host.evaluate("E(c).incr()", c="c") > 2:
            break
    held = host.evaluate("E(c).incr()", c="c")
    assert held > 2


@pytest.mark.processes
def test_a_stuck_program_goes_with_its_client(daemon: Running, host: Host) -> None:
    host.evaluate("1", worker="w")
    pid = pid_of(host, "w")
    with daemon.client() as other:
        gone = Host(other)
        gone.evaluating(LOOP, worker="w")
        gone.call("list")  # it has been sent
        behind = host.evaluating("2", worker="w")
        host.call("list")
    assert "interrupted" in rejection(host, behind).message
    assert host.evaluate("3", worker="w") == 3
    assert pid_of(host, "w") != pid
    assert "is interrupted: the evaluation it is stuck in was cancelled" in daemon.log


@pytest.mark.processes
def test_a_busy_worker_is_not_interrupted_for_a_program_that_waits(
    daemon: Running, host: Host
) -> None:
    host.evaluate("1", worker="w")
    pid = pid_of(host, "w")
    with daemon.client() as other:
        gone = Host(other)
        gone.evaluating("new Promise(() => {})", worker="w")
        gone.evaluate("1", worker="w")
        busy = host.evaluating(
            "let x = 0; for (let i = 0; i < 6e6; i++) x += i; x", worker="w"
        )
        host.call("list")
    assert host.client.wait(busy) == 17999997000000
    assert pid_of(host, "w") == pid


@pytest.mark.processes
def test_what_a_worker_holds_ends_with_its_last_name(host: Host) -> None:
    host.evaluate("1", worker="w")
    pid = pid_of(host, "w")
    host.call("remove", "w")
    assert pid not in pids(host).values()
    with pytest.raises(ProcessLookupError):
        _wait_gone(pid)


@pytest.mark.processes
def test_a_worker_stays_while_a_named_result_needs_it(host: Host) -> None:
    host.evaluate(COUNTER, worker="w", name="c")
    pid = pid_of(host, "w")
    host.call("remove", "w")
    assert host.evaluate("E(c).incr()", c="c") == 1
    assert pid in pids(host).values()
    host.call("remove", "c")
    with pytest.raises(ProcessLookupError):
        _wait_gone(pid)


@pytest.mark.processes
def test_a_worker_without_a_name_ends_with_what_it_gave(daemon: Running) -> None:
    with daemon.client() as client:
        host = Host(client)
        held = host.evaluate(COUNTER, worker=Undefined)
        assert host.on(held, "incr") == 1
        (pid,) = pids(host).values()
    with pytest.raises(ProcessLookupError):
        _wait_gone(pid)


def test_a_worker_without_a_name_is_kept_with_a_named_result(daemon: Running) -> None:
    with daemon.client() as client:
        host = Host(client)
        host.evaluate(COUNTER, worker=Undefined, name="c")
        assert host.evaluate("E(c).incr()", c="c") == 1
    with daemon.client() as client:
        assert Host(client).evaluate("E(c).incr()", c="c") == 2


def test_too_much_of_everything_ends_one_worker_only(host: Host) -> None:
    host.evaluate(COUNTER, name="c")
    for source in (
        "const a = []; for (;;) a.push(new Uint8Array(1e5));",
        "const f = () => f() + 1; f()",
    ):
        with pytest.raises(RemoteError):
            host.evaluate(source, worker="greedy")
        assert host.evaluate("1", worker="greedy") == 1
    assert host.evaluate("E(c).incr()", c="c") == 1


@pytest.mark.processes  # in WebAssembly it is the crank's 10 s that end it
def test_an_answer_that_is_too_large_is_a_rejection(host: Host) -> None:
    with pytest.raises(RemoteError, match=r"the message has 200000\d\d bytes"):
        host.evaluate("'x'.repeat(20e6)", worker="greedy")
    assert host.evaluate("1", worker="greedy") == 1


def test_others_are_served_while_a_guest_floods(daemon: Running, host: Host) -> None:
    flood = host.evaluating(
        "for (;;) { for (let i = 0; i < 50; i++) E(A).list(); }",
        worker="flood",
        A="AGENT",
    )
    with daemon.client() as client:
        other = Host(client)
        for index in range(50):
            assert other.evaluate(f"{index}") == index
    host.call("cancel", "flood", "enough")
    assert rejection(host, flood).message == "enough"
    assert host.evaluate("1", worker="flood") == 1


def test_the_same_program_twice_at_once(host: Host) -> None:
    found = [host.evaluating(f"{i} + 1") for i in range(50)]
    assert [host.client.wait(promise) for promise in found] == list(range(1, 51))
