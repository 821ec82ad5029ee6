"""Runs one JavaScript file in a worker of the library, for engines.py.

A worker has no clock: `now` asks the host, which looks at the time of whatever
processor the machine had.
"""

from __future__ import annotations

import struct
import sys
import time
from pathlib import Path
from typing import Any

import engo
from engo.worker.wasm_inprocess import WasmLauncher

LIMITS = engo.Limits(heap=1024 << 20, stack=65_536, cpu=3600, wall=7200)
PRELUDE = """\
globalThis.lines = [];
globalThis.print = (...parts) => { lines.push(parts.join(' ')); };
globalThis.now = () => new Float64Array(engoIssueCommand(new Uint8Array(0)))[0];
0
"""


def run(program: str, launcher: Any) -> None:
    clock = time.CLOCK_PROCESS_CPUTIME_ID  # where it is a machine of this process

    def now(_: bytes) -> bytes:
        return struct.pack("<d", time.clock_gettime(clock) * 1000)

    with engo.Worker(image=None, limits=LIMITS, launcher=launcher, on_call=now) as one:
        if one.pid is not None:
            clock = (~one.pid << 3) | 2
        one.evaluate(PRELUDE)
        one.evaluate(Path(program).read_text(encoding="utf-8") + "\n0", name=program)
        print(one.evaluate("lines.join('\\n')"))


def main() -> None:
    engine, program = sys.argv[1:]
    if engine == "native":
        run(program, "auto")
    else:
        with WasmLauncher() as launcher:
            run(program, launcher)


if __name__ == "__main__":
    main()
