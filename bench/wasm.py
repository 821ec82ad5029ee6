"""WebAssembly workers beside native ones, @agoric/xsnap and a Node worker with SES.

`make bench` runs it; alone: python bench/wasm.py [PART]. What is measured in a
process of its own (memory) is in wasm_memory.py, JavaScript speed in engine.py.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import peers_setup
from measure import Table, interleaved, machine, median, seconds
from peer_raw import PeerWorker
from workers import ECHO, PEER_ECHO, rate, repeat, start_engo, start_peer

import engo
from engo.frames.control import deliver_records, evaluate_record
from engo.native.vm import THREAD_STACK
from engo.worker.limits import Limits
from engo.worker.protocol import WorkerProtocol
from engo.worker.wasm_inprocess import WasmLauncher

HERE = Path(__file__).parent
MIB = 1 << 20
LOOP = "(() => { let s = 0; for (let i = 0; i < 2e6; i++) s = (s + i * 3) & 255; })()"
SMALL, LARGE = b"a" * 100, b"a" * 65_535
LIBRARIES = (
    "lodash/lodash.js",
    "ramda/dist/ramda.js",
    "rxjs/dist/bundles/rxjs.umd.js",
)
FILL = "globalThis.a = []; for (let i = 0; i < 1000; i++) a.push({ i }); a.length"
WORK = "lib0.chunk([1, 2, 3, 4], 2).length + lib1.range(0, 9).length"
KEY = bytes(32)
PARTS = ("starts", "messages", "rest", "cores", "memory")


def starts(launcher: WasmLauncher, executable: Path | None) -> str:
    """Spawn from an image to the first evaluation's answer."""
    table = Table("Start to first evaluation, launcher kept")
    works: dict[str, Callable[[], float]] = {
        "wasm": lambda: start_engo("bare", launcher),
        "wasm endo": lambda: start_engo("endo", launcher),
    }
    with engo.Launcher() as native:
        works["native"] = lambda: start_engo("bare", native)
        if executable is not None:
            works["peer"] = lambda: start_peer(executable)
        times: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(15):
            for name, work in works.items():
                # Several in a row: the first pays for what ran before it.
                times[name] += [work() for _ in range(4)]
    ms = {name: median(values) * 1000 for name, values in times.items()}
    table.at_most("wasm, bare image", ms["wasm"], 0.5, "ms")
    table.at_most("wasm, endo image", ms["wasm endo"], 0.5, "ms")
    table.ratio("wasm / native child", ms["wasm"], ms["native"], None, "ms")
    if "peer" in ms:
        table.ratio("wasm / xsnap-worker", ms["wasm"], ms["peer"], None, "ms")
    node = node_worker_ms()
    if node is None:
        table.note("wasm / Node worker under SES", "skipped: no node")
    else:
        table.ratio("wasm / Node worker under SES", ms["wasm endo"], node, 300, "ms")
    return str(table)


def node_worker_ms() -> float | None:
    if shutil.which("node") is None or not peers_setup.has("ses"):
        return None
    shutil.copy(HERE / "peers" / "ses_worker.mjs", peers_setup.BUILD)
    done = subprocess.run(
        ["node", "ses_worker.mjs", "15"],
        cwd=peers_setup.BUILD,
        capture_output=True,
        check=True,
    )
    return float(done.stdout)


def messages(launcher: WasmLauncher, executable: Path | None) -> str:
    """Deliver and reply, from one thread."""
    table = Table("Deliver and reply per second, one thread")
    works: dict[str, Any] = {
        "wasm": engo.Worker(launcher=launcher),
        "native": engo.Worker(),
    }
    for worker in works.values():
        worker.evaluate(ECHO)
    if executable is not None:
        works["peer"] = PeerWorker(executable)
        works["peer"].evaluate(PEER_ECHO)
    for data, goal, count in ((SMALL, 200_000, 6400), (LARGE, 20_000, 640)):
        what = f"{len(data):,} bytes"
        one = _rates(works, count // 4, lambda w, n, d=data: repeat(n, _deliver(w, d)))
        many = _rates(works, count, lambda w, n, d=data: repeat(n // 64, _batch(w, d)))
        table.at_least(f"{what}, one at a time", one["wasm"], goal, "/s")
        table.at_least(f"{what}, 64 outstanding", many["wasm"], goal, "/s")
        for name in ("native", "peer"):
            if name in one:
                table.ratio(f"{what}, / {name}", one["wasm"], one[name], None, "/s")
                table.ratio(
                    f"{what}, 64, / {name}", many["wasm"], many[name], None, "/s"
                )
    for worker in works.values():
        worker.close()
    for data, goal, count in ((SMALL, 200_000, 60_000), (LARGE, 20_000, 3_000)):
        came = max(_on_one_thread(launcher, data, count) for _ in range(3))
        what = f"{len(data):,} bytes, scratch and machine on one thread"
        table.at_least(what, came, goal, "/s")
    return str(table)


def _on_one_thread(launcher: WasmLauncher, data: bytes, count: int) -> float:
    """Deliveries per second where the thread that asks runs the machine, too: the
    record written into the scratch, the answer's records read as bytes."""
    child = launcher.start(launcher.image("bare"), Limits())
    protocol = WorkerProtocol(Limits())
    protocol.start(seed=bytes(32), now=0.0, image=True)
    child.begin(protocol.take_outgoing())
    vm, size = child._vm, 1 << 17
    echo = evaluate_record(70_000, ECHO.encode(), 0.0)
    records = [record[2:] for record in _records(echo)]
    took = [0.0]

    def work() -> None:
        child.read(size)
        there = vm.view(vm.in_at, 65_535)
        message = _records(deliver_records(70_001, data, 0.0))
        for record in records:
            there[: len(record)] = record
            vm.deliver_here(len(record))
        child.read(size)
        parts = [record[2:] for record in message]
        begun = time.perf_counter()
        for _ in range(count):
            for record in parts:
                there[: len(record)] = record
                vm.deliver_here(len(record))
            child.read(size)
            if len(parts) > 1:
                child.read(size)
        took[0] = time.perf_counter() - begun

    before = threading.stack_size(THREAD_STACK)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
        child.close()
    return count / took[0]


def _records(data: bytes) -> list[bytes]:
    """The framed records that bytes of the link are made of."""
    records, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2])
        records.append(data[at:end])
        at = end
    return records


def _deliver(worker: Any, data: bytes) -> Callable[[], object]:
    return lambda: worker.deliver(data)


def _batch(worker: Any, data: bytes) -> Callable[[], object]:
    if isinstance(worker, PeerWorker):
        if len(data) > 1000:  # its pipe holds 64 KiB: it would stand still
            return lambda: [worker.deliver(data) for _ in range(64)]
        return lambda: worker.deliver_many(data, 64)
    many = [data] * 64
    return lambda: worker.deliver_many(many)


def _rates(
    works: dict[str, Any], count: int, make: Callable[[Any, int], Callable[[], None]]
) -> dict[str, float]:
    times = interleaved(
        {name: make(worker, count) for name, worker in works.items()}, 7
    )
    return {name: rate(values, count) for name, values in times.items()}


def library_sources() -> list[str]:
    """About 1 MB of libraries, each as a program that a locked-down guest can run."""
    head = (
        "(() => { const exports = {}, module = { exports };"
        # A guest has no clock, and lodash asks for one while it loads.
        " const Date = Object.assign(function () {}, { now: () => 0 });"
        " const global = Object.create(globalThis, { Date: { value: Date } });"
        " const self = global;"
    )
    folder = peers_setup.BUILD / "node_modules"
    return [
        f"{head}\n{(folder / name).read_text(encoding='utf-8')}\n"
        f"globalThis.lib{index} = module.exports; return 0 }})()"
        for index, name in enumerate(LIBRARIES)
    ]


def rest(launcher: WasmLauncher) -> str:
    """Suspend and resume a worker that has libraries and has worked.

    Engo's own are in its image; what a guest loads is in the state.
    """
    table = Table("Suspend and resume a warm worker")
    _rest(table, "1 MB of libraries in the image", launcher, "endo", [FILL], FILL)
    if peers_setup.has("lodash"):
        what = "1.2 MB of libraries loaded by the guest"
        _rest(table, what, launcher, "bare", library_sources(), WORK)
    else:
        table.note("with libraries of the guest's", "skipped: no npm to fetch them")
    return str(table)


def _rest(
    table: Table,
    what: str,
    launcher: WasmLauncher,
    image: str,
    sources: list[str],
    work: str,
) -> None:
    with engo.Worker(image=image, launcher=launcher, key=KEY) as warm:
        for text in sources:
            warm.evaluate(text)
        state = warm.suspend()
    suspended, resumed, first = [], [], []
    for _ in range(21):
        begun = time.perf_counter()
        with engo.Worker(resume=state, launcher=launcher, key=KEY) as worker:
            resumed.append(time.perf_counter() - begun)
            worker.evaluate("1")
            first.append(time.perf_counter() - begun)
            worker.evaluate(work)
            begun = time.perf_counter()
            state = worker.suspend()
            suspended.append(time.perf_counter() - begun)
    table.at_most(f"suspend, {what}", median(suspended) * 1000, 15, "ms")
    table.at_most(f"resume, {what}", median(resumed) * 1000, 2, "ms")
    table.plain("resume to first evaluation", median(first) * 1000, "ms")
    table.plain("size of the state", len(state) / 1024, "KiB")


def _spin(_: int) -> float:
    return seconds(lambda: sum(range(6_000_000)))


def two_cores() -> float:
    """How much faster two processes are than one: 2 where two cores are free."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(_spin, range(2))
        one = min(seconds(lambda: pool.apply(_spin, (0,))) for _ in range(5))
        two = min(
            seconds(lambda: pool.map(_spin, range(2), chunksize=1)) for _ in range(5)
        )
    return 2 * one / two


def cores(launcher: WasmLauncher) -> str:
    """Two machines that compute, at once and one after the other."""
    table = Table("Two CPU-bound machines on two cores")
    free = two_cores()
    table.plain("two plain processes, speed of one", free, "x")
    with (
        engo.Worker(launcher=launcher) as first,
        engo.Worker(launcher=launcher) as second,
    ):

        def both() -> None:
            handles = [w.submit_evaluate(LOOP) for w in (first, second)]
            for worker in (first, second):
                worker._core.flush()
            for handle in handles:
                handle.result()

        times = interleaved({"one": lambda: first.evaluate(LOOP), "two": both}, 9)
    speedup = 2 * min(times["one"]) / min(times["two"])
    if free < 1.7:
        table.plain("two machines (two cores were not free: no goal)", speedup, "x")
    else:
        table.at_least("two machines, speed of one", speedup, 1.6, "x")
    return str(table)


def memory() -> str:
    """In a process of its own, so that what else was measured does not count."""
    done = subprocess.run(
        [sys.executable, str(HERE / "wasm_memory.py")],
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout


def tables(executable: Path | None, parts: tuple[str, ...] = PARTS) -> None:
    """Print the tables of these parts."""
    with WasmLauncher() as launcher:
        made: dict[str, Callable[[], str]] = {
            "starts": lambda: starts(launcher, executable),
            "messages": lambda: messages(launcher, executable),
            "rest": lambda: rest(launcher),
            "cores": lambda: cores(launcher),
            "memory": memory,
        }
        for part in parts:
            print(made[part](), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART")
    options = parser.parse_args()
    print(f"Measured on {machine()}.\n")
    tables(peers_setup.executable(), tuple(options.parts) or PARTS)


if __name__ == "__main__":
    main()
