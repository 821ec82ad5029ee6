"""What WebAssembly machines weigh in one process: proportional memory of many.

Run as a process of its own by wasm.py.
"""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from measure import Table, seconds

import engo
from engo.worker.wasm_inprocess import WasmLauncher

FEW = 100


def pss_mb() -> float:
    """Proportional memory of this process, in MB."""
    gc.collect()
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError("no Pss in smaps_rollup")


def many(count: int, launcher: WasmLauncher, table: Table) -> None:
    """Rows for machines of the endo image."""
    workers: list[Any] = []
    with engo.Worker(image="endo", launcher=launcher) as first:
        first.evaluate("1")
    empty = pss_mb()

    def start(number: int) -> None:
        for _ in range(number):
            worker = engo.Worker(image="endo", launcher=launcher)
            worker.evaluate("1")
            workers.append(worker)

    try:
        start(FEW)
        each = (pss_mb() - empty) / FEW
        table.at_most("one machine, endo image, one evaluation", each, 0.3, "MB")
        took = seconds(lambda: start(count - FEW))
        table.plain("to start one of them", took / (count - FEW) * 1000, "ms")
        table.at_most(f"{count:,} live ones", pss_mb() - empty, 400, "MB")
        for worker in workers:
            worker.status(collect=True)
        table.at_most("after a collection in each", pss_mb() - empty, 4000, "MB")
        table.plain("of one, then", (pss_mb() - empty) / count, "MB")
    finally:
        for worker in workers:
            worker.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    options = parser.parse_args()
    table = Table("Proportional memory of machines in one process")
    with WasmLauncher() as launcher:
        many(options.count, launcher, table)
    print(table)


if __name__ == "__main__":
    main()
