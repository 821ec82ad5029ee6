"""What a worker's machine can run on and begin with; the worker room knows the rest.

native       a process of its own
wasm         WebAssembly in the daemon's process
wasm-child   WebAssembly in one confined process for many workers

endo         the image of all workers
endo-intl    the same with Intl
"""

from typing import Final

from engo.captp import JSError
from engo.captp.jstext import quote

NATIVE: Final = "native"
ENGINES: Final = (NATIVE, "wasm", "wasm-child")
ORDINARY: Final = "endo"
WITH_INTL: Final = "endo-intl"
IMAGES: Final = (ORDINARY, WITH_INTL)


def check_engine(engine: object) -> str:
    """The engine of a name; raises JSError."""
    if isinstance(engine, str) and engine in ENGINES:
        return engine
    shown = quote(engine) if isinstance(engine, str) else "no text"
    raise JSError(f"expected an engine of {', '.join(ENGINES)}; got {shown}")


def check_image(image: object) -> str:
    """The image of a name; raises JSError."""
    if isinstance(image, str) and image in IMAGES:
        return image
    shown = quote(image) if isinstance(image, str) else "no text"
    raise JSError(f"expected an image of {', '.join(IMAGES)}; got {shown}")
