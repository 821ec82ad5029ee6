"""Ten JavaScript loads on three builds of the engine, the best of rounds in turn.

CPU time of whatever runs the machine, so that other programs count less.

Native without the interpreter loop's repair is 1; the loads are the reference's
ten.js, in bench/programs.
"""

from __future__ import annotations

import math
import os
import sys
import time
from pathlib import Path
from typing import Any

from measure import Table, geometric_mean

import engo

ROOT = Path(__file__).parent.parent
LOADS = Path(__file__).parent / "programs" / "ten.js"
REPAIR = "v12_hoisted_setjmp"
ROUNDS = 8
GOAL = 2.3
LIMITS = engo.Limits(heap=512 << 20, cpu=600, wall=3600)
HEAD = "globalThis.print = () => 0; globalThis.now = () => 0;\n"


def source() -> str:
    """The loads without their own timing; each is a function of `B`."""
    text = LOADS.read_text(encoding="utf-8")
    return HEAD + text[: text.index("const names =")] + "globalThis.B = B;\n0"


def without_the_repair() -> str:
    """The native worker without the loop's repair, compiled once."""
    sys.path.insert(0, str(ROOT))
    from native.xs import pipeline
    from native.xs.flavours import NORMAL

    def say(text: str) -> None:
        print(text, file=sys.stderr)

    return str(pipeline.executable(NORMAL, say, (REPAIR,))[0])


class Plain:
    """A native worker of another build, driven by hand."""

    def __init__(self, executable: str) -> None:
        os.environ["ENGO_XSNAP"] = executable
        sys.path.insert(0, str(ROOT))
        from tests.native.link_driver import Driver

        self._driver = Driver(heap=512 << 20)
        del os.environ["ENGO_XSNAP"]

    def evaluate(self, text: str) -> Any:
        answer = self._driver.evaluate(text)
        if answer["op"] != "result":
            raise RuntimeError(f"expected a result, got {answer}")
        return answer.get("value")

    def cpu(self) -> float:
        """CPU seconds of the process."""
        return time.clock_gettime((~self._driver.pid << 3) | 2)

    def close(self) -> None:
        self._driver.close()


class Ours:
    """A worker of the library."""

    def __init__(self, launcher: Any) -> None:
        self._worker = engo.Worker(image=None, limits=LIMITS, launcher=launcher)
        self.evaluate = self._worker.evaluate
        self.close = self._worker.close

    def cpu(self) -> float:
        """CPU seconds of what runs it: its process, or this one."""
        pid = self._worker.pid
        clock = time.CLOCK_PROCESS_CPUTIME_ID if pid is None else (~pid << 3) | 2
        return time.clock_gettime(clock)


def speed(launcher: Any) -> str:
    """The table; `launcher` starts WebAssembly workers."""
    machines: dict[str, Any] = {
        "plain": Plain(without_the_repair()),
        "native": Ours("auto"),
        "wasm": Ours(launcher),
    }
    table = Table("JavaScript speed: ten.js beside native without the loop's repair")
    ratios: dict[str, list[float]] = {"native": [], "wasm": [], "both": []}
    try:
        for machine in machines.values():
            machine.evaluate(source())
        names = machines["plain"].evaluate("Object.keys(B).join()").split(",")
        for name in names:
            row(table, name, machines, ratios)
    finally:
        for machine in machines.values():
            machine.close()
    means = {key: geometric_mean(values) for key, values in ratios.items()}
    table.plain("native with it, mean", means["native"], "x its time")
    table.at_most("wasm, geometric mean", means["wasm"], GOAL, "x its time")
    table.plain("wasm beside native with it, mean", means["both"], "x its time")
    return str(table)


def row(
    table: Table, name: str, machines: dict[str, Any], ratios: dict[str, list[float]]
) -> None:
    """Time one load everywhere."""
    best = dict.fromkeys(machines, math.inf)
    for _ in range(ROUNDS):
        for key, machine in machines.items():
            begun = machine.cpu()
            machine.evaluate(f"B[{name!r}](); 0")
            best[key] = min(best[key], machine.cpu() - begun)
    ratios["native"].append(best["native"] / best["plain"])
    ratios["wasm"].append(best["wasm"] / best["plain"])
    ratios["both"].append(best["wasm"] / best["native"])
    table.times(name, best["wasm"] * 1000, best["plain"] * 1000, "ms")
