"""Where the wheel's own binaries lie, and how to start ourselves again.

`ENGO_XSNAP` may name another worker executable; for development and tests.
"""

import importlib.util
import os
import sys
from collections.abc import Mapping

import engo

SWITCH = "ENGO_XSNAP_WORKER"
EXECUTABLE_VARIABLE = "ENGO_XSNAP"

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


def image_path(name: str) -> str:
    """The file of an image of the wheel."""
    return os.path.join(_package_folder(), "images", f"{name}.snapshot")


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


def executable_environment() -> Mapping[str, str]:
    """The environment of the worker executable: nothing but sanitizer options."""
    names = ("ASAN_OPTIONS", "UBSAN_OPTIONS")
    return {name: os.environ[name] for name in names if name in os.environ}
