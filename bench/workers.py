"""Workers beside the peer: start, evaluations, messages, calls, snapshots, memory."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import Table, interleaved, median, memory_mb, seconds
from peer_raw import PeerWorker

import engo

ECHO = "globalThis.handleCommand = bytes => bytes"
PEER_ECHO = "globalThis.handleCommand = bytes => ({ result: bytes })"
CALLS = "for (let i = 0; i < {count}; i++) issueCommand(new ArrayBuffer(32));"
# About 10 MB of live heap: 100,000 records with a string each.
FILL = (
    "globalThis.kept = Array.from({ length: 60000 },"
    " (_, i) => ({ i, s: 'item ' + i }));0"
)
SMALL, LARGE = b"a" * 32, b"a" * 65536


def start_engo(image: str, launcher: Any = "auto") -> float:
    """Seconds to the first evaluation's answer; the end is not counted."""
    begun = time.perf_counter()
    with engo.Worker(image=image, launcher=launcher) as worker:
        worker.evaluate("1")
        return time.perf_counter() - begun


def start_peer(executable: Path) -> float:
    begun = time.perf_counter()
    worker = PeerWorker(executable)
    worker.evaluate("1")
    took = time.perf_counter() - begun
    worker.close()
    return took


def rate(times: list[float], count: int) -> float:
    return count / median(times)


def repeat(count: int, work: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        for _ in range(count):
            work()

    return run


def starts(executable: Path) -> str:
    """Each start beside the peer's; a kept launcher has its images checked already."""
    names = ("bare", "kept", "endo", "peer")
    times: dict[str, list[float]] = {name: [] for name in names}
    with engo.Launcher() as launcher:
        for _ in range(21):
            times["bare"].append(start_engo("bare"))
            times["kept"].append(start_engo("bare", launcher))
            times["endo"].append(start_engo("endo", launcher))
            times["peer"].append(start_peer(executable))
    ms = {name: median(values) * 1000 for name, values in times.items()}
    table = Table("Start to first evaluation")
    table.ratio("bare worker / xsnap-worker", ms["bare"], ms["peer"], 10, "ms")
    table.ratio("the same, launcher kept", ms["kept"], ms["peer"], 10, "ms")
    table.at_most("bootstrapped worker, launcher kept", ms["endo"], 8, "ms")
    for image, limit in (("bare", 5.5), ("endo", 8.0)):
        with engo.Worker(image=image) as worker:
            worker.evaluate("1")
            table.at_most(
                f"{image} worker resident", memory_mb(worker.pid), limit, "MB"
            )
    return str(table)


def traffic(executable: Path, node: dict[str, float] | None) -> str:
    peer = PeerWorker(executable)
    peer.evaluate(PEER_ECHO)
    with engo.Worker(image="bare", on_call=bytes) as worker:
        worker.evaluate(ECHO)
        table = Table("Round trips per second (xsnap-worker from the same Python loop)")
        cases = _cases(worker, peer)
        for what, key, count, goal, ours, theirs in cases:
            times = interleaved({"engo": ours, "peer": theirs}, 7)
            mine, other = rate(times["engo"], count), rate(times["peer"], count)
            table.ratio(what, mine, other, goal, "/s")
            if node is not None:
                table.ratio(f"{what}, peer's Node API", mine, node[key], 5, "/s")
    peer.close()
    return str(table)


def _cases(worker: Any, peer: PeerWorker) -> list[tuple[Any, ...]]:

    many = [SMALL] * 64
    return [
        (
            "evaluations", "evaluations", 300, 4,
            repeat(300, lambda: worker.evaluate("1")),
            repeat(300, lambda: peer.evaluate("1")),
        ),
        (
            "32-byte messages, one at a time", "messages", 2000, 1.1,
            repeat(2000, lambda: worker.deliver(SMALL)),
            repeat(2000, lambda: peer.deliver(SMALL)),
        ),
        (
            "32-byte messages, 64 outstanding", "outstanding", 6400, 2,
            repeat(100, lambda: worker.deliver_many(many)),
            repeat(100, lambda: peer.deliver_many(SMALL, 64)),
        ),
        (
            "64 KiB messages", "large", 300, 1.5,
            repeat(300, lambda: worker.deliver(LARGE)),
            repeat(300, lambda: peer.deliver(LARGE)),
        ),
        (
            "guest-to-host calls", "host_calls", 2000, None,
            lambda: worker.evaluate(CALLS.format(count=2000)),
            lambda: peer.evaluate(CALLS.format(count=2000)),
        ),
    ]  # fmt: skip


def snapshots(executable: Path) -> str:
    table = Table("Snapshots: write, and load to first evaluation")
    with tempfile.TemporaryDirectory() as folder:
        for what, fill in (("fresh heap", "0"), ("10 MB heap", FILL)):
            _snapshot_rows(table, what, fill, executable, Path(folder))
    return str(table)


def _snapshot_rows(
    table: Table, what: str, fill: str, executable: Path, folder: Path
) -> None:
    ours, theirs = folder / "engo.snapshot", folder / "peer.xss"
    peer = PeerWorker(executable)
    peer.evaluate(fill)
    with engo.Worker(image="bare") as worker:
        worker.evaluate(fill)
        writes = interleaved(
            {
                # not waiting for the disk, as the peer does not
                "engo": lambda: worker.snapshot(ours, durable=False),
                "peer": lambda: peer.snapshot(theirs),
            },
            7,
        )
    peer.close()

    def load_engo() -> None:
        with engo.Worker(snapshot=ours) as restored:
            restored.evaluate("1")

    def load_peer() -> None:
        restored = PeerWorker(executable, theirs)
        restored.evaluate("1")
        restored.close()

    loads = interleaved({"engo": load_engo, "peer": load_peer}, 7)
    for verb, times in (("write", writes), ("load", loads)):
        mine, other = (median(times[name]) * 1000 for name in ("engo", "peer"))
        table.ratio(f"{verb}, {what}", mine, other, 4, "ms")


def idle(count: int) -> str:
    """``count`` idle bootstrapped workers at once."""
    table = Table(f"{count:,} idle bootstrapped workers")
    workers: list[Any] = []
    try:
        took = seconds(lambda: workers.extend(_idle_worker() for _ in range(count)))
        table.plain("to start them all", took, "s")
        private = sum(_private_mb(worker.pid) for worker in workers)
        table.plain("private memory, all", private, "MB")
    finally:
        for worker in workers:
            worker.kill()
    return str(table)


def _idle_worker() -> Any:
    return engo.Worker(image="endo")


def _private_mb(pid: int) -> float:
    total = 0
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(("Private_Clean:", "Private_Dirty:")):
            total += int(line.split()[1])
    return total / 1024
