"""The JavaScript engines that `make bench-engine` compares, and how each runs a file.

Every engine gives a program `print` and `now`, the processor's time in milliseconds,
and runs it in a process of its own. What is measured is in engine.py.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

from native.xs import pipeline, wasm  # noqa: E402  the path is set above
from native.xs.compile import CompileError  # noqa: E402
from native.xs.flavours import NORMAL  # noqa: E402

UNREPAIRED = ("all",)
LOOP = ("v12_hoisted_setjmp",)  # the repair of the interpreter's loop


class Engine(NamedTuple):
    """A name, and the words that run the file named after them."""

    name: str
    command: tuple[str, ...]

    def run(self, source: str, seconds: float) -> list[str]:
        """The lines that a program prints; raises when it fails or takes longer."""
        file = pipeline.BUILD / "bench" / "program.js"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")
        done = subprocess.run(
            [*self.command, str(file)],
            stdout=subprocess.PIPE,
            text=True,
            timeout=seconds,
            check=True,
            cwd=ROOT,
        )
        return done.stdout.splitlines()


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def native() -> list[Engine]:
    """The repaired and the unrepaired engine as programs."""
    return [
        Engine("Engo", (str(pipeline.shell(NORMAL, _say)),)),
        Engine("XS 13.3", (str(pipeline.shell(NORMAL, _say, UNREPAIRED)),)),
    ]


def modules() -> list[Engine]:
    """The same two as WebAssembly; none without its compiler and its runtime."""
    if importlib.util.find_spec("wasmtime") is None:
        _say("no WebAssembly: pip install wasmtime")
        return []
    runner = (sys.executable, str(HERE / "run_wasm.py"))
    try:
        return [
            Engine("Engo wasm", (*runner, str(wasm.build(_say)))),
            Engine("XS 13.3 wasm", (*runner, str(wasm.build(_say, UNREPAIRED)))),
        ]
    except CompileError as error:
        _say(f"no WebAssembly: {error}")
        return []


def workers() -> list[Engine]:
    """Workers of the library beside the engine without the repair of its loop."""
    runner = (sys.executable, str(HERE / "run_worker.py"))
    return [
        Engine("without v12", (str(pipeline.shell(NORMAL, _say, LOOP)),)),
        Engine("native worker", (*runner, "native")),
        Engine("wasm worker", (*runner, "wasm")),
    ]


def others() -> list[Engine]:
    """QuickJS from PyPI and node's interpreter, where they are installed."""
    found = []
    if importlib.util.find_spec("quickjs") is None:
        _say("no QuickJS: pip install quickjs")
    else:
        runner = (sys.executable, str(HERE / "run_quickjs.py"))
        found.append(Engine("QuickJS", runner))
    if shutil.which("node") is None:
        _say("no node")
    else:
        found.append(Engine("node --jitless", ("node", "--jitless")))
    return found
