"""Where the wheel's own binaries lie, and how to start ourselves again.

`ENGO_XSNAP` may name another worker executable; for development and tests.
"""

import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence

import engo

SWITCH = "ENGO_XSNAP_WORKER"
EXECUTABLE_VARIABLE = "ENGO_XSNAP"

HOST = "host"
"""The switch's value that makes this interpreter a host of machines."""
HOST_MEMORY_VARIABLE = "ENGO_HOST_MEMORY"
"""Bytes of writable private memory that a host may have; for the host alone."""
HOST_CACHE_VARIABLE = "ENGO_HOST_CACHE"
"""The cache folder, where it is not the user's; for the host alone."""
HOST_IMAGES_VARIABLE = "ENGO_HOST_IMAGES"
"""The images that a host has, with commas between them; for the host alone."""

_REEXEC = "import sys; sys.path[:0] = sys.argv[1:]; import engo.__main__"


def _package_folder() -> str:
    return os.path.dirname(os.path.abspath(engo.__file__))


def executable_path() -> str | None:
    """The worker executable, or None when the wheel has none."""
    named = os.environ.get(EXECUTABLE_VARIABLE)
    if named:
        return os.path.abspath(named)
    path = os.path.join(_package_folder(), "bin", "engo-xsnap")
    return path if os.access(path, os.X_OK) else None


def image_path(name: str, suffix: str = ".snapshot") -> str:
    """The file of an image of the wheel; `.wasm-snapshot` is for WebAssembly."""
    return os.path.join(_package_folder(), "images", f"{name}{suffix}")


def module_path() -> str:
    """engo.wasm, the machine as a WebAssembly module."""
    return image_path("engo", ".wasm")


def reexec_command() -> tuple[list[str], Mapping[str, str]]:
    """Arguments and environment that make this interpreter a worker.

    It is `python -I -S -m engo` in effect: isolated and without site, so the two
    folders that it needs (Engo's and that of cffi's backend) go with it.
    """
    folders = [os.path.dirname(_package_folder())]
    backend = importlib.util.find_spec("_cffi_backend")
    if backend is not None and backend.origin:
        folder = os.path.dirname(backend.origin)
        if folder not in folders:
            folders.append(folder)
    command = [sys.executable, "-I", "-S", "-B", "-c", _REEXEC, *folders]
    environment = {SWITCH: "1"}
    for name in ("LD_LIBRARY_PATH", "LD_PRELOAD", "ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            environment[name] = os.environ[name]
    return command, environment


def host_command(
    memory: int, folder: str | None, images: Sequence[str]
) -> tuple[list[str], Mapping[str, str]]:
    """Arguments and environment that make this interpreter a host of machines.

    As `reexec_command`, but with all folders that this interpreter imports from, and
    what names the user's cache folder. `memory`, `folder`, `images`: see the variables.
    """
    folders = [os.path.dirname(_package_folder())]
    folders += [os.path.abspath(path) for path in sys.path if path]
    folders = list(dict.fromkeys(folders))
    environment = {
        SWITCH: HOST,
        HOST_MEMORY_VARIABLE: str(memory),
        HOST_IMAGES_VARIABLE: ",".join(images),
    }
    if folder is not None:
        environment[HOST_CACHE_VARIABLE] = os.path.abspath(folder)
    for name in ("HOME", "XDG_CACHE_HOME", "LD_LIBRARY_PATH", "LD_PRELOAD"):
        if name in os.environ:
            environment[name] = os.environ[name]
    return [sys.executable, "-I", "-S", "-B", "-c", _REEXEC, *folders], environment


def executable_environment() -> Mapping[str, str]:
    """The environment of the worker executable: nothing but sanitizer options."""
    names = ("ASAN_OPTIONS", "UBSAN_OPTIONS")
    return {name: os.environ[name] for name in names if name in os.environ}
