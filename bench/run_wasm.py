"""Runs one JavaScript file in a WebAssembly module of Engo, for engines.py.

A machine in WebAssembly has no clock: `now` asks the host and waits for its answer.
"""

from __future__ import annotations

import struct
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.wasm import instance as wasm

PRELUDE = """\
globalThis.lines = [];
globalThis.print = (...parts) => { lines.push(parts.join(' ')); };
globalThis.now = () => new Float64Array(engoIssueCommand(new Uint8Array(0)))[0];
"""


def answer(call: dict[str, Any]) -> dict[str, Any]:
    now = struct.pack("<d", time.process_time() * 1000)
    return {"op": "reply", "id": call["id"], "data": now}


def run(module: str, program: str) -> None:
    wasm.MODULE = Path(module)
    made = wasm.Instance(*wasm.compiled(wasm.LARGE_STACK))
    made.on_call = answer
    made.start(heap=1024 * wasm.MIB, stack=65_536)
    made.evaluate(PRELUDE)
    source = Path(program).read_text(encoding="utf-8")
    said = made.evaluate(source, program)
    if said["op"] != "result":
        raise SystemExit(f"{program}: {said}")
    print(made.evaluate("lines.join('\\n')")["value"])


def main() -> None:
    """Deep programs end as in a worker, whose stack is as large."""
    wasm.on_large_stack(lambda: run(*sys.argv[1:]))


if __name__ == "__main__":
    main()
