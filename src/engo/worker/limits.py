"""What a worker may use; one frozen record, given at its start."""

from dataclasses import dataclass, fields

from engo.frames.constants import MAX_MESSAGE, RECORD_ACCEPT
from engo.worker.errors import UsageError

MIB = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one worker. Exceeding one ends the worker, and only it.

    Raises UsageError for a value out of its range.
    """

    heap: int = 128 * MIB
    """Bytes of the machine's chunks and slots; 4 MiB to 2,032 MiB."""
    stack: int = 65_536
    """Slots (32 bytes) of the machine's stack; 1,024 to 1,048,576."""
    meter: int = 0
    """Computrons a crank may use; 0: no limit but time."""
    message: int = MAX_MESSAGE
    """Bytes of one message on the link, each way; 65,535 to 16 MiB."""
    cpu: float = 10.0
    """Seconds of the worker's CPU time a crank may take."""
    wall: float = 60.0
    """Seconds a crank may take, less its waiting for synchronous answers."""
    commands: int = 10_000
    """Commands of the guest that may wait for an answer."""
    backlog: int = 64 * MIB
    """Bytes that may wait to be taken by the worker."""
    console_lines: int = 1_000
    """Console lines kept; older ones are dropped and counted."""
    console_bytes: int = MIB
    """Bytes of console text kept."""

    def __post_init__(self) -> None:
        _check(self, "heap", 4 * MIB, 2_130_706_432)
        _check(self, "stack", 1_024, 1 << 20)
        _check(self, "meter", 0, 1 << 62)
        _check(self, "message", RECORD_ACCEPT, MAX_MESSAGE)
        _check(self, "cpu", 0.01, 86_400)
        _check(self, "wall", 0.01, 86_400)
        _check(self, "commands", 1, 1 << 20)
        _check(self, "backlog", 65_536, 1 << 40)
        _check(self, "console_lines", 0, 1 << 20)
        _check(self, "console_bytes", 0, 1 << 30)


_INTEGERS = frozenset(f.name for f in fields(Limits) if f.type in (int, "int"))


def _check(limits: Limits, name: str, low: float, high: float) -> None:
    value = getattr(limits, name)
    types = (int,) if name in _INTEGERS else (int, float)
    if type(value) not in types or not low <= value <= high:
        raise UsageError(
            f"expected Limits.{name} to be {types[-1].__name__} from {low} to {high}, "
            f"got {value!r}"
        )
