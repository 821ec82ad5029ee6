"""Calls leave nothing behind in a worker, once garbage is collected."""

import pytest

from engo.captp import Far
from tests.bootstrap.host import Host

BATCH = 50
"""Calls in flight at a time."""
SLACK = 60_000
"""Bytes that a heap may differ by: tables and free lists have working sizes."""


def settled_heap(host: Host) -> int:
    """The heap after drops have gone both ways."""
    heap = 0
    for _ in range(4):
        heap = host.one.status().heap
        host.evaluate("1")
    return heap


def growth(calls: int, method: str) -> int:
    """Bytes of heap that so many calls leave behind."""
    with Host() as host:
        target = host.evaluate(
            "Far('T', { ping: o => 1, "
            "echo: async o => { await E(o).hello(); return Far('R', {}) } })"
        )
        mine = Far("Mine", hello=lambda: "hi")

        def rounds(count: int) -> None:
            for _ in range(count // BATCH):
                sent = [host.turns.send(target, method, mine) for _ in range(BATCH)]
                for answer in sent:
                    host.wait(answer)

        rounds(2_000)  # tables reach their working size
        before = settled_heap(host)
        rounds(calls)
        return settled_heap(host) - before


def test_plain_calls_leave_nothing() -> None:
    assert growth(20_000, "ping") < SLACK


def test_calls_with_objects_both_ways_leave_nothing() -> None:
    assert growth(3_000, "echo") < SLACK


def test_imports_are_dropped_without_being_asked() -> None:
    """Nobody asks for a collection here; the worker does it by itself."""
    with Host() as host:
        target = host.evaluate(
            "const kept = []; "
            "Far('T', { take: (o, keep) => { if (keep) kept.push(o) } })"
        )

        def give(count: int, keep: bool) -> int:
            for _ in range(count):
                far = Far("Mine", hello=lambda: "hi")
                host.wait(host.turns.send(target, "take", far, keep))
            return host.one.session.table_sizes()["exports"]

        assert give(3_000, False) < 1_000
        assert 1_200 <= give(1_200, True) < 2_200
        assert give(3_000, False) < 3_000


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_heap_stays_flat_over_100_000_calls() -> None:
    assert growth(100_000, "ping") < SLACK


@pytest.mark.parametrize("look", ["", "$cancelled.catch(() => 1);"])
def test_errors_and_evaluations_leave_nothing(look: str) -> None:
    """With one id for all, what waits on `$cancelled` is replaced by the next."""
    source = f"{look} [1, Far('F', {{}})]; Promise.reject(Error('x')).catch(() => 1)"
    with Host() as host:
        for _ in range(300):
            host.evaluate(source)
        before = settled_heap(host)
        for _ in range(1_000):
            host.evaluate(source)
        assert settled_heap(host) - before < SLACK
