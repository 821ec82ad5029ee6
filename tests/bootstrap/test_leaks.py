"""Calls leave nothing behind in a worker, once garbage is collected."""

import pytest

from engo.captp import Far
from tests.bootstrap.host import Host

BATCH = 500
"""Calls in flight at a time."""


def growth(calls: int) -> int:
    """Bytes of heap that so many calls with objects leave behind."""
    with Host() as host:
        target = host.evaluate(
            "Far('T', { echo: async o => { await E(o).hello(); return Far('R', {}) } })"
        )
        mine = Far("Mine", hello=lambda: "hi")

        def round_of(count: int) -> None:
            answers = [host.turns.send(target, "echo", mine) for _ in range(count)]
            for answer in answers:
                host.wait(answer)

        for _ in range(4):  # tables reach their working size
            round_of(BATCH)
        before = settled_heap(host)
        for _ in range(calls // BATCH):
            round_of(BATCH)
        return settled_heap(host) - before


def settled_heap(host: Host) -> int:
    """The heap after drops have gone both ways."""
    heap = 0
    for _ in range(4):
        heap = host.one.status().heap
        host.evaluate("1")
    return heap


def test_the_heap_stays_flat() -> None:
    assert growth(5_000) < 60_000


@pytest.mark.slow
def test_the_heap_stays_flat_over_100_000_calls() -> None:
    """Two calls cross for each of 50,000: ours to the worker, its own to us."""
    assert growth(50_000) < 60_000


def test_errors_and_evaluations_leave_nothing() -> None:
    with Host() as host:
        for _ in range(300):
            host.evaluate("Promise.reject(Error('x')).catch(() => 1)")
        before = settled_heap(host)
        for _ in range(1_000):
            host.evaluate(
                "[1, {a: Far('F', {})}]; Promise.reject(Error('x')).catch(() => 1)"
            )
        assert settled_heap(host) - before < 60_000
