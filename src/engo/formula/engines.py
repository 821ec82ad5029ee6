"""The engines that a worker's machine can run on; what they are, the worker room knows.

native       a process of its own
wasm         WebAssembly in the daemon's process
wasm-child   WebAssembly in one confined process for many workers
"""

from typing import Final

from engo.captp import JSError
from engo.captp.jstext import quote

NATIVE: Final = "native"
ENGINES: Final = (NATIVE, "wasm", "wasm-child")


def check_engine(engine: object) -> str:
    """The engine of a name; raises JSError."""
    if isinstance(engine, str) and engine in ENGINES:
        return engine
    shown = quote(engine) if isinstance(engine, str) else "no text"
    raise JSError(f"expected an engine of {', '.join(ENGINES)}; got {shown}")
