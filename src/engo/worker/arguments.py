"""What callers hand in, looked at before anything is started or sent."""

from collections.abc import Callable
from io import TextIOBase
from os import PathLike

from engo.worker.errors import UsageError
from engo.worker.limits import Limits
from engo.worker.snapshotfile import check_key


def check_opening(
    limits: object, key: bytes | None, **callables: Callable[..., object] | None
) -> None:
    """Raises UsageError for what no worker can be opened with."""
    if limits is not None and not isinstance(limits, Limits):
        raise UsageError(
            f"expected limits to be engo.Limits, got {type(limits).__name__}; "
            "write limits=engo.Limits(heap=...)"
        )
    if key is not None:
        check_key(key)
    for name, value in callables.items():
        if value is not None and not callable(value):
            raise UsageError(
                f"expected {name} to be callable, got {type(value).__name__}"
            )


def check_sink(to: object) -> None:
    """Raises UsageError when a snapshot cannot be written to it."""
    if isinstance(to, (str, PathLike)):
        return
    if isinstance(to, TextIOBase) or not hasattr(to, "write"):
        raise UsageError(
            "expected a path or a binary stream for the snapshot, got "
            f"{type(to).__name__}; open the file with mode 'wb'"
        )


def check_str(value: object, what: str) -> None:
    """Raises UsageError when it is no str."""
    if not isinstance(value, str):
        raise UsageError(
            f"expected the {what} to be str, got {type(value).__name__}; "
            "decode it first"
        )


def check_bytes(value: object) -> bytes:
    """The value as bytes; raises UsageError when it is not bytes-like."""
    if type(value) is bytes:
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    raise UsageError(
        f"expected the message to be bytes, got {type(value).__name__}; encode it, "
        "or use deliver_json"
    )
