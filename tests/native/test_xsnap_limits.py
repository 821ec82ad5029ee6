"""Limits, at and one past, and the ends of machines: each has a named reason."""

import os
import select
import signal
import subprocess
import sys
import textwrap

import pytest

from tests.native.link_driver import Driver, executable, sanitized

RUNNING = 2
HOOK = "globalThis.handleCommand = b => b; 1"
RESULT_HEAD = 64  # what xsnap reserves around a result's value


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("for (;;);", "too much computation"),
        ("for (;;) try { for (;;); } catch {} finally { continue }", "too much"),
        ("/(a+)+b/.test('a'.repeat(40))", "too much computation"),
        ("const f = () => { Promise.resolve().then(f) }; f()", "too much computation"),
        ("const f = () => f() + 1; f()", "stack overflow"),
        ("JSON.parse('['.repeat(1e6))", "stack overflow"),
        ("let a = []; for (;;) a.push({a})", "memory full"),
        ("'ab'.repeat(2 ** 29)", "too much computation"),
        ("'abcd'.repeat(2 ** 25)", "memory full"),
        ("new ArrayBuffer(2 ** 30)", "memory full"),
    ],
)
def test_an_abort_is_reported_with_its_request(source: str, reason: str) -> None:
    with Driver(meter=50_000_000) as worker:
        got = worker.evaluate(source, 8)
        assert (got["op"], got["id"]) == ("abort", 8)
        assert got["reason"].startswith(reason)
        assert worker.status() == 70


def test_the_meter_limit_is_per_crank() -> None:
    source = "for (let i = 0; i < 1000; i++); 1"
    with Driver(meter=20_000) as worker:
        for _ in range(5):
            assert worker.evaluate(source)["op"] == "result"
        assert worker.evaluate(source.replace("1000", "1e6"))["op"] == "abort"


def test_the_meter_has_more_than_32_bits() -> None:
    large = "''.repeat(2 ** 31 - 1);"
    with Driver(meter=9_000_000_000) as worker:
        got = worker.evaluate(large * 4)
        assert got["op"] == "result"
        assert 1 << 32 < got["meter"] <= worker.page[5]
        assert worker.evaluate(f"for (;;) {large}")["reason"] == "too much computation"
        assert worker.page[5] > 9_000_000_000


def test_the_meter_is_reproducible_and_shown() -> None:
    def meters() -> list[int]:
        with Driver() as worker:
            got = [worker.evaluate("[1,2].map(x => x * 2)")["meter"] for _ in "ab"]
            status = worker.ask(op="status", id=3)["value"]
            assert status["meter"] == worker.page[6] >= sum(got)
            assert status["cranks"] == worker.page[4] == 2
            assert 0 < status["heap"] < status["limit"] == 64 << 20
            return got

    assert meters() == meters()


def test_a_wrapping_meter_counts_on() -> None:
    """The engine's own counter has 32 bits; repeating charges the count."""
    source = "for (let i = 0; i < 6; i++) ''.repeat(1e9); 1"
    with Driver() as worker:
        assert worker.evaluate(source)["meter"] > 6 * 10**9
        assert worker.page[6] > 6 * 10**9
    with Driver(meter=5_500_000_000) as worker:
        got = worker.evaluate(source)
        assert got["reason"] == "too much computation"
        assert 5_500_000_000 < got["meter"] < 6_500_000_000


def test_the_interrupt_flag_ends_the_crank() -> None:
    with Driver() as worker:
        worker.control(op="evaluate", id=4, source="engoConsole(1,'',''); for (;;);")
        worker.next_message()
        assert worker.page[3] == RUNNING
        worker.interrupt()
        got = worker.next()
        assert (got["op"], got["id"], got["reason"]) == ("abort", 4, "interrupted")
        assert worker.page[5] > 0
        assert worker.status() == 70


def test_a_stack_limit_is_kept_by_a_restored_machine() -> None:
    depth = "let n = 0; const f = () => { n++; f() }; try { f() } catch {} n"
    with Driver(stack=65_536) as worker:
        image = worker.snapshot()
    with Driver(image=image, stack=2_048) as worker:
        assert worker.evaluate("let g = n => n ? g(n - 1) : 'deep'; g(20)")["value"]
        assert worker.evaluate(depth)["reason"] == "stack overflow"
    with Driver(image=image, stack=131_072) as worker:
        got = worker.evaluate("let g = n => n ? g(n - 1) : 'deep'; g(5000)")
        assert got["value"] == "deep"


def test_a_result_at_the_limit_and_one_past() -> None:
    limit = 100_000
    with Driver(message=limit) as worker:
        fits = limit - RESULT_HEAD
        got = worker.evaluate(f"'x'.repeat({fits})")
        assert len(got["value"]) == fits
        got = worker.evaluate(f"'x'.repeat({fits + 1})")
        assert (got["op"], got["name"]) == ("error", "RangeError")
        assert str(limit) in got["message"]
        assert worker.evaluate("1")["value"] == 1


@pytest.mark.parametrize(
    ("change", "outcome"),
    [("b.resize(90000)", "error"), ("b.resize(3)", b"\0\0\0"), ("b.transfer()", b"")],
)
def test_a_buffer_changed_after_it_was_returned(change: str, outcome: object) -> None:
    """The value is what it is when the crank is quiet, and still has to fit."""
    source = f"""
      const b = new ArrayBuffer(9, {{maxByteLength: 1e6}});
      (async () => {{ for (let i = 0; i < 5; i++) await 0; {change} }})();
      b"""
    with Driver(message=70_000) as worker:
        got = worker.evaluate(source)
        assert outcome in (got["op"], got.get("value"))
        assert worker.evaluate("1")["value"] == 1


@pytest.mark.parametrize(
    "send",
    [
        "engoCapTPSend('x'.repeat(N))",
        "engoPostCommand(new ArrayBuffer(N))",
        "engoIssueCommand(new ArrayBuffer(N))",
    ],
)
def test_a_message_over_the_limit_throws_in_the_guest(send: str) -> None:
    with Driver(message=70_000) as worker:
        got = worker.evaluate(send.replace("N", "70001"))
        assert (got["op"], got["name"]) == ("error", "RangeError")
        assert worker.evaluate("1")["value"] == 1


def test_a_captp_message_at_the_limit_is_sent() -> None:
    with Driver(message=70_000) as worker:
        worker.control(op="evaluate", id=1, source="engoCapTPSend('x'.repeat(70000))")
        channel, payload = worker.next_message()
    assert (channel, len(payload)) == (1, 70_000)


def test_a_huge_error_is_cut() -> None:
    with Driver(message=70_000) as worker:
        got = worker.evaluate("throw new Error('m'.repeat(1e6))")
        assert got["op"] == "error"
        assert len(got["message"]) < 70_000


@pytest.mark.parametrize("size", [0, 1, 65_000, 65_519, 65_535, 65_536, 1 << 20])
def test_bytes_of_every_size_come_back(size: int) -> None:
    data = bytes(i & 0xFF for i in range(256)) * (size // 256 + 1)
    with Driver() as worker:
        worker.evaluate(HOOK)
        got = worker.ask(op="deliver", id=2, data=data[:size])
        assert got["value"] == data[:size]


def test_a_worker_is_small() -> None:
    with Driver(heap=128 << 20) as worker:
        worker.evaluate("1")
        with open(f"/proc/{worker.pid}/statm") as file:
            pages = int(file.read().split()[1])
    if not sanitized():
        assert pages * 4096 < 7 << 20


def test_a_worker_ends_with_its_supervisor() -> None:
    """A looping worker whose supervisor is killed ends, though it never reads."""
    executable()
    script = textwrap.dedent(
        """
        import sys, time
        from tests.native.link_driver import Driver
        worker = Driver()
        worker.control(op="evaluate", id=1, source="engoConsole(1,'',''); for(;;);")
        worker.next_message()
        print(worker.pid, flush=True)
        sys.stdin.read()
        """
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert supervisor.stdin is not None
    assert supervisor.stdout is not None
    with supervisor, supervisor.stdin, supervisor.stdout:
        pid = int(supervisor.stdout.readline())
        watch = os.pidfd_open(pid)
        supervisor.send_signal(signal.SIGKILL)
        supervisor.wait()
        poll = select.poll()
        poll.register(watch, select.POLLIN)
        assert poll.poll(10_000), "the worker outlived its supervisor"
        os.close(watch)
