"""Engo: confined JavaScript workers, and the daemon that keeps what they make.

Names load when they are first used, so that `import engo` costs nothing.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from engo.frames.errors import LocalProtocolError, RemoteProtocolError
    from engo.frames.json_guard import JsonTooDeep, JsonTooLong
    from engo.worker.blocking import Worker
    from engo.worker.errors import (
        CrankTimeout,
        EngoError,
        GuestError,
        LaunchError,
        LimitExceeded,
        SnapshotAltered,
        SnapshotError,
        SnapshotForeign,
        SnapshotTruncated,
        SnapshotWrongKey,
        StuckPromise,
        UsageError,
        WorkerClosed,
        WorkerDied,
        WorkerInterrupted,
    )
    from engo.worker.events import ConsoleLine, WorkerStatus
    from engo.worker.handle import Handle
    from engo.worker.launch import Launcher
    from engo.worker.limits import Limits
    from engo.worker.opening import open_worker
    from engo.worker.waiting import AsyncWorker
    from engo.worker.wasm_child import WasmChildLauncher
    from engo.worker.wasm_inprocess import WasmLauncher

__version__ = "0.1.0"

_ERRORS = "engo.worker.errors"
_HOMES = {
    "AsyncWorker": "engo.worker.waiting",
    "ConsoleLine": "engo.worker.events",
    "CrankTimeout": _ERRORS,
    "EngoError": _ERRORS,
    "GuestError": _ERRORS,
    "Handle": "engo.worker.handle",
    "JsonTooDeep": "engo.frames.json_guard",
    "JsonTooLong": "engo.frames.json_guard",
    "LaunchError": _ERRORS,
    "Launcher": "engo.worker.launch",
    "LimitExceeded": _ERRORS,
    "Limits": "engo.worker.limits",
    "LocalProtocolError": "engo.frames.errors",
    "RemoteProtocolError": "engo.frames.errors",
    "SnapshotAltered": _ERRORS,
    "SnapshotError": _ERRORS,
    "SnapshotForeign": _ERRORS,
    "SnapshotTruncated": _ERRORS,
    "SnapshotWrongKey": _ERRORS,
    "StuckPromise": _ERRORS,
    "UsageError": _ERRORS,
    "WasmChildLauncher": "engo.worker.wasm_child",
    "WasmLauncher": "engo.worker.wasm_inprocess",
    "Worker": "engo.worker.blocking",
    "WorkerClosed": _ERRORS,
    "WorkerDied": _ERRORS,
    "WorkerInterrupted": _ERRORS,
    "WorkerStatus": "engo.worker.events",
    "open_worker": "engo.worker.opening",
}
__all__ = [
    "AsyncWorker",
    "ConsoleLine",
    "CrankTimeout",
    "EngoError",
    "GuestError",
    "Handle",
    "JsonTooDeep",
    "JsonTooLong",
    "LaunchError",
    "Launcher",
    "LimitExceeded",
    "Limits",
    "LocalProtocolError",
    "RemoteProtocolError",
    "SnapshotAltered",
    "SnapshotError",
    "SnapshotForeign",
    "SnapshotTruncated",
    "SnapshotWrongKey",
    "StuckPromise",
    "UsageError",
    "WasmChildLauncher",
    "WasmLauncher",
    "Worker",
    "WorkerClosed",
    "WorkerDied",
    "WorkerInterrupted",
    "WorkerStatus",
    "open_worker",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'engo' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
